using System.Text.Json;
using Shouldly;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Analytics;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Incidents.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Analytics;

/// <summary>What alerts and incidents come to: each once, whatever is told twice or late.</summary>
public class AlertFoldTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private readonly FoldedFigures _figures = new(StoredFigures.None);
    private long _number;

    [Fact]
    public void An_alert_counts_on_its_ward_in_its_hour_by_type_and_the_priority_with_which_it_was_raised()
    {
        Raise("a-1", at: Noon.AddMinutes(59));
        Change("a-1", "escalated", Noon.AddMinutes(61), priority: "high");
        Change("a-1", "ended", Noon.AddMinutes(70));
        Sums().ShouldBe(["north 12 alert:hr-high:medium 1"]);
        _figures.Sums.Where(sum => sum.Measure.StartsWith(Measures.EventPrefix, StringComparison.Ordinal)).Sum(sum => sum.Amount).ShouldBe(3);
    }

    [Fact]
    public void An_alert_that_is_told_twice_counts_once()
    {
        Raise("a-1");
        Change("a-1", "judged", Noon.AddMinutes(5), judgement: "real");
        Raise("a-1");
        Change("a-1", "judged", Noon.AddMinutes(5), judgement: "real");
        Sums().ShouldBe(["north 12 alert:hr-high:medium 1", "north 12 judged:hr-high:real 1"]);
    }

    [Fact]
    public void Who_thinks_again_is_counted_once_and_in_the_hour_of_the_alert()
    {
        Raise("a-1");
        Change("a-1", "judged", Noon.AddHours(3), judgement: "no-action");
        Change("a-1", "judged", Noon.AddHours(4), judgement: "artefact");
        Sums().ShouldBe(["north 12 alert:hr-high:medium 1", "north 12 judged:hr-high:artefact 1"]);

        // What was said before that and comes only now changes nothing.
        Change("a-1", "judged", Noon.AddHours(2), judgement: "real");
        Sums().ShouldBe(["north 12 alert:hr-high:medium 1", "north 12 judged:hr-high:artefact 1"]);
    }

    [Fact]
    public void A_judgement_that_comes_before_its_alert_waits_for_it()
    {
        Change("a-1", "judged", Noon.AddHours(1), judgement: "real");
        Sums().ShouldBeEmpty();
        Raise("a-1");
        Sums().ShouldBe(["north 12 alert:hr-high:medium 1", "north 12 judged:hr-high:real 1"]);
    }

    [Fact]
    public void Each_time_of_an_incident_is_the_first_and_its_priority_the_highest()
    {
        var incident = Guid.NewGuid();
        Respond(incident, "opened", priority: "medium");
        Respond(incident, "joined", priority: "high", ward: "south");
        Respond(incident, "acknowledged", acknowledged: 40, delivered: 2);
        Respond(incident, "reassigned", acknowledged: 90, delivered: 3);
        Respond(incident, "resolved", reviewed: 300, resolved: 400, outcome: "real", delivered: 2, acknowledged: 40);
        Respond(incident, "archived", priority: "low", resolved: 500, outcome: "artefact");
        _figures.Responses.Single().ShouldBe(new(
            incident, "north", "hr-high", "high", Noon.AddSeconds(-15), Noon, Noon.AddSeconds(2), Noon.AddSeconds(40), Noon.AddSeconds(300), Noon.AddSeconds(400), "real"));
        Sums().ShouldBeEmpty("incidents are counted as they stand");
    }

    [Fact]
    public void The_synthetic_patient_counts_nowhere()
    {
        Raise("a-1", canary: true);
        Change("a-1", "judged", Noon, judgement: "real", canary: true);
        Respond(Guid.NewGuid(), "opened", canary: true);
        _figures.Sums.ShouldBeEmpty();
        _figures.Alerts.ShouldBeEmpty();
        _figures.Responses.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_the_whole_hospitals_stands_on_no_ward()
    {
        Raise("a-1", ward: null);
        Sums().ShouldBe([" 12 alert:hr-high:medium 1"]);
    }

    // Some events come twice, and some once more after later ones of their patient, as replayed dead letters do; patients' events are mixed in any order.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_told_again_figures_are_those_of_everything_told_once(int seed)
    {
        var random = new Random(seed);
        var lives = Enumerable.Range(0, 60).Select(patient => Life(patient, random)).ToList();
        var once = new FoldedFigures(StoredFigures.None);
        lives.SelectMany(life => life).ToList().ForEach(once.Add);

        var again = new FoldedFigures(StoredFigures.None);
        var queues = lives.ConvertAll(life => new Queue<DeliveredEvent>(Stuttered(life, random)));
        while (queues.Where(queue => queue.Count > 0).ToList() is { Count: > 0 } left)
        {
            again.Add(left[random.Next(left.Count)].Dequeue());
        }

        Written(again).ShouldBe(Written(once));
        Written(once).Count.ShouldBeGreaterThan(100);

        // Each alert stands in the sums once, with what was said of it last.
        var alerts = once.Alerts.ToList();
        Total(again, Measures.AlertPrefix).ShouldBe(alerts.Count);
        Total(again, Measures.JudgedPrefix).ShouldBe(alerts.Count(alert => alert.Judgement is not null));
        again.Sums.Where(sum => sum.Measure.StartsWith(Measures.JudgedPrefix, StringComparison.Ordinal) && sum.Measure.EndsWith(":real", StringComparison.Ordinal)).Sum(sum => sum.Amount)
            .ShouldBe(alerts.Count(alert => alert.Judgement == "real"));
    }

    private List<DeliveredEvent> Life(int patient, Random random)
    {
        var events = new List<DeliveredEvent>();
        for (var (number, at) = (0, Noon); number < 5; number++, at = at.AddMinutes(random.Next(1, 90)))
        {
            var (alert, incident, ward) = ($"{patient}-{number}", Guid.NewGuid(), random.Next(2) == 0 ? "north" : "south");
            events.Add(Event(AlertEvents.Raised, Raised(alert, at, ward), patient, at));
            events.Add(Event(IncidentEvents.Changed, Incident(incident, "opened", ward, at), patient, at));
            for (var judged = random.Next(3); judged > 0; judged--)
            {
                at = at.AddMinutes(1);
                events.Add(Event(AlertEvents.Changed, Judged(alert, at, new[] { "real", "no-action", "artefact" }[random.Next(3)], ward), patient, at));
            }

            events.Add(Event(IncidentEvents.Changed, Incident(incident, "acknowledged", ward, at) with { AcknowledgedAt = at.AddSeconds(random.Next(100)), Priority = "high" }, patient, at));
            events.Add(Event(IncidentEvents.Changed, Incident(incident, "resolved", ward, at) with { ResolvedAt = at.AddMinutes(random.Next(100)), Outcome = "real" }, patient, at));
        }

        return events;
    }

    private static List<DeliveredEvent> Stuttered(List<DeliveredEvent> life, Random random)
    {
        var told = new List<DeliveredEvent>();
        for (var at = 0; at < life.Count; at++)
        {
            told.Add(life[at]);
            if (random.Next(4) == 0)
            {
                told.Add(life[random.Next(at + 1)]);
            }
        }

        return told;
    }

    private static List<string> Written(FoldedFigures figures) =>
    [
        .. figures.Sums.Where(sum => sum.Amount != 0 && !sum.Measure.StartsWith(Measures.EventPrefix, StringComparison.Ordinal)).Select(sum => $"{sum}").Order(StringComparer.Ordinal),
        .. figures.Alerts.Select(alert => $"{alert}").Order(StringComparer.Ordinal),
        .. figures.Responses.Select(response => $"{response}").Order(StringComparer.Ordinal),
    ];

    private static double Total(FoldedFigures figures, string prefix) => figures.Sums.Where(sum => sum.Measure.StartsWith(prefix, StringComparison.Ordinal)).Sum(sum => sum.Amount);

    private void Raise(string alert, DateTimeOffset? at = null, string? ward = "north", bool canary = false) =>
        _figures.Add(Event(AlertEvents.Raised, Raised(alert, at ?? Noon, ward) with { Canary = canary }, 1, at ?? Noon));

    private void Change(string alert, string phase, DateTimeOffset at, string priority = "medium", string? judgement = null, bool canary = false) =>
        _figures.Add(Event(AlertEvents.Changed, Judged(alert, at, judgement, "north") with { Phase = phase, Priority = priority, Canary = canary }, 1, at));

    private void Respond(
        Guid incident, string step, string priority = "medium", string ward = "north", int? delivered = null, int? acknowledged = null, int? reviewed = null, int? resolved = null, string? outcome = null,
        bool canary = false) => _figures.Add(Event(
            IncidentEvents.Changed,
            Incident(incident, step, ward, Noon) with
            {
                Priority = priority,
                DeliveredAt = In(delivered),
                AcknowledgedAt = In(acknowledged),
                ReviewedAt = In(reviewed),
                ResolvedAt = In(resolved),
                Outcome = outcome,
                Canary = canary,
            }, 1, Noon));

    private static DateTimeOffset? In(int? seconds) => seconds is { } after ? Noon.AddSeconds(after) : null;

    private static AlertRaised Raised(string alert, DateTimeOffset at, string? ward) => new(alert, "hr-high", "medium", Technical: false, "p-1", ward, "1", at.AddSeconds(-15), at, "HR 130 > 120 for 15 s");

    private static AlertChanged Judged(string alert, DateTimeOffset at, string? judgement, string? ward) => new(alert, "hr-high", "judged", "medium", "active", "p-1", ward, at, Judgement: judgement);

    private static IncidentChanged Incident(Guid incident, string step, string ward, DateTimeOffset opened) =>
        new(incident, step, "OPEN", "hr-high", "medium", "p-1", ward, null, opened, opened, opened.AddSeconds(-15), null, null, null, null, null, null);

    private DeliveredEvent Event<T>(EventKind<T> kind, T content, int patient, DateTimeOffset at) =>
        new(Guid.NewGuid(), ++_number, kind.Name, kind.Version, new EventOrigin(1, patient, at), JsonSerializer.SerializeToElement(content, kind.Json));

    // "north 12 alert:hr-high:medium 1": ward, hour, measure, amount.
    private List<string> Sums() =>
    [
        .. _figures.Sums.Where(sum => sum.Amount != 0 && !sum.Measure.StartsWith(Measures.EventPrefix, StringComparison.Ordinal)).Select(sum => $"{sum.Ward} {sum.Hour.Hour} {sum.Measure} {sum.Amount}")
            .Order(StringComparer.Ordinal),
    ];
}
