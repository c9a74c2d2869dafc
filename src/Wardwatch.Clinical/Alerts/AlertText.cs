using System.Globalization;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Clinical.Alerts;

/// <summary>Puts the cause of an alert into words for staff.</summary>
public static class AlertText
{
    /// <summary>
    /// "SpO₂ 84 &lt; 88 for 15 s", "NEWS2 at least 8 ≥ 7", "No SpO₂ from device for 45 s"; for a type that the server raises, its name.
    /// </summary>
    public static string Format(in AlertTransition transition)
    {
        var type = AlertCatalogue.Of(transition.Type);
        string what = Cause(type, in transition);
        return transition.DelaySeconds > 0 && type.Kind is not (AlertRuleKind.News2Total or AlertRuleKind.News2Single) ? $"{what} for {Number(transition.DelaySeconds)} s" : what;
    }

    /// <summary>A number as staff read it: no more than one decimal, and none that is zero; scores below 1 with two.</summary>
    public static string Number(double value) => Math.Abs(value) < 1
        ? value.ToString("0.##;-0.##;0", CultureInfo.InvariantCulture)
        : Math.Round(value, 1, MidpointRounding.AwayFromZero).ToString("0.#", CultureInfo.InvariantCulture);

    private static string Cause(AlertType type, in AlertTransition transition)
    {
        string value = Number(transition.Value), limit = Number(transition.Limit);
        return type.Kind switch
        {
            AlertRuleKind.Above when type.Vital == Vital.Consciousness => $"Consciousness: {Level(transition.Value)}",
            AlertRuleKind.Above => $"{ShortName(in transition)} {value} > {limit}",
            AlertRuleKind.Below => $"{ShortName(in transition)} {value} < {limit}",
            AlertRuleKind.Fall => $"{ShortName(in transition)} fell by {value} ≥ {limit} within {Number(type.WindowSeconds / 60)} min",
            AlertRuleKind.News2Total => $"NEWS2 {(transition.IsLowerBound ? "at least " : "")}{value} ≥ {limit}",
            AlertRuleKind.News2Single when transition.VitalOrNull == Vital.Consciousness => $"Consciousness ({Level(transition.Value)}) scores 3 in NEWS2",
            AlertRuleKind.News2Single => $"{ShortName(in transition)} {value} scores 3 in NEWS2",
            AlertRuleKind.Anomaly => $"Anomaly score {value} ≥ {limit}",
            AlertRuleKind.DeviceSilence => $"No reading from device for {Seconds(transition.Value)}",
            AlertRuleKind.ParameterSilence => $"No {ShortName(in transition)} from device for {Seconds(transition.Value)}",
            AlertRuleKind.LeadOff when transition.VitalOrNull is null or Vital.HeartRate or Vital.RespiratoryRate => "Electrodes off",
            AlertRuleKind.LeadOff => $"{ShortName(in transition)} sensor off",
            AlertRuleKind.Battery => $"Battery {value} % < {limit} %",
            AlertRuleKind.Clock => $"Device clock {Seconds(Math.Abs(transition.Value))} {(transition.Value > 0 ? "ahead" : "behind")}",
            _ => type.Name,
        };
    }

    private static string ShortName(in AlertTransition transition) => transition.VitalOrNull is { } vital ? VitalCatalogue.Of(vital).ShortName : "";

    // Silence is told in whole seconds, and minutes where it has lasted long.
    private static string Seconds(double seconds) =>
        seconds < 600 ? $"{Math.Floor(seconds).ToString("0", CultureInfo.InvariantCulture)} s" : $"{Math.Floor(seconds / 60).ToString("0", CultureInfo.InvariantCulture)} min";

    private static string Level(double value) => (Consciousness)(byte)value switch
    {
        Consciousness.Alert => "alert",
        Consciousness.Confusion => "newly confused",
        Consciousness.Voice => "responds to voice",
        Consciousness.Pain => "responds to pain",
        _ => "unresponsive",
    };
}
