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
    public bool Wants(LiveMessage message) =>
        message.TenantId == 0
        || (message.PatientNumber == 0 && message.TenantId == Visible.TenantId && ConcernsWard(message.Ward))
        || (message.PatientNumber != 0 && Visible.Covers(message.TenantId, message.Ward, message.PatientNumber) && (Ward is null || Ward == message.Ward)
            && (PatientNumber is null || PatientNumber == message.PatientNumber));

    // What is about no patient: a ward's for those who see the ward, the hospital's for everybody who sees a ward.
    private bool ConcernsWard(string? ward) => ward is null
        ? Visible.WholeHospital || Visible.Wards.Count > 0
        : Visible.CoversWard(Visible.TenantId, ward) && (Ward is null || Ward == ward);
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
