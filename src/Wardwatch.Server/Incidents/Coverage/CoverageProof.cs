using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Incidents.Routing;
using Wardwatch.Server.OnCall.Contracts;

namespace Wardwatch.Server.Incidents.Coverage;

/// <summary>A step that would be taken.</summary>
/// <param name="After">Seconds after the alert.</param>
/// <param name="To">Whom it asks, in words.</param>
/// <param name="People">Who that is at the beginning of the time.</param>
internal sealed record CoverageStep(int After, string To, IReadOnlyList<OnDuty> People);

/// <summary>Whom an alert would reach.</summary>
/// <param name="Steps">In order.</param>
/// <param name="Hole">What is missing, and when, in sentences; null if nothing is.</param>
internal sealed record CoverageFinding(IReadOnlyList<CoverageStep> Steps, string? Hole);

/// <summary>
/// Proves whom each type of alert on a ward would reach, now and after every change of duty within a time: by asking the router that is asked about real alerts. It does not depend on
/// the bed, so that a ward's types are proved once for all its beds.
/// </summary>
internal sealed class CoverageProof(IDutyTable duty, IncidentsOptions options, DateTimeOffset from, DateTimeOffset until)
{
    private static readonly ResponderLoads NoLoads = new();
    private readonly Dictionary<(string? Ward, string Role, bool Technical, AlertPriority Priority), CoverageFinding> _found = [];
    private readonly Dictionary<string, List<DateTimeOffset>> _times = new(StringComparer.Ordinal);

    /// <summary>Whom an alert of a type would reach on a ward.</summary>
    public CoverageFinding Of(string? ward, AlertType type)
    {
        var key = (ward, type.RespondingRole, type.IsTechnical, type.Priority);
        if (!_found.TryGetValue(key, out var finding))
        {
            _found.Add(key, finding = Find(ward, type));
        }

        return finding;
    }

    /// <summary>Every sentence about what is missing on a ward, each once.</summary>
    public IReadOnlyList<string> HolesOf(string? ward)
    {
        var holes = new List<string>();
        foreach (var type in AlertCatalogue.All)
        {
            if (Of(ward, type).Hole is { } hole && !holes.Contains(hole))
            {
                holes.Add(hole);
            }
        }

        return holes;
    }

    /// <summary>Whether anybody is on duty on any of these wards at any time: if not, there is no roster to be proved.</summary>
    public bool HasDuties(IEnumerable<string?> wards) =>
        wards.Any(ward => TimesOf(ward).Any(at => Router.Everybody(new(DutyRoles.Nurse, Technical: true, ward, at), duty).Count > 0));

    private CoverageFinding Find(string? ward, AlertType type)
    {
        var times = TimesOf(ward);
        var missing = new List<(string Sentence, DateTimeOffset From, DateTimeOffset Until)>();
        IReadOnlyList<CoverageStep> now = [];
        for (var i = 0; i < times.Count; i++)
        {
            var end = i + 1 < times.Count ? times[i + 1] : until;
            var (steps, empty) = Walk(new(type.RespondingRole, type.IsTechnical, ward, times[i]), EscalationPolicy.Of(options, type.Priority));
            if (i == 0)
            {
                now = steps;
            }

            missing.AddRange(empty.Select(sentence => (sentence, times[i], end)));
        }

        return new(now, missing.Count == 0 ? null : string.Join(' ', missing.GroupBy(one => one.Sentence, StringComparer.Ordinal).Select(SentenceOf)));
    }

    // One alert at one time, from the first step to the last, each person asked as if nobody answered.
    private (List<CoverageStep> Steps, List<string> Empty) Walk(RouteQuestion question, EscalationPolicy policy)
    {
        var (steps, empty) = (new List<CoverageStep>(), new List<string>());
        var asked = new HashSet<Guid>();
        var after = 0;
        for (var step = 1; step <= EscalationPolicy.LastStep; step++)
        {
            var route = Router.Find(question, step, duty, NoLoads, asked, []);
            empty.AddRange(route.Empty.Select(one => one.Sentence));
            if (route.OffDuty)
            {
                break;
            }

            steps.Add(new(after, route.To, route.People));
            asked.UnionWith(route.People.Select(person => person.AccountId));
            step = route.Step;
            if (policy.Gap(step) is not { } gap)
            {
                break;
            }

            after += (int)gap.TotalSeconds;
        }

        return (steps, empty);
    }

    private List<DateTimeOffset> TimesOf(string? ward)
    {
        if (!_times.TryGetValue(ward ?? "", out var times))
        {
            times = [.. DutyRoles.All.Keys.SelectMany(role => duty.Changes(ward, role)).Where(at => at > from && at < until).Prepend(from).Distinct().Order()];
            _times.Add(ward ?? "", times);
        }

        return times;
    }

    private string SentenceOf(IGrouping<string, (string Sentence, DateTimeOffset From, DateTimeOffset Until)> same)
    {
        var stretches = new List<(DateTimeOffset From, DateTimeOffset Until)>();
        foreach (var (_, begin, end) in same.OrderBy(one => one.From))
        {
            if (stretches is [.., var last] && last.Until >= begin)
            {
                stretches[^1] = (last.From, end > last.Until ? end : last.Until);
            }
            else
            {
                stretches.Add((begin, end));
            }
        }

        return stretches is [var whole] && whole.From == from && whole.Until == until
            ? same.Key
            : $"{same.Key[..^1]} {string.Join(" and ", stretches.Select(one => $"from {one.From.UtcDateTime:HH:mm} to {one.Until.UtcDateTime:HH:mm}"))} UTC.";
    }
}
