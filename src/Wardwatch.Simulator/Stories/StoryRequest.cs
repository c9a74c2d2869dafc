namespace Wardwatch.Simulator.Stories;

/// <summary>
/// A story as the operator asked for it: <c>NAME[:patient][@every][,onset=S][,duration=S][,hold=S][,recover=S]</c>, all in seconds of the data timeline. Without a
/// patient it is the first one's; without a hold it does not recede.
/// </summary>
/// <param name="Target">A patient's number from 1, its id, its device's id, or <c>*</c> for all.</param>
/// <param name="Run">What happens.</param>
public sealed record StoryRequest(string Target, StoryRun Run)
{
    /// <summary>Whether no time was asked for.</summary>
    public bool HasUsualTimes { get; private init; }

    /// <summary>
    /// The same for somebody who watches it from the beginning to the end: with time to open a page first, quick, with treatment that helps, over within two minutes. In real seconds.
    /// </summary>
    /// <param name="speed">Seconds of the data timeline per real second.</param>
    public StoryRequest Told(double speed) =>
        HasUsualTimes ? this with { Run = new StoryRun(Run.Story, 20 * speed, 12 * speed, 38 * speed, 15 * speed) { RoundsSeconds = 5 * speed } } : this;

    /// <summary>When a story begins unless asked otherwise: late enough to see the patient calm first.</summary>
    public const double DefaultOnsetSeconds = 30;

    /// <exception cref="SimulatorException">The text cannot be understood.</exception>
    public static StoryRequest Parse(string text)
    {
        var request = RequestText.Parse(text, "story");
        if (!StoryCatalogue.TryFind(request.Name, out var story))
            throw SimulatorException.Usage($"There is no story '{request.Name}'. Known: {string.Join(", ", StoryCatalogue.All.Select(known => known.Name))}, calm (none at all).");

        var run = new StoryRun(
            story,
            request.Take("onset", 0) ?? DefaultOnsetSeconds,
            request.Take("duration", 1) ?? story.DevelopSeconds,
            request.Take("hold", 0) ?? (request.Every is null ? double.PositiveInfinity : 120),
            request.Take("recover", 1) ?? 120,
            request.Every ?? double.PositiveInfinity);
        return new StoryRequest(request.Target ?? "1", run) { HasUsualTimes = request is { Every: null, HasNumbers: false } };
    }
}
