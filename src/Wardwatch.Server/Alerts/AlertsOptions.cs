using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Alerts;

/// <summary>What can be set about alerts: configuration section <c>Wardwatch:Alerts</c>, environment <c>Wardwatch__Alerts__Name</c>.</summary>
public sealed class AlertsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:Alerts";

    /// <summary>For how many days alerts are kept after their end, with their causes and what was done about them; as long as their incident in any case. 0 keeps all.</summary>
    [Range(0, 36500)]
    public int RetentionDays { get; set; } = 3650;
}
