using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Incidents.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>Tells screens of alerts, incidents and paused sound. Alerts are events of the log: they are never conflated away, and whoever comes back gets those that were missed.</summary>
internal sealed class LiveAlerts(Audience audience, IPatientDirectory patients) : IAlertObserver, IIncidentObserver, ISoundObserver
{
    /// <inheritdoc />
    public void Changed(int tenantId, int? patientNumber, AlertDocument alert, bool isNew)
    {
        // Whoever sees the patient where the patient lies now.
        var ward = patientNumber is { } number ? patients.Find(number)?.Ward ?? alert.Ward : alert.Ward;
        audience.SendEvent(new LiveMessage(isNew ? LiveKind.AlertRaised : LiveKind.AlertChanged, tenantId, patientNumber ?? 0, ward, WireJson.Bytes(alert)));
    }

    /// <inheritdoc />
    public void Changed(int tenantId, int? patientNumber, string? ward, byte[] document) =>
        audience.SendEvent(new LiveMessage(LiveKind.IncidentChanged, tenantId, patientNumber ?? 0, ward, document));

    /// <inheritdoc />
    public void Changed(int tenantId, SoundPauseDocument pause) => audience.SendEvent(new LiveMessage(LiveKind.SoundChanged, tenantId, 0, pause.Ward, WireJson.Bytes(pause)));
}
