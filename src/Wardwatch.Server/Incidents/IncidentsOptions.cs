using System.ComponentModel.DataAnnotations;
using Wardwatch.Server.Incidents.Routing;

namespace Wardwatch.Server.Incidents;

/// <summary>What can be set about incidents: configuration section <c>Wardwatch:Incidents</c>, environment <c>Wardwatch__Incidents__Name</c>.</summary>
public sealed class IncidentsOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:Incidents";

    /// <summary>After how many seconds without acknowledgement an incident of high priority goes to tier 2, to the charge nurse, and to everybody on duty on the ward.</summary>
    public string HighSteps { get; set; } = "30,60,120";

    /// <summary>The same for medium priority.</summary>
    public string MediumSteps { get; set; } = "120,300,600";

    /// <summary>The same for low priority; empty: it goes to nobody else.</summary>
    public string LowSteps { get; set; } = "";

    /// <summary>After how many seconds whoever has acknowledged an incident of high priority, and done nothing more, is told again.</summary>
    [Range(1, 86_400)]
    public int HighReAlertSeconds { get; set; } = 120;

    /// <summary>The same for medium priority. Low priority is not told again.</summary>
    [Range(1, 86_400)]
    public int MediumReAlertSeconds { get; set; } = 600;

    /// <summary>At least so many seconds lie between two notices to whoever is responsible that something more has joined.</summary>
    [Range(1, 3600)]
    public int TellAgainSeconds { get; set; } = 30;

    /// <summary>After how many seconds an incident of less than high priority closes by itself, if all its conditions have ended and nothing is latched.</summary>
    [Range(1, 604_800)]
    public int CloseSeconds { get; set; } = 300;

    /// <summary>After how many hours a resolved incident is archived.</summary>
    [Range(1, 8760)]
    public int ArchiveHours { get; set; } = 24;

    /// <summary>For how many days incidents are kept after they were archived, with their histories. 0 keeps all.</summary>
    [Range(0, 36500)]
    public int RetentionDays { get; set; } = 3650;

    /// <summary>How often it is proved that every alert of every bed would reach somebody, in minutes.</summary>
    [Range(1, 1440)]
    public int CoverageMinutes { get; set; } = 3;

    /// <summary>For how many hours ahead.</summary>
    [Range(1, 72)]
    public int CoverageHours { get; set; } = 8;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, steps, mayBeEmpty) in new[] { (nameof(HighSteps), HighSteps, false), (nameof(MediumSteps), MediumSteps, false), (nameof(LowSteps), LowSteps, true) })
        {
            if (!(mayBeEmpty && steps.Length == 0) && !EscalationPolicy.TryParse(steps, out _))
            {
                yield return new($"{name} must be three rising numbers of seconds, the greatest at most {EscalationPolicy.MostSeconds}: 30,60,120.", [name]);
            }
        }
    }
}
