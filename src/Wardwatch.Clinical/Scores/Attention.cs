using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Clinical.Scores;

/// <summary>How urgently a score asks for somebody's attention. The order is that of rising urgency.</summary>
public enum AttentionPriority : byte
{
    /// <summary>Nothing is certain enough to call for anybody.</summary>
    None,

    /// <summary>Urgent response: NEWS2 of 5 or 6, or a single parameter that scores 3.</summary>
    Medium,

    /// <summary>Emergency response: NEWS2 of 7 or more.</summary>
    High,
}

/// <summary>
/// The most urgent thing that a NEWS2 score says for certain, at most one per score. Only lower bounds count: what is missing neither raises nor clears.
/// Thresholds: Royal College of Physicians, NEWS2 (2017): 7 emergency, 5 urgent, 3 in a single parameter urgent ward review.
/// </summary>
/// <param name="Priority">How urgent it is; <see cref="AttentionPriority.None"/> if nothing is certain.</param>
/// <param name="Vital">The parameter that scores 3 on its own, or null if the total is the reason.</param>
/// <param name="Value">That parameter's value in its catalogue unit; NaN if the total is the reason.</param>
/// <param name="Points">The least total, or the points of the single parameter.</param>
/// <param name="Threshold">The threshold that the points reach: 7, 5 or 3; 0 for none.</param>
/// <param name="Complete">Whether all inputs were known; if not, the total is "at least" its points.</param>
public readonly record struct Attention(AttentionPriority Priority, Vital? Vital, double Value, int Points, int Threshold, bool Complete)
{
    /// <summary>The least total that asks for an emergency response.</summary>
    public const int EmergencyTotal = 7;

    /// <summary>The least total that asks for an urgent response.</summary>
    public const int UrgentTotal = 5;

    /// <summary>The points of a single parameter that ask for an urgent ward review.</summary>
    public const int SingleParameterPoints = 3;

    /// <summary>
    /// What a score calls for. A total of 5 or more is named before a single 3 within it, since it asks for the stronger response. Does not allocate.
    /// </summary>
    /// <param name="score">The score.</param>
    /// <param name="vitals">The values that the score was computed from.</param>
    public static Attention From(in News2Score score, in VitalSet vitals)
    {
        if (score.Min >= EmergencyTotal)
            return Total(AttentionPriority.High, EmergencyTotal, in score);
        if (score.Min >= UrgentTotal)
            return Total(AttentionPriority.Medium, UrgentTotal, in score);
        if (score.FirstSingleThree is { } vital)
            return new Attention(AttentionPriority.Medium, vital, vitals.ValueOrNaN(vital), SingleParameterPoints, SingleParameterPoints, score.Complete);
        return new Attention(AttentionPriority.None, null, double.NaN, score.Min, 0, score.Complete);
    }

    private static Attention Total(AttentionPriority priority, int threshold, in News2Score score) =>
        new(priority, null, double.NaN, score.Min, threshold, score.Complete);
}

/// <summary>Puts an <see cref="Attention"/> into words for staff.</summary>
public static class AttentionText
{
    /// <summary>
    /// "NEWS2 9 ≥ 7" for a complete score, "NEWS2 at least 8" for a lower bound, "SpO₂ 84 scores 3 in NEWS2" for a single parameter; empty if there is nothing
    /// to attend to.
    /// </summary>
    public static string Format(Attention attention) => attention switch
    {
        { Priority: AttentionPriority.None } => "",
        { Vital: { } vital } => $"{VitalCatalogue.Of(vital).Name} {ValueText(vital, attention.Value)} scores {attention.Points} in NEWS2",
        { Complete: true } => $"NEWS2 {attention.Points} ≥ {attention.Threshold}",
        _ => $"NEWS2 at least {attention.Points}",
    };

    /// <summary>The value as NEWS2 charts it: whole numbers, temperature to a tenth, consciousness in words.</summary>
    private static string ValueText(Vital vital, double value) => vital switch
    {
        Vital.Consciousness => ((Consciousness)(byte)value).ToString().ToLowerInvariant(),
        Vital.Temperature => Math.Round(value, 1, MidpointRounding.AwayFromZero).ToString("0.0"),
        _ => Math.Round(value, MidpointRounding.AwayFromZero).ToString("0"),
    };
}
