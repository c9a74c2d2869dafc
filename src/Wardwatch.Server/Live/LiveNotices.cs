using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>Tells a ward of an emergency access to one of its patients, and administrators of security events, as they happen.</summary>
internal sealed class LiveNotices(Audience audience, ISecurityEvents events) : IEmergencyObserver, IHostedService
{
    /// <inheritdoc />
    public void Opened(EmergencyAccess access)
    {
        var patient = access.Patient;
        var notice = new NotificationMessage("break-glass", patient.Id, patient.Ward, $"{access.OpenedBy} opened the record of the patient in bed {patient.Bed ?? "–"} as an emergency", access.OpenedAt);
        audience.SendEvent(new LiveMessage(LiveKind.Notification, patient.TenantId, patient.Number, patient.Ward, WireJson.Bytes(notice)));
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        events.Stored += OnStored;
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken)
    {
        events.Stored -= OnStored;
        return Task.CompletedTask;
    }

    private void OnStored(StoredSecurityEvent stored)
    {
        var found = stored.Event;
        var message = new SecurityEventMessage(stored.Id.ToString(), stored.At, found.Kind, found.High ? "high" : "medium", found.Text);
        audience.SendSecurity(new LiveMessage(LiveKind.SecurityEvent, found.TenantId, 0, null, WireJson.Bytes(message)));
    }
}

/// <summary>Something that those who see a ward should know.</summary>
internal sealed record NotificationMessage(string Kind, string Patient, string? Ward, string Text, DateTimeOffset At);

/// <summary>A security event; the page has the rest.</summary>
internal sealed record SecurityEventMessage(string Id, DateTimeOffset At, string Kind, string Severity, string Text);
