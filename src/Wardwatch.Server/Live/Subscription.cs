using System.Collections.Frozen;
using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>What a kind of connection carries.</summary>
[Flags]
internal enum LiveKinds : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A patient's vitals with each reading.</summary>
    Readings = 1,

    /// <summary>What has a number in the event log.</summary>
    Events = 2,

    /// <summary>That the connection works.</summary>
    Heartbeats = 4,

    /// <summary>Security events, for those who look after them.</summary>
    Security = 8,

    /// <summary>Everything about patients.</summary>
    All = Readings | Events | Heartbeats,
}

/// <summary>What a subscriber wants to see, within what it may see: everything, one ward, or one patient.</summary>
/// <param name="Visible">What it may see.</param>
/// <param name="Ward">The one ward it asks for, or null.</param>
/// <param name="PatientNumber">The one patient it asks for, or null.</param>
internal sealed record LiveFilter(AccessScope Visible, string? Ward, int? PatientNumber)
{
    /// <summary>Whose screen it is: what is for one person only is shown nowhere else.</summary>
    public Guid Account { get; init; }

    /// <summary>Whether it asked for the tests of the alert path of the wards that it sees.</summary>
    public bool WantsTests { get; init; }

    /// <summary>Whether it is the server's own receiver, which gets the tests of every ward and nothing else.</summary>
    public bool IsProbe { get; private init; }

    /// <summary>What the server's own receiver wants.</summary>
    public static LiveFilter Probe { get; } = new(new AccessScope(0, WholeHospital: false, FrozenSet<string>.Empty, FrozenSet<int>.Empty), null, null) { IsProbe = true };

    /// <summary>The wards whose technical alerts it may see; null: those of <see cref="Visible"/>.</summary>
    public AccessScope? Technical { get; init; }

    /// <summary>Only what calls somebody: alerts, incidents, paused sound, notifications; and that the connection works.</summary>
    public bool OnlyAlerts { get; init; }

    public bool Wants(LiveMessage message) => (!OnlyAlerts || Calls(message.Kind)) && Concerns(message);

    private static bool Calls(LiveKind kind) =>
        kind is LiveKind.AlertRaised or LiveKind.AlertChanged or LiveKind.IncidentChanged or LiveKind.SoundChanged or LiveKind.AlertPathChanged or LiveKind.Notification or LiveKind.StorageChanged or LiveKind.Heartbeat;

    private bool Concerns(LiveMessage message) => message switch
    {
        { TenantId: 0 } => true,
        { IsTest: true } => IsProbe || (WantsTests && message.TenantId == Visible.TenantId && ConcernsWard(message.Ward)),
        _ when IsProbe => false,
        { Account: { } account } => account == Account && message.TenantId == Visible.TenantId,
        { PatientNumber: 0 } => message.TenantId == Visible.TenantId && ConcernsWard(message.Ward),
        _ => Visible.Covers(message.TenantId, message.Ward, message.PatientNumber) && (Ward is null || Ward == message.Ward) && (PatientNumber is null || PatientNumber == message.PatientNumber),
    };

    // What is about no patient: a ward's for those who see the ward, the hospital's for everybody who sees one.
    private bool ConcernsWard(string? ward) => ward is null
        ? SeesSome(Visible) || (Technical is not null && SeesSome(Technical))
        : (Visible.CoversWard(Visible.TenantId, ward) || Technical?.CoversWard(Visible.TenantId, ward) == true) && (Ward is null || Ward == ward);

    private static bool SeesSome(AccessScope scope) => scope.WholeHospital || scope.Wards.Count > 0;
}

/// <summary>One screen's subscription; disposing it ends it.</summary>
internal sealed class Subscription(LiveFilter filter, LiveKinds kinds, Mailbox mailbox, Audience audience) : IDisposable
{
    public LiveFilter Filter { get; } = filter;

    public LiveKinds Kinds { get; } = kinds;

    public Mailbox Mailbox { get; } = mailbox;

    /// <summary>Where the audience has put it.</summary>
    public IReadOnlyList<Audience.Place> Places { get; } = Audience.PlacesOf(filter);

    /// <summary>The message that was offered last: one that concerns several of its places is offered once. The audience's lock guards it.</summary>
    public LiveMessage? LastOffered { get; set; }

    public void Dispose() => audience.Unsubscribe(this);
}
