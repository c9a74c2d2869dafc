using System.Text;
using Shouldly;
using Wardwatch.Benchmarks.Analytics;
using Wardwatch.Benchmarks.Api;
using Wardwatch.Benchmarks.Dashboards;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Payloads;
using Wardwatch.Server.Patients.Contracts;
using Xunit;

namespace Wardwatch.SystemTests.Measures;

/// <summary>What <c>ward bench api</c>, <c>dashboards</c> and <c>analytics</c> rest on: planned times, ages of frames, an invented past.</summary>
public sealed class LoadTests
{
    private const string Frame = """{"patient":"p-0003","device":"M-103","at":"2026-11-20T12:09:32.978123Z","vitals":{"hr":{"value":104,"at":"2026-11-20T12:00:00Z"}}}""";

    private static readonly long FrameMicros = MeasurementTimes.ToUnixMicroseconds(new DateTimeOffset(2026, 11, 20, 12, 9, 32, TimeSpan.Zero)) + 978_123;

    [Fact]
    public async Task A_stall_moves_no_planned_time_and_is_told()
    {
        var clock = new TickingClock();
        var loop = new OpenLoop(100, clock);
        var planned = new List<long>();
        var begun = await loop.RunAsync(TimeSpan.FromSeconds(1), (number, at) =>
        {
            planned.Add(at);
            if (number == 10) clock.Stall(TimeSpan.FromMilliseconds(500));
        }, TestContext.Current.CancellationToken);
        begun.ShouldBe(100);
        planned.Zip(planned.Skip(1), (one, next) => next - one).ShouldAllBe(apart => apart == TimeSpan.TicksPerSecond / 100);
        loop.LatestMilliseconds.ShouldBeInRange(480, 520);
    }

    [Fact]
    public async Task Without_a_stall_nothing_is_late_by_much()
    {
        var loop = new OpenLoop(100, new TickingClock());
        await loop.RunAsync(TimeSpan.FromSeconds(1), (_, _) => { }, TestContext.Current.CancellationToken);
        loop.LatestMilliseconds.ShouldBeLessThan(10);
    }

    [Fact]
    public void Of_a_hundred_durations_the_95th_percentile_is_the_95th()
    {
        var took = Durations.Of([.. Enumerable.Range(1, 100).Reverse().Select(one => (double)one)]);
        took.ShouldBe(new Durations(100, 50, 95, 99, 100));
        Durations.Of([]).P95.ShouldBe(double.NaN);
    }

    [Fact]
    public void The_mix_is_a_hundred_requests_and_each_kind_is_spread_evenly()
    {
        var order = ApiMix.Spread();
        order.Length.ShouldBe(100);
        foreach (var kind in order.GroupBy(kind => kind))
        {
            var places = order.Index().Where(entry => entry.Item == kind.Key).Select(entry => entry.Index).ToList();
            places.Zip(places.Skip(1), (one, next) => next - one).ShouldAllBe(apart => apart <= 2 * 100 / kind.Count(), kind.Key);
        }
    }

    [Fact]
    public void A_frame_tells_when_its_reading_was_published()
    {
        FrameScan.TimeOf(Encoding.UTF8.GetBytes(Frame)).ShouldBe(FrameMicros);
        FrameScan.TimeOf("""{"patient":"p-0003"}"""u8).ShouldBeNull();
        FrameScan.TimeOf("""{"at":"2026"""u8).ShouldBeNull();
    }

    [Fact]
    public void A_message_of_the_hub_tells_of_each_reading_in_it_and_of_nothing_else()
    {
        var vitals = $$"""{"type":1,"target":"VitalsUpdated","arguments":[{{Frame}}]}""";
        var status = vitals.Replace("VitalsUpdated", "StatusUpdated", StringComparison.Ordinal);
        ReadOnlySpan<byte> message = Encoding.UTF8.GetBytes($"{vitals}\u001e{{\"type\":6}}\u001e{status}\u001e{vitals}\u001e");
        var times = new List<long?>();
        while (FrameScan.NextRecord(ref message, out var micros)) times.Add(micros);
        times.ShouldBe([FrameMicros, null, null, FrameMicros]);
    }

    [Fact]
    public void An_invented_past_has_the_events_it_says_in_the_order_in_which_they_happened()
    {
        List<Sojourner> patients = [.. Enumerable.Range(1, 30).Select(number => new Sojourner(number, $"p-{number:D4}", "ward-1", "ward-2", $"{number}"))];
        var past = new PastOfAHospital(1, ["ward-1", "ward-2"], patients);
        const int Wanted = 20_000;
        var minutes = past.MinutesFor(Wanted);
        var events = past.Of(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), minutes).ToList();
        events.Count.ShouldBeInRange((int)(Wanted * 0.99), (int)(Wanted * 1.01));
        events.Select(told => told.Origin.At).ShouldBeInOrder();
        foreach (var patient in patients)
        {
            var kinds = events.Where(told => told.Origin.PatientNumber == patient.Number && told.Kind != PatientEvents.StatusUpdated).Select(told => told.Kind.Name).SkipWhile(kind => kind != "PatientCreated").ToList();
            kinds.Chunk(4).Where(stay => stay.Length == 4).ShouldAllBe(stay => stay.SequenceEqual(new[] { "PatientCreated", "PatientAdmitted", "PatientTransferred", "PatientDischarged" }));
        }
    }

    /// <summary>A clock that moves on a little whenever it is read, by five milliseconds at each tick of a timer, and further when it is told to.</summary>
    private sealed class TickingClock : TimeProvider
    {
        private long _now = TimeSpan.TicksPerDay;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Add(ref _now, TimeSpan.TicksPerMillisecond / 100);

        public void Stall(TimeSpan length) => Interlocked.Add(ref _now, length.Ticks);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(
            inner =>
            {
                Interlocked.Add(ref _now, 5 * TimeSpan.TicksPerMillisecond);
                callback(inner);
            },
            state, dueTime, period);
    }
}
