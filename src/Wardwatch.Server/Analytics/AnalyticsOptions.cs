using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Analytics;

/// <summary>What can be set about figures: configuration section <c>Wardwatch:Analytics</c>, environment <c>Wardwatch__Analytics__Name</c>.</summary>
public sealed class AnalyticsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:Analytics";

    /// <summary>
    /// Alerts per occupied bed and day that a ward should stay below, where it has set nothing else. 12 is Wardwatch's own choice: with six beds to a nurse, one alert in twenty minutes.
    /// </summary>
    [Range(AlertBudget.Least, AlertBudget.Most)]
    public double AlertsPerBedDay { get; set; } = 12;

    /// <summary>For how many days single alerts and responses stay among the figures, as long as the events from which they are made; the sums of hours stay. 0 keeps all.</summary>
    [Range(0, 36500)]
    public int AlertDays { get; set; } = 400;

    /// <summary>The hospital's time zone, by its IANA name: where a day and its hours begin.</summary>
    [Required]
    public string TimeZone { get; set; } = "UTC";
}
