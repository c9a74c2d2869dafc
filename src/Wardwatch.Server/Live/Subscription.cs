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

    /// <summary>Everything.</summary>
    All = Readings | Events | Heartbeats,
}

/// <summary>What a subscriber wants to see: its tenant's, of one ward or one patient if it says so.</summary>
internal sealed record LiveFilter(int TenantId, string? Ward, int? PatientNumber)
{
    public bool Wants(LiveMessage message) =>
        message.TenantId == 0
        || (message.TenantId == TenantId && (Ward is null || Ward == message.Ward) && (PatientNumber is null || PatientNumber == message.PatientNumber));
}

/// <summary>One screen's subscription; disposing it ends it.</summary>
internal sealed class Subscription(LiveFilter filter, LiveKinds kinds, Mailbox mailbox, Audience audience) : IDisposable
{
    public LiveFilter Filter { get; } = filter;

    public LiveKinds Kinds { get; } = kinds;

    public Mailbox Mailbox { get; } = mailbox;

    public void Dispose() => audience.Unsubscribe(this);
}
