using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.AlertPath;

/// <summary>How the alert path of each ward is tested: configuration section <c>Wardwatch:AlertPath</c>, the same in every process.</summary>
public sealed class AlertPathOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:AlertPath";

    /// <summary>Whether the synthetic patient of each ward raises alerts. Without it nothing says that alerts arrive.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>From one round to the next of a ward, in seconds.</summary>
    [Range(1, 3600)]
    public double IntervalSeconds { get; set; } = 120;

    /// <summary>How long a round may take until its alert has arrived, in seconds; then the path is late, and another round begins.</summary>
    [Range(1, 600)]
    public double LateSeconds { get; set; } = 30;

    /// <summary>After so many seconds without an arrival the path is broken: counted from the first round that did not arrive, or that should have begun.</summary>
    [Range(1, 3600)]
    public double BrokenSeconds { get; set; } = 60;

    /// <summary>How long what the rounds leave in the database is kept, in hours.</summary>
    [Range(1, 8760)]
    public int KeepHours { get; set; } = 24;
}
