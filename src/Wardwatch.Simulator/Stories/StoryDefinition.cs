using Wardwatch.Simulator.Patients;

namespace Wardwatch.Simulator.Stories;

/// <summary>Changes a frame by how far a story has gone.</summary>
/// <param name="frame">The patient without the story.</param>
/// <param name="severity">0 not begun … 1 complete.</param>
/// <param name="seconds">The data timeline, for what varies from beat to beat.</param>
public delegate void StoryEffect(VitalFrame frame, double severity, double seconds);

/// <summary>A scripted deterioration: a pure function of time over a patient's own baseline.</summary>
/// <param name="Name">How it is called.</param>
/// <param name="Synonyms">What else it is called.</param>
/// <param name="DevelopSeconds">How long it takes to be complete, unless asked otherwise.</param>
/// <param name="Effect">What it does.</param>
public sealed record StoryDefinition(string Name, IReadOnlyList<string> Synonyms, double DevelopSeconds, StoryEffect Effect);

/// <summary>One story in one patient: it begins, develops, holds and, if it is to, recedes; with a period it comes again.</summary>
/// <param name="Story">What happens.</param>
/// <param name="OnsetSeconds">When it begins, on the data timeline.</param>
/// <param name="DevelopSeconds">How long until it is complete.</param>
/// <param name="HoldSeconds">How long it stays complete; infinite: for good.</param>
/// <param name="RecoverSeconds">How long it takes to recede.</param>
/// <param name="PeriodSeconds">From one onset to the next; infinite: only once.</param>
public sealed record StoryRun(
    StoryDefinition Story,
    double OnsetSeconds,
    double DevelopSeconds,
    double HoldSeconds = double.PositiveInfinity,
    double RecoverSeconds = 120,
    double PeriodSeconds = double.PositiveInfinity)
{
    /// <summary>How often what no device measures all the time (a cuff's pressure, temperature, consciousness) is taken while the story is on, in seconds.</summary>
    public double RoundsSeconds { get; init; } = 120;

    /// <summary>How far the story has gone at a time, 0 … 1, without jumps.</summary>
    public double SeverityAt(double seconds)
    {
        var since = seconds - OnsetSeconds;
        if (since <= 0) return 0;
        if (double.IsFinite(PeriodSeconds)) since %= PeriodSeconds;
        if (since < DevelopSeconds) return Smooth(since / DevelopSeconds);
        since -= DevelopSeconds;
        if (since <= HoldSeconds) return 1;
        since -= HoldSeconds;
        return since < RecoverSeconds ? 1 - Smooth(since / RecoverSeconds) : 0;
    }

    /// <summary>Changes a frame by the story; answers the severity.</summary>
    public double Apply(VitalFrame frame, double seconds)
    {
        var severity = SeverityAt(seconds);
        if (severity > 0) Story.Effect(frame, severity, seconds);
        return severity;
    }

    // Slow, fast, slow: the cubic that is level at both ends.
    private static double Smooth(double x) => x * x * (3 - (2 * x));
}
