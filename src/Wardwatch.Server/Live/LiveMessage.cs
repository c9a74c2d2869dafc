using System.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
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

    /// <summary>Something that those who see a ward should know, as an emergency access.</summary>
    Notification,

    /// <summary>Something that administrators should look at.</summary>
    SecurityEvent,

    /// <summary>A patient was registered.</summary>
    PatientCreated,

    /// <summary>A patient came, went to another bed, left, or turned out to be two records.</summary>
    PatientMoved,

    /// <summary>Somebody said in which state a patient is. On the hub it has the name of <see cref="StatusUpdated"/>, from which it differs by having no sequence number.</summary>
    PatientStatus,

    /// <summary>A patient is critical.</summary>
    PatientCritical,

    /// <summary>An alert was raised.</summary>
    AlertRaised,

    /// <summary>Something about an alert is different.</summary>
    AlertChanged,

    /// <summary>A ward's sound is paused, or sounds again.</summary>
    SoundChanged,

    /// <summary>An incident was opened, or something about it is different.</summary>
    IncidentChanged,

    /// <summary>A ward's alert path is proven again, or is in another state.</summary>
    AlertPathChanged,
}

/// <summary>
/// One message, serialised once for all its receivers: the document, and around the same bytes the frame of each kind of connection, made when the first of
/// that kind sends it. Does not change once it is offered to a mailbox.
/// <code>
/// WebSocket    {document}                                                                     a text frame
/// events       event: status ⏎ id: 1795176377649-12 ⏎ data: {document} ⏎ ⏎
/// hub          {"type":1,"target":"VitalsUpdated","arguments":[{document}]} 0x1E
/// </code>
/// </summary>
internal sealed class LiveMessage(LiveKind kind, int tenantId, int patientNumber, string? ward, byte[] json)
{
    private const byte HubRecordEnd = 0x1e;
    private const string HubProtocol = "json";

    private SerializedHubMessage? _hubMessage;
    private byte[]? _event;

    /// <summary>What it is about.</summary>
    public LiveKind Kind { get; } = kind;

    /// <summary>Whose it is; 0: everybody's.</summary>
    public int TenantId { get; } = tenantId;

    /// <summary>The patient, or 0.</summary>
    public int PatientNumber { get; } = patientNumber;

    /// <summary>The patient's ward.</summary>
    public string? Ward { get; } = ward;

    /// <summary>The account whose screens alone show it; null: everybody's who may see the patient or the ward.</summary>
    public Guid? Account { get; init; }

    /// <summary>A test of the alert path: shown only to who asked for tests.</summary>
    public bool IsTest { get; init; }

    /// <summary>The document.</summary>
    public byte[] Json { get; } = json;

    /// <summary>Its number in the event log, or 0 if it is not an event.</summary>
    public long EventNumber { get; private init; }

    /// <summary>The id of an event by which a client asks for what came after it.</summary>
    public string? EventId { get; private init; }

    /// <summary>Where the patient's newest message is found: set for <see cref="LiveKind.VitalsUpdated"/>, of which a newer one says everything.</summary>
    public NewestState? Newest { get; init; }

    /// <summary>The record of the hub's JSON protocol; the same object for every connection.</summary>
    public SerializedHubMessage HubMessage => Once(ref _hubMessage, static message => message.ToHubMessage());

    /// <summary>The block of a stream of server-sent events.</summary>
    public ReadOnlyMemory<byte> ServerSentEvent => Once(ref _event, static message => message.ToServerSentEvent());

    /// <summary>The trace of the reading that it shows; null for nearly every message.</summary>
    public ReadingTrace? Trace { get; init; }

    /// <summary>The same message as an event of the log.</summary>
    public LiveMessage AsEvent(long number, string id) => new(Kind, TenantId, PatientNumber, Ward, Json) { EventNumber = number, EventId = id, Newest = Newest, Trace = Trace, Account = Account, IsTest = IsTest };

    /// <summary>The hub's method for a kind.</summary>
    public static string HubMethod(LiveKind kind) => kind switch
    {
        LiveKind.VitalsUpdated => "VitalsUpdated",
        LiveKind.StatusUpdated => "StatusUpdated",
        LiveKind.StorageChanged => "StorageChanged",
        LiveKind.Notification => "Notification",
        LiveKind.SecurityEvent => "SecurityEvent",
        LiveKind.PatientCreated => "PatientCreated",
        LiveKind.PatientMoved => "PatientMoved",
        LiveKind.PatientStatus => "StatusUpdated",
        LiveKind.PatientCritical => "PatientCritical",
        LiveKind.AlertRaised => "AlertRaised",
        LiveKind.AlertChanged => "AlertChanged",
        LiveKind.SoundChanged => "SoundChanged",
        LiveKind.IncidentChanged => "IncidentChanged",
        LiveKind.AlertPathChanged => "AlertPathChanged",
        _ => "Heartbeat",
    };

    private SerializedHubMessage ToHubMessage()
    {
        var head = Encoding.UTF8.GetBytes($$"""{"type":1,"target":"{{HubMethod(Kind)}}","arguments":[""");
        byte[] record = [.. head, .. Json, (byte)']', (byte)'}', HubRecordEnd];
        return new SerializedHubMessage([new SerializedMessage(HubProtocol, record)]);
    }

    private byte[] ToServerSentEvent()
    {
        var name = Kind switch
        {
            LiveKind.VitalsUpdated => "vitals",
            LiveKind.StatusUpdated => "status",
            LiveKind.StorageChanged => "storage",
            LiveKind.Notification => "notification",
            LiveKind.SecurityEvent => "security",
            LiveKind.PatientCreated => "patient-created",
            LiveKind.PatientMoved => "patient-moved",
            LiveKind.PatientStatus => "patient-status",
            LiveKind.PatientCritical => "patient-critical",
            LiveKind.AlertRaised => "alert-raised",
            LiveKind.AlertChanged => "alert-changed",
            LiveKind.SoundChanged => "sound-changed",
            LiveKind.IncidentChanged => "incident-changed",
            LiveKind.AlertPathChanged => "alert-path-changed",
            _ => "heartbeat",
        };
        var head = EventId is null ? $"event: {name}\ndata: " : $"event: {name}\nid: {EventId}\ndata: ";
        return [.. Encoding.UTF8.GetBytes(head), .. Json, (byte)'\n', (byte)'\n'];
    }

    // Two connections that come first at once may both make it; one is kept, so that all send the same.
    private T Once<T>(ref T? made, Func<LiveMessage, T> make)
        where T : class =>
        Volatile.Read(ref made) ?? Interlocked.CompareExchange(ref made, make(this), null) ?? made;
}

/// <summary>The newest vitals of one patient, shared by all mailboxes that are behind: they hold this instead of a backlog.</summary>
internal sealed class NewestState
{
    private LiveMessage? _message;

    /// <summary>The message; set before it is offered.</summary>
    public LiveMessage? Message
    {
        get => Volatile.Read(ref _message);
        set => Volatile.Write(ref _message, value);
    }
}

/// <summary>The document of a heartbeat.</summary>
/// <param name="At">The server's clock.</param>
/// <param name="Storage">Whether readings are stored.</param>
internal sealed record HeartbeatMessage(DateTimeOffset At, StorageDocument Storage);
