using System.Text.Json;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>Tells screens what happens to patients: who came, went, or is in another state. A page reads the patient again.</summary>
internal sealed class LivePatients(Audience audience) : IEventObserver
{
    private static readonly Dictionary<string, LiveKind> Shown = new(StringComparer.Ordinal)
    {
        [PatientEvents.Created.Name] = LiveKind.PatientCreated,
        [PatientEvents.Changed.Name] = LiveKind.PatientMoved,
        [PatientEvents.Admitted.Name] = LiveKind.PatientMoved,
        [PatientEvents.Transferred.Name] = LiveKind.PatientMoved,
        [PatientEvents.Discharged.Name] = LiveKind.PatientMoved,
        [PatientEvents.Merged.Name] = LiveKind.PatientMoved,
        [PatientEvents.StatusUpdated.Name] = LiveKind.PatientStatus,
    };

    /// <inheritdoc />
    public IReadOnlyCollection<EventKind> Kinds { get; } =
    [
        PatientEvents.Created, PatientEvents.Changed, PatientEvents.Admitted, PatientEvents.Transferred, PatientEvents.Discharged, PatientEvents.Merged, PatientEvents.StatusUpdated,
    ];

    /// <inheritdoc />
    public void Happened(DeliveredEvent delivered)
    {
        if (!Shown.TryGetValue(delivered.Name, out var kind) || Text(delivered.Content, "patient") is not { } patient)
        {
            return;
        }

        var (ward, from) = (Text(delivered.Content, "ward"), Text(delivered.Content, "fromWard"));
        var status = Text(delivered.Content, "status") ?? (delivered.Name == PatientEvents.Discharged.Name ? "discharged" : null);
        var message = WireJson.Bytes(new PatientNewsMessage(patient, ward, Text(delivered.Content, "bed"), status, delivered.Origin.At));
        Send(kind, ward);
        if (from is not null && from != ward)
        {
            Send(kind, from); // the ward that the patient left would otherwise go on showing them
        }

        if (kind == LiveKind.PatientStatus && status == "critical")
        {
            Send(LiveKind.PatientCritical, ward);
        }

        void Send(LiveKind what, string? to) => audience.SendEvent(new LiveMessage(what, delivered.Origin.TenantId, delivered.Origin.PatientNumber ?? 0, to, message));
    }

    private static string? Text(JsonElement content, string name) => content.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>What happened to a patient.</summary>
internal sealed record PatientNewsMessage(string Patient, string? Ward, string? Bed, string? Status, DateTimeOffset At);
