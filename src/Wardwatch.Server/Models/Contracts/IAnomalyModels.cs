using Wardwatch.Clinical.Anomaly;

namespace Wardwatch.Server.Models.Contracts;

/// <summary>The trained anomaly models.</summary>
public interface IAnomalyModels
{
    /// <summary>The model in force. A change becomes visible as a whole; hold the reference while scoring one reading.</summary>
    VitalAnomalyModel Active { get; }
}
