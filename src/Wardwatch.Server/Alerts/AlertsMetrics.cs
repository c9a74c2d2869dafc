using System.Diagnostics.Metrics;
using Wardwatch.Clinical.Alerts;

namespace Wardwatch.Server.Alerts;

/// <summary>What is counted about alerts. Types and priorities are labels; patients and wards never are.</summary>
internal sealed class AlertsMetrics
{
    private readonly Counter<long> _received;

    public AlertsMetrics(IMeterFactory meters) =>
        _received = meters.Create("Wardwatch.Alerts").CreateCounter<long>("alerts.received", "{alert}", "Alerts raised and stored, by type and priority");

    /// <summary>An alert was raised.</summary>
    public void Raised(AlertType type, AlertPriority priority) =>
        _received.Add(1, new KeyValuePair<string, object?>("type", type.Code), new KeyValuePair<string, object?>("priority", priority.Word()));
}
