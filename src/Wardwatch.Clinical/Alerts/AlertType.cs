using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Clinical.Alerts;

/// <summary>How the condition of a type is judged.</summary>
public enum AlertRuleKind : byte
{
    /// <summary>The vital is above the limit.</summary>
    Above,

    /// <summary>The vital is below the limit.</summary>
    Below,

    /// <summary>The vital has fallen by the limit or more within <see cref="AlertType.WindowSeconds"/>, below <see cref="AlertType.FallsBelow"/>.</summary>
    Fall,

    /// <summary>The total of NEWS2 is certainly at the limit or more.</summary>
    News2Total,

    /// <summary>A single parameter of NEWS2 certainly scores the limit.</summary>
    News2Single,

    /// <summary>The anomaly score is at the limit or more.</summary>
    Anomaly,

    /// <summary>The monitor has sent nothing for longer than the limit.</summary>
    DeviceSilence,

    /// <summary>A continuous vital has not come for longer than the limit.</summary>
    ParameterSilence,

    /// <summary>A device says that its leads are off.</summary>
    LeadOff,

    /// <summary>The device's battery is below the limit.</summary>
    Battery,

    /// <summary>The device's clock is off by more than the limit.</summary>
    Clock,

    /// <summary>Not seen in readings: raised and ended by the part of the server that notices it, or by a person.</summary>
    Reported,
}

/// <summary>A type of alert: what is fixed about it, and the defaults of what may be changed for a ward or a patient.</summary>
/// <param name="Code">Its name in the API, in events and in the database: <c>spo2-low</c>. Never changed.</param>
/// <param name="Name">Its name in words.</param>
/// <param name="Category">What it is about.</param>
/// <param name="Priority">Its priority when it is raised at its limit.</param>
/// <param name="Kind">How its condition is judged.</param>
/// <param name="Vital">The vital it judges; null for those that judge something else.</param>
public sealed record AlertType(string Code, string Name, AlertCategory Category, AlertPriority Priority, AlertRuleKind Kind, Vital? Vital = null)
{
    /// <summary>Its place in <see cref="AlertCatalogue"/>, 0 to 32.</summary>
    public int Index { get; init; } = -1;

    /// <summary>The rule in words.</summary>
    public required string Rule { get; init; }

    /// <summary>Where the rule, its limit and its delay come from; says so where they are Wardwatch's own choice.</summary>
    public required string Source { get; init; }

    /// <summary>Who responds: one of <see cref="DutyRoles"/>.</summary>
    public required string RespondingRole { get; init; }

    /// <summary>Within how many minutes of the onset somebody must be at the bedside, or at the thing.</summary>
    public required int ResponseMinutes { get; init; }

    /// <summary>The default limit in <see cref="Unit"/>; null where the condition is a yes or no.</summary>
    public double? Limit { get; init; }

    /// <summary>The least limit that may be set; equal to <see cref="SafeMax"/> where it is fixed.</summary>
    public double? SafeMin { get; init; }

    /// <summary>The greatest limit that may be set.</summary>
    public double? SafeMax { get; init; }

    /// <summary>By how much a value must be back on the good side of the limit before the condition can end.</summary>
    public double Hysteresis { get; init; }

    /// <summary>How long, in seconds, the condition must hold on a stream of values before it is raised.</summary>
    public double DelaySeconds { get; init; }

    /// <summary>The longest delay that may be set; the shortest is none.</summary>
    public double MaxDelaySeconds { get; init; }

    /// <summary>How long, in seconds, a stream must be good again before the condition ends.</summary>
    public double ClearSeconds { get; init; }

    /// <summary>For <see cref="AlertRuleKind.Fall"/>: within how many seconds.</summary>
    public double WindowSeconds { get; init; }

    /// <summary>For <see cref="AlertRuleKind.Fall"/>: a value at or above this is none, from wherever it came.</summary>
    public double FallsBelow { get; init; } = double.PositiveInfinity;

    /// <summary>From where on the alert has <see cref="EscalatesTo"/>; in the unit of the limit.</summary>
    public double? EscalationLimit { get; init; }

    /// <summary>The priority past <see cref="EscalationLimit"/>; null if the priority is one.</summary>
    public AlertPriority? EscalatesTo { get; init; }

    /// <summary>Whether a hospital, a ward or a patient may do without it.</summary>
    public bool CanBeSwitchedOff { get; init; } = true;

    /// <summary>About a device or the installation, not the patient. Such alerts never latch.</summary>
    public bool IsTechnical => Category == AlertCategory.Technical || (Category == AlertCategory.Operational && Code != "manual");

    /// <summary>Judged from measurements of the patient.</summary>
    public bool IsPhysiological => Category < AlertCategory.Technical;

    /// <summary>Whether it stays in sight after its condition has ended, until somebody acknowledges it: all physiological alerts of high priority (IEC 60601-1-8 calls it latching).</summary>
    public bool Latches => IsPhysiological && Priority == AlertPriority.High;

    /// <summary>Judged by <see cref="AlertEngine"/>; the others are raised by the server.</summary>
    public bool IsJudgedByEngine => Kind != AlertRuleKind.Reported;

    /// <summary>Whether anything of it may be overridden.</summary>
    public bool IsOverridable => IsJudgedByEngine && (CanBeSwitchedOff || MaxDelaySeconds > 0 || SafeMin < SafeMax);

    /// <summary>The unit of the limit as staff write it; empty where there is none.</summary>
    public string Unit => Kind switch
    {
        AlertRuleKind.Fall when Vital == Vitals.Vital.SpO2 => "points",
        AlertRuleKind.Above or AlertRuleKind.Below or AlertRuleKind.Fall => VitalCatalogue.Of(Vital!.Value).DisplayUnit,
        AlertRuleKind.DeviceSilence or AlertRuleKind.ParameterSilence or AlertRuleKind.Clock => "s",
        AlertRuleKind.Battery => "%",
        _ => "",
    };

    /// <summary>Why an override is not safe, as a sentence for whoever asked for it; null if it is.</summary>
    public string? Validate(AlertOverride change)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (!IsJudgedByEngine)
            return $"{Name} has nothing that can be set: it is not judged from readings.";
        if (change is { Limit: null, DelaySeconds: null, IsOn: null })
            return $"{Name}: nothing is changed.";
        if (change.IsOn == false && !CanBeSwitchedOff)
            return $"{Name} cannot be switched off.";
        if (change.Limit is { } limit && !(limit >= SafeMin && limit <= SafeMax))
        {
            return SafeMin is null || SafeMin == SafeMax
                ? $"The limit of {Name} is fixed."
                : $"The limit of {Name} must be from {AlertText.Number(SafeMin.Value)} to {AlertText.Number(SafeMax!.Value)} {Unit}".TrimEnd() + ".";
        }

        if (change.DelaySeconds is { } delay && !(delay >= 0 && delay <= MaxDelaySeconds))
            return MaxDelaySeconds == 0 ? $"{Name} has no delay." : $"The delay of {Name} must be from 0 to {AlertText.Number(MaxDelaySeconds)} s.";
        return null;
    }
}

/// <summary>A change of one type for a hospital, a ward or a patient. What is null stays as it is.</summary>
/// <param name="TypeIndex">The type's place in <see cref="AlertCatalogue"/>.</param>
/// <param name="Limit">The limit, in the type's unit.</param>
/// <param name="DelaySeconds">The delay, in seconds.</param>
/// <param name="IsOn">Whether the type is judged at all.</param>
public sealed record AlertOverride(int TypeIndex, double? Limit, double? DelaySeconds, bool? IsOn);
