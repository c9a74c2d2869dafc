using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>What a live message is about. The hub's method names follow from it.</summary>
internal enum LiveKind : byte
{
    /// <summary>A reading came: the patient's whole current set.</summary>
    VitalsUpdated,

    /// <summary>No reading came, and that changed something; or what asks for attention changed.</summary>
    StatusUpdated,

    /// <summary>Readings are stored, or are not.</summary>
    StorageChanged,

    /// <summary>Nothing happened, and the connection works.</summary>
    Heartbeat,
}

/// <summary>
/// One message, serialised once for all its receivers. Immutable.
/// </summary>
/// <param name="Kind">What it is about.</param>
/// <param name="TenantId">Whose it is; 0: everybody's.</param>
/// <param name="PatientNumber">The patient, or 0.</param>
/// <param name="Ward">The patient's ward.</param>
/// <param name="Json">The document.</param>
internal sealed record LiveMessage(LiveKind Kind, int TenantId, int PatientNumber, string? Ward, byte[] Json)
{
    /// <summary>Of two messages with the same key the newer says everything.</summary>
    public (LiveKind, int) Key => (Kind, PatientNumber);

    /// <summary>Its number in the event log, or 0 if it is not an event.</summary>
    public long EventNumber { get; init; }
}

/// <summary>The document of a reading that came.</summary>
/// <param name="Patient">The patient's id.</param>
/// <param name="Device">The device's id.</param>
/// <param name="At">When it was measured.</param>
/// <param name="Vitals">The patient's whole current set, each value with its own time.</param>
/// <param name="Anomaly">The anomaly score.</param>
/// <param name="News2">NEWS2.</param>
/// <param name="Attention">What asks for attention.</param>
/// <param name="Seq">Counts this patient's changes; a step of more than one tells that messages were joined.</param>
/// <param name="Late">Always false: late readings change no live state.</param>
internal sealed record VitalsMessage(
    string Patient, string? Device, DateTimeOffset At, IReadOnlyDictionary<string, VitalValue> Vitals, AnomalyDocument? Anomaly, News2Document? News2,
    AttentionDocument? Attention, long Seq, bool Late);

/// <summary>The document of a changed state without a reading.</summary>
internal sealed record StatusMessage(
    string Patient, DeviceDocument? Device, IReadOnlyDictionary<string, VitalValue> Vitals, AnomalyDocument? Anomaly, News2Document? News2,
    AttentionDocument? Attention, long Seq);

/// <summary>The document of a heartbeat.</summary>
/// <param name="At">The server's clock.</param>
/// <param name="Storage">Whether readings are stored.</param>
internal sealed record HeartbeatMessage(DateTimeOffset At, StorageDocument Storage);
