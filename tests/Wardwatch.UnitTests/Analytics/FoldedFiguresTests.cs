using System.Text.Json;
using Shouldly;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Analytics;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Incidents.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Analytics;

/// <summary>Figures of many events that are folded together are those of each folded by itself.</summary>
public class FoldedFiguresTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Wards = ["north", "south", "west"];
    private static readonly string[] Judgements = ["real", "no-action", "artefact"];
    private static readonly string[] Priorities = ["low", "medium", "high"];
    private long _number;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 7)]
    [InlineData(3, 60)]
    [InlineData(4, 500)]
    [InlineData(5, 10_000)]
    public void Whatever_comes_together_figures_are_those_of_one_event_after_the_other(int seed, int most)
    {
        var random = new Random(seed);
        var events = Enumerable.Range(0, 2500).Select(_ => Any(random)).ToList();
        var alone = new Stored();
        events.ForEach(alone.HandleAlone);
        alone.Stays.Count.ShouldBeGreaterThan(30);
        alone.Alerts.Count.ShouldBeGreaterThan(30);
        alone.Responses.Count.ShouldBeGreaterThan(30);
        alone.Waiting.ShouldNotBeEmpty();

        var together = new Stored();
        for (var at = 0; at < events.Count;)
        {
            var count = Math.Min(random.Next(1, most + 1), events.Count - at);
            together.HandleTogether(events.GetRange(at, count));
            at += count;
        }

        together.Written().ShouldBe(alone.Written());
    }

    [Fact]
    public void What_is_as_it_was_is_not_written_and_what_is_added_is_added_up()
    {
        var stored = new Stored();
        var raised = Event(AlertEvents.Raised, Raised("a-1", Noon), 1, Noon);
        stored.HandleTogether([raised, Event(AlertEvents.Raised, Raised("a-2", Noon), 2, Noon), Event(PatientEvents.Created, new("p-1", "discharged", null, null), 1, Noon)]);
        stored.Rows.ShouldBe(["waiting 1", "alert a-1", "alert a-2", " AlertRaised 2", " PatientCreated 1", "north alert:hr-high:medium 2"]);

        // Judged, and taken back at once: the alert is another one, and the sums say so.
        stored.Rows.Clear();
        stored.HandleTogether([raised, Event(AlertEvents.Changed, Judged("a-2", Noon, "real"), 2, Noon), Event(AlertEvents.Changed, Judged("a-2", Noon, "artefact"), 2, Noon)]);
        stored.Rows.ShouldBe(["alert a-2", " AlertChanged 2", " AlertRaised 1", "north judged:hr-high:artefact 1", "north judged:hr-high:real 0"]);

        // Waited and waits no more: one row goes; came and went within the same: none is touched.
        stored.Rows.Clear();
        stored.HandleTogether(
            [
                Event(PatientEvents.Admitted, new("p-1", "e-1", "admitted", "north", "1"), 1, Noon.AddHours(1)),
                Event(PatientEvents.Created, new("p-3", "discharged", null, null), 3, Noon), Event(PatientEvents.Admitted, new("p-3", "e-3", "admitted", "north", "2"), 3, Noon.AddMinutes(10)),
            ]);
        stored.Rows.Where(row => row.StartsWith("stay", StringComparison.Ordinal) || row.Contains("waiting", StringComparison.Ordinal)).ShouldBe(["stay e-1", "stay e-3", "no longer waiting 1"]);
        stored.Stays["e-3"].WaitedSeconds.ShouldBe(600);
    }

    [Fact]
    public void What_is_finer_than_the_database_keeps_it_decides_nothing()
    {
        DeliveredEvent[] events =
        [
            Event(AlertEvents.Raised, Raised("a-1", Noon), 1, Noon), Event(AlertEvents.Changed, Judged("a-1", Noon.AddTicks(9), "real"), 1, Noon),
            Event(AlertEvents.Changed, Judged("a-1", Noon.AddTicks(5), "artefact"), 1, Noon),
        ];
        var (alone, together) = (new Stored(), new Stored());
        Array.ForEach(events, alone.HandleAlone);
        together.HandleTogether(events);
        together.Written().ShouldBe(alone.Written());
        together.Alerts["a-1"].Judgement.ShouldBe("artefact");
    }

    // Of a few patients, so that much is about the same; some is told again, late, or before what it belongs to.
    private DeliveredEvent Any(Random random)
    {
        var patient = random.Next(12);
        var at = Noon.AddTicks((_number * TimeSpan.TicksPerMinute) + random.NextInt64(TimeSpan.TicksPerHour));
        at = new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        var (ward, about) = (Wards[random.Next(Wards.Length)], $"{patient}-{random.Next(6)}");
        return random.Next(14) switch
        {
            0 => Event(PatientEvents.Created, new($"p-{patient}", "discharged", random.Next(3) == 0 ? ward : null, null), patient, at),
            1 => Event(PatientEvents.Admitted, new($"p-{patient}", $"e-{about}", "admitted", ward, "1"), patient, at),
            2 => Event(PatientEvents.Transferred, new($"p-{patient}", $"e-{about}", "stable", ward, "4", "north", "1"), patient, at),
            3 => Event(PatientEvents.Discharged, new($"p-{patient}", $"e-{about}", "home", random.Next(2) == 0 ? ward : null, "4"), patient, at),
            4 => Event(PatientEvents.StatusUpdated, new($"p-{patient}", "critical", "stable", "system", ward, "1"), patient, at),
            5 => Event(MonitoringEvents.VitalSigns, new(ward, random.Next(1000), random.Next(3)), null, at),
            6 => Event(PatientEvents.Merged, new($"p-{patient}", "p-99", "stable", ward, "1"), patient, at),
            <= 8 => Event(AlertEvents.Raised, Raised(about, at.AddTicks(random.Next(10)), Priorities[random.Next(3)], ward, random.Next(20) == 0), patient, at),
            <= 10 => Event(AlertEvents.Changed, Judged(about, at.AddTicks(random.Next(10)), Judgements[random.Next(3)]) with { Phase = random.Next(4) == 0 ? "ended" : "judged" }, patient, at),
            _ => Event(IncidentEvents.Changed, Changed(random, patient, at, ward), patient, at),
        };
    }

    private static IncidentChanged Changed(Random random, int patient, DateTimeOffset at, string ward) => new(
        new Guid(patient, (short)random.Next(6), 0, new byte[8]), random.Next(3) == 0 ? "opened" : "joined", "OPEN", random.Next(2) == 0 ? "hr-high" : "spo2-low", Priorities[random.Next(3)], "p-1", ward, null,
        at, at, at.AddSeconds(-15), Sometimes(random, at), Sometimes(random, at), Sometimes(random, at), Sometimes(random, at), null, random.Next(2) == 0 ? "real" : null, Canary: random.Next(20) == 0);

    private static DateTimeOffset? Sometimes(Random random, DateTimeOffset at) => random.Next(3) == 0 ? at.AddTicks(random.Next(1000)) : null;

    private static AlertRaised Raised(string alert, DateTimeOffset at, string priority = "medium", string ward = "north", bool canary = false) =>
        new(alert, "hr-high", priority, Technical: false, "p-1", ward, "1", at.AddSeconds(-15), at, "HR 130 > 120 for 15 s", canary);

    private static AlertChanged Judged(string alert, DateTimeOffset at, string judgement) => new(alert, "hr-high", "judged", "medium", "active", "p-1", "north", at, Judgement: judgement);

    private DeliveredEvent Event<T>(EventKind<T> kind, T content, int? patient, DateTimeOffset at) =>
        new(Guid.NewGuid(), ++_number, kind.Name, kind.Version, new EventOrigin(1, patient, at), JsonSerializer.SerializeToElement(content, kind.Json));

    // What the tables hold: times no finer than microseconds, and rows only as they are read and written.
    private sealed class Stored
    {
        public Dictionary<string, Stay> Stays { get; } = new(StringComparer.Ordinal);

        public Dictionary<int, DateTimeOffset> Waiting { get; } = [];

        public Dictionary<string, AlertFact> Alerts { get; } = new(StringComparer.Ordinal);

        public Dictionary<Guid, ResponseFact> Responses { get; } = [];

        public Dictionary<(string Ward, DateTimeOffset Hour, string Measure), double> Sums { get; } = [];

        public List<string> Rows { get; } = [];

        // By the fold alone, each event read and written by itself.
        public void HandleAlone(DeliveredEvent e)
        {
            var (needed, patient, changes) = (EventFold.NeededFor(e), e.Origin.PatientNumber, new List<Change>());
            var known = new Known(
                needed.Encounter is { } encounter ? Stays.GetValueOrDefault(encounter) : null,
                needed.Waiting && patient is { } one && Waiting.TryGetValue(one, out var since) ? since : null,
                needed.Alert is { } alert ? Alerts.GetValueOrDefault(alert) : null,
                needed.Incident is { } incident ? Responses.GetValueOrDefault(incident) : null);
            var now = EventFold.Apply(e, known, changes);
            Put(now.Stay, now.Alert, now.Response);
            if (patient is { } number && now.WaitingSince != known.WaitingSince)
            {
                Wait(number, now.WaitingSince);
            }

            changes.ForEach(Sum);
        }

        // As the consumer does it.
        public void HandleTogether(IReadOnlyList<DeliveredEvent> events)
        {
            var keys = StoredKeys.Of([.. events.Select(e => (e, EventFold.NeededFor(e)))]);
            var figures = new FoldedFigures(new(Some(Stays, keys.Encounters), Some(Waiting, keys.Patients), Some(Alerts, keys.Alerts), Some(Responses, keys.Incidents)));
            foreach (var e in events)
            {
                figures.Add(e);
            }

            Rows.AddRange(
                [
                    .. figures.Stays.Select(stay => $"stay {stay.Encounter}"), .. figures.Waiting.Select(one => $"waiting {one.Key}"), .. figures.NoLongerWaiting.Select(one => $"no longer waiting {one}"),
                    .. figures.Alerts.Select(alert => $"alert {alert.Alert}"), .. figures.Responses.Select(response => $"response {response.Incident}"),
                    .. figures.Sums.Select(sum => $"{sum.Ward} {sum.Measure.Replace(Measures.EventPrefix, "", StringComparison.Ordinal)} {sum.Amount}").Order(StringComparer.Ordinal),
                ]);
            figures.Stays.ToList().ForEach(stay => Put(stay, null, null));
            figures.Waiting.ToList().ForEach(one => Wait(one.Key, one.Value));
            figures.NoLongerWaiting.ToList().ForEach(one => Wait(one, null));
            figures.Alerts.ToList().ForEach(alert => Put(null, alert, null));
            figures.Responses.ToList().ForEach(response => Put(null, null, response));
            figures.Sums.ToList().ForEach(Sum);
        }

        public List<string> Written() =>
        [
            .. Stays.Values.Select(stay => $"{stay}").Order(StringComparer.Ordinal), .. Waiting.Select(one => $"{one.Key} waits since {one.Value:O}").Order(StringComparer.Ordinal),
            .. Alerts.Values.Select(alert => $"{alert} {alert.RaisedAt:O} {alert.JudgedAt:O}").Order(StringComparer.Ordinal),
            .. Responses.Values.Select(response => $"{response} {response.DeliveredAt:O} {response.AcknowledgedAt:O}").Order(StringComparer.Ordinal),
            .. Sums.Select(sum => $"{sum.Key} {sum.Value:F3}").Order(StringComparer.Ordinal),
        ];

        private void Put(Stay? stay, AlertFact? alert, ResponseFact? response)
        {
            if (stay is not null)
            {
                Stays[stay.Encounter] = stay;
            }

            if (alert is not null)
            {
                Alerts[alert.Alert] = alert with { RaisedAt = Whole(alert.RaisedAt), JudgedAt = Whole(alert.JudgedAt) };
            }

            if (response is not null)
            {
                Responses[response.Incident] = response with { DeliveredAt = Whole(response.DeliveredAt), AcknowledgedAt = Whole(response.AcknowledgedAt) };
            }
        }

        private void Wait(int patient, DateTimeOffset? since)
        {
            if (since is { } begun)
            {
                Waiting[patient] = begun;
            }
            else
            {
                Waiting.Remove(patient);
            }
        }

        private void Sum(Change change)
        {
            var key = (change.Ward, change.Hour, change.Measure);
            Sums[key] = Sums.GetValueOrDefault(key) + change.Amount;
        }

        private static Dictionary<TKey, TRow> Some<TKey, TRow>(Dictionary<TKey, TRow> rows, TKey[] keys) where TKey : notnull =>
            keys.Where(rows.ContainsKey).ToDictionary(key => key, key => rows[key]);

        private static DateTimeOffset? Whole(DateTimeOffset? time) => time is { } at ? new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero) : null;
    }
}
