using System.Text.Json;
using Shouldly;
using Wardwatch.Server.Analytics;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Analytics;

/// <summary>What events come to, figure by figure.</summary>
public class StayFoldTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<string, Stay> _stays = new(StringComparer.Ordinal);
    private readonly Dictionary<int, DateTimeOffset> _waiting = [];
    private readonly List<Change> _changes = [];
    private long _number;

    [Fact]
    public void A_stay_counts_where_it_is_and_for_as_long_as_it_is_there()
    {
        Happens(Noon, PatientEvents.Created, new("p-1", "discharged", null, null));
        Happens(Noon.AddMinutes(30), PatientEvents.Admitted, new("p-1", "e-1", "admitted", "north", "1"));
        Happens(Noon.AddMinutes(90), PatientEvents.Transferred, new("p-1", "e-1", "stable", "south", "4", "north", "1"));
        Happens(Noon.AddMinutes(210), PatientEvents.Discharged, new("p-1", "e-1", "home", "south", "4"));

        Sum("north", Measures.Admissions).ShouldBe(1);
        Sum("south", Measures.Transfers).ShouldBe(1);
        Sum("south", Measures.Discharges).ShouldBe(1);
        Sum("north", Measures.OccupiedSeconds).ShouldBe(3600);
        Sum("south", Measures.OccupiedSeconds).ShouldBe(7200);

        // From half past twelve: half an hour in the first, half in the second.
        _changes.Where(change => change is { Ward: "north", Measure: Measures.OccupiedSeconds }).Select(change => (change.Hour.Hour, change.Amount)).ShouldBe([(12, 1800), (13, 1800)]);
        var stay = _stays["e-1"];
        stay.WaitedSeconds.ShouldBe(1800);
        stay.AdmittedAt.ShouldBe(Noon.AddMinutes(30));
        stay.DischargedAt.ShouldBe(Noon.AddMinutes(210));
        _waiting.ShouldBeEmpty();
    }

    [Fact]
    public void Who_is_admitted_at_once_has_not_waited_and_who_is_not_waits()
    {
        Happens(Noon, PatientEvents.Created, new("p-1", "admitted", "north", "1"));
        Happens(Noon, PatientEvents.Admitted, new("p-1", "e-1", "admitted", "north", "1"));
        _stays["e-1"].WaitedSeconds.ShouldBeNull();
        Happens(Noon, PatientEvents.Created, new("p-2", "discharged", null, null), patient: 2);
        _waiting.ShouldContainKeyAndValue(2, Noon);
    }

    [Fact]
    public void Another_bed_of_the_same_ward_is_a_transfer_and_no_change_of_ward()
    {
        Happens(Noon, PatientEvents.Admitted, new("p-1", "e-1", "admitted", "north", "1"));
        Happens(Noon.AddHours(1), PatientEvents.Transferred, new("p-1", "e-1", "admitted", "north", "2", "north", "1"));
        Sum("north", Measures.Transfers).ShouldBe(1);
        Sum("north", Measures.OccupiedSeconds).ShouldBe(0, "the stay goes on");
        _stays["e-1"].WardSince.ShouldBe(Noon);
    }

    [Fact]
    public void A_stay_from_before_there_were_events_is_counted_out_and_adds_no_time()
    {
        Happens(Noon, PatientEvents.Discharged, new("p-1", "e-0", null, "north", "1"));
        Happens(Noon, PatientEvents.Transferred, new("p-2", "e-9", "stable", "south", "4", "north", "2"), patient: 2);
        Sum("north", Measures.Discharges).ShouldBe(1);
        Sum("south", Measures.Transfers).ShouldBe(1);
        _changes.ShouldNotContain(change => change.Measure == Measures.OccupiedSeconds);
        _stays.ShouldBeEmpty();
    }

    [Fact]
    public void A_discharge_counts_time_once()
    {
        Happens(Noon, PatientEvents.Admitted, new("p-1", "e-1", "admitted", "north", "1"));
        Happens(Noon.AddHours(2), PatientEvents.Discharged, new("p-1", "e-1", null, "north", "1"));
        Happens(Noon.AddHours(5), PatientEvents.Discharged, new("p-1", "e-1", null, "north", "1"));
        Sum("north", Measures.OccupiedSeconds).ShouldBe(7200);
        _stays["e-1"].DischargedAt.ShouldBe(Noon.AddHours(2));
    }

    [Fact]
    public void Readings_and_those_who_become_critical_count_on_their_ward()
    {
        Happens(Noon, MonitoringEvents.VitalSigns, new("north", 900, 3), patient: null);
        Happens(Noon.AddMinutes(1), MonitoringEvents.VitalSigns, new("north", 800, 0), patient: null);
        Happens(Noon, PatientEvents.StatusUpdated, new("p-1", "critical", "stable", "system", "north", "1"));
        Happens(Noon, PatientEvents.StatusUpdated, new("p-1", "stable", "critical", "staff", "north", "1"));
        Sum("north", Measures.Readings).ShouldBe(1700);
        Sum("north", Measures.LateReadings).ShouldBe(3);
        Sum("north", Measures.Critical).ShouldBe(1);
        Sum("", Measures.EventPrefix + nameof(VitalSigns)).ShouldBe(2);
        Sum("", Measures.EventPrefix + nameof(PatientStatusUpdated)).ShouldBe(2);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(59, 61)]
    [InlineData(17, 100_000)]
    public void Time_is_spread_over_hours_without_loss(int fromMinutes, int untilMinutes)
    {
        var spread = StayFold.Occupied("north", Noon.AddMinutes(fromMinutes), Noon.AddMinutes(untilMinutes)).ToList();
        spread.Sum(change => change.Amount).ShouldBe((untilMinutes - fromMinutes) * 60);
        spread.ShouldAllBe(change => change.Amount > 0 && change.Amount <= 3600 && change.Hour == StayFold.HourOf(change.Hour));
        spread.Select(change => change.Hour).Distinct().Count().ShouldBe(spread.Count);
    }

    private void Happens<T>(DateTimeOffset at, EventKind<T> kind, T content, int? patient = 1)
    {
        var e = new DeliveredEvent(Guid.NewGuid(), ++_number, kind.Name, kind.Version, new EventOrigin(1, patient, at), JsonSerializer.SerializeToElement(content, kind.Json));
        var needed = StayFold.NeededFor(e);
        var waiting = needed.Waiting && patient is { } one && _waiting.TryGetValue(one, out var since) ? since : (DateTimeOffset?)null;
        var folded = StayFold.Apply(e, needed.Encounter is { } encounter ? _stays.GetValueOrDefault(encounter) : null, waiting);
        _changes.AddRange(folded.Changes);
        if (folded.Stay is { } stay)
        {
            _stays[stay.Encounter] = stay;
        }

        if (patient is { } number && folded.WaitingSince != waiting)
        {
            if (folded.WaitingSince is { } begun)
            {
                _waiting[number] = begun;
            }
            else
            {
                _waiting.Remove(number);
            }
        }
    }

    private double Sum(string ward, string measure) => _changes.Where(change => change.Ward == ward && change.Measure == measure).Sum(change => change.Amount);
}
