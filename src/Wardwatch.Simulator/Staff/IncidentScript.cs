namespace Wardwatch.Simulator.Staff;

/// <summary>What scripted staff do about an incident.</summary>
internal enum StaffAct
{
    Nothing,

    /// <summary>Whoever was asked last says that they know.</summary>
    Acknowledge,

    /// <summary>The nurse of the ward has been at the bedside.</summary>
    Review,

    /// <summary>Whoever is responsible says how it ended.</summary>
    Resolve,
}

/// <summary>How slow the staff are; all from the last thing that happened to the incident.</summary>
internal sealed record StaffPace(TimeSpan Acknowledge, TimeSpan Review, TimeSpan Resolve, TimeSpan GiveUp)
{
    /// <summary>Time enough to look at each step, and to be quicker than they are.</summary>
    public static StaffPace Usual { get; } = new(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(4), TimeSpan.FromMinutes(1));
}

/// <summary>
/// The script for one incident: the first who is asked does not answer, so that it goes on to the next, who does; then somebody goes there, and when the patient is better it is resolved. Whatever
/// somebody at a screen does first is left to them, and told. Pure: takes what is known and the time it is handed.
/// </summary>
internal sealed class IncidentScript(StaffPace pace, string server)
{
    private IncidentNews? _last;
    private TimeSpan _began;
    private TimeSpan _since;

    /// <summary>Takes in how the incident stands; answers what to tell of it.</summary>
    /// <param name="news">The incident.</param>
    /// <param name="now">Since any fixed moment.</param>
    public IReadOnlyList<string> Look(IncidentNews news, TimeSpan now)
    {
        var before = _last;

        // The end of its last alert is news of an incident too, though nothing about the incident itself is different.
        if (before is not null && (news.Version < before.Version || (news.Version == before.Version && news.IsOver == before.IsOver))) return [];
        _last = news;
        if (before is null) _began = now;
        if (before is null || (before.State, before.Step, before.IsReviewed, before.IsOver) != (news.State, news.Step, news.IsReviewed, news.IsOver)) _since = now;
        return [.. Lines(before, news, Math.Round((now - _began).TotalSeconds))];
    }

    /// <summary>What is to be done now.</summary>
    public StaffAct Due(TimeSpan now)
    {
        if (_last is not { IsResolved: false } news) return StaffAct.Nothing;
        var waited = now - _since;
        if (news.IsUnacknowledged) return news.Step > 1 && news.Assignee.Length > 0 && waited >= pace.Acknowledge ? StaffAct.Acknowledge : StaffAct.Nothing;
        if (!news.IsReviewed) return waited >= pace.Review ? StaffAct.Review : StaffAct.Nothing;
        return waited >= (news.IsOver ? pace.Resolve : pace.GiveUp) ? StaffAct.Resolve : StaffAct.Nothing;
    }

    private IEnumerable<string> Lines(IncidentNews? before, IncidentNews news, double seconds)
    {
        var place = $"Bed {news.Bed}";
        if (before is null || (before.Name != news.Name && !news.IsResolved))
        {
            yield return $"{place}: {news.Cause} ({news.Name}, {news.Priority} priority). The strip is on the tile, the tone sounds, a toast comes.";
        }

        if (news.IsUnacknowledged && news.Assignee.Length > 0 && (before is null || before.Assignee != news.Assignee))
        {
            yield return news.Step == 1
                ? $"{place}: {news.Assignee} is on duty as {news.Role} and is asked.{(news.Next.Length > 0 ? $" Without an answer it goes to: {news.Next}." : "")}"
                : $"{place}: nobody has answered. {news.Assignee} ({news.Role}) is asked now.";
        }

        if ((before is null || before.IsUnacknowledged) && !news.IsUnacknowledged && !news.IsResolved)
        {
            yield return $"{place}: {news.Assignee} has acknowledged it after {seconds} s. It is quiet, and the response clock runs on: somebody must go there.";
        }

        if (news.IsReviewed && before is not { IsReviewed: true })
        {
            yield return $"{place}: somebody was at the bedside after {seconds} s. That alone stops the clock. The patient is treated.";
        }

        if (news.IsOver && before is { IsOver: false } && !news.IsResolved) yield return $"{place}: the values are within their limits again.";
        if (news.IsResolved && before is { IsResolved: false }) yield return $"{place}: resolved after {seconds} s. What happened: {server}/incidents/{news.Id} · the ward's figures: {server}/figures";
    }
}
