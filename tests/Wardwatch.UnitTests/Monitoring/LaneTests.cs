using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.UnitTests.Platform;
using Xunit;
using static Wardwatch.UnitTests.Monitoring.TestWard;

namespace Wardwatch.UnitTests.Monitoring;

/// <summary>The queue before a lane, and the groups that leave it.</summary>
public class LaneTests
{
    [Fact]
    public async Task Messages_that_are_all_refused_do_not_gather_without_end()
    {
        // A flood of wrong tags adds no rows; it must leave in groups of bounded size all the same, or nobody is ever answered.
        var (lane, commits) = Build(queuedBatches: 4000);
        var wrong = Seal(Json(Start), 1);
        wrong[^1] ^= 1;
        for (var i = 0; i < 3000; i++)
        {
            lane.TryPublish(Batch(wrong)).ShouldBeTrue();
        }

        lane.Close();
        await lane.RunAsync(TestContext.Current.CancellationToken);
        commits.Groups.Sum(group => group.Listeners.Count).ShouldBe(3000);
        commits.Groups.Max(group => group.DeadLetters.Count).ShouldBeLessThanOrEqualTo(512);
    }

    [Fact]
    public async Task What_waits_is_processed_in_order_when_the_lane_is_closed_and_nothing_is_taken_after()
    {
        var (lane, commits) = Build(queuedBatches: 2000);
        for (var i = 1; i <= 1500; i++)
        {
            lane.TryPublish(Batch(Seal(Json(Start + i * 1000), (ulong)i))).ShouldBeTrue();
        }

        lane.Close();
        lane.TryPublish(Batch(Seal(Json(Start), 9999))).ShouldBeFalse();
        (await lane.WaitForRoomAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();
        await lane.RunAsync(TestContext.Current.CancellationToken);
        commits.Groups.SelectMany(group => Enumerable.Range(0, group.Count).Select(row => (int)group.KeyOf(row).Counter)).ShouldBe(Enumerable.Range(1, 1500));
    }

    [Fact]
    public void A_full_lane_says_so_and_drops_nothing()
    {
        var (lane, _) = Build(queuedBatches: 2);
        lane.TryPublish(Batch(Seal(Json(Start), 1))).ShouldBeTrue();
        lane.TryPublish(Batch(Seal(Json(Start), 2))).ShouldBeTrue();
        lane.TryPublish(Batch(Seal(Json(Start), 3))).ShouldBeFalse();
        lane.Depth.ShouldBe(2);
        lane.WaitForRoomAsync(TestContext.Current.CancellationToken).AsTask().IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task While_the_database_is_away_readings_are_scored_and_silence_is_noticed_up_to_a_bound_and_all_is_stored_after()
    {
        var rig = new LaneRig();
        var commits = new RecordedCommits();
        var lane = new Lane(rig.Processor, rig.Silence, commits, new MonitoringOptions { QueuedBatches = 10, UncommittedReadings = 512 });
        commits.Fill();
        var running = Task.Run(() => lane.RunAsync(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        for (var i = 1; i <= 512; i++)
        {
            var batch = Batch(Seal(Json(Start + i * 1000), (ulong)i));
            while (!lane.TryPublish(batch)) await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await Until(() => lane.Depth == 0);
        var scored = rig.Changes.All.Count;
        scored.ShouldBe(512);
        lane.Tick(Start + 3600 * Second);
        await Until(() => rig.Changes.All.Any(change => change.View.Device.State != DeviceState.Online));

        // Beyond the bound the queue fills, which is what the sockets wait for; time goes on being told.
        var refused = 0;
        for (var i = 513; i <= 600; i++) refused += lane.TryPublish(Batch(Seal(Json(Start + i * 1000), (ulong)i))) ? 0 : 1;
        refused.ShouldBeGreaterThan(70);
        commits.Groups.ShouldBeEmpty();
        commits.MakeRoom();
        await Until(() => commits.Groups.Sum(group => group.Count) == 600 - refused);
        lane.Close();
        await running;
        commits.Groups.SelectMany(group => Enumerable.Range(0, group.Count).Select(row => (int)group.KeyOf(row).Counter)).ShouldBe(Enumerable.Range(1, 600 - refused));
    }

    private static async Task Until(Func<bool> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Waiting.Patience);
        while (!holds()) await Task.Delay(2, deadline.Token);
    }

    /// <summary>A device changes hands while its batch waits: whoever waits must wait for the lane that is full, not for the new patient's.</summary>
    [Fact]
    public async Task Room_is_awaited_in_the_lane_that_was_full()
    {
        var (patient, other) = TwoPatientsOfDifferentLanes();
        var device = Device(10, Binding(patient, until: Start + Second), Binding(other, from: Start + Second));
        var clock = new FixedClock(DateTimeOffset.UnixEpoch.AddMicroseconds(Start + 5 * Second));
        using var lanes = BuildLanes(clock);
        var first = Batch(Seal(Json(Start), 1), device);
        lanes.TryPublish(first).ShouldBeTrue();
        var second = Batch(Seal(Json(Start), 2), device);
        lanes.TryPublish(second).ShouldBeFalse();
        using var given = new CancellationTokenSource();
        var room = lanes.WaitForRoomAsync(second, given.Token).AsTask();
        room.IsCompleted.ShouldBeFalse();
        await given.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(room);
    }

    private static (int Patient, int Other) TwoPatientsOfDifferentLanes() => (1, Enumerable.Range(2, 50).First(number => EnvelopeWay.ShareOf(number, 2) != EnvelopeWay.ShareOf(1, 2)));

    private static EnvelopeBatch Batch(byte[] envelope, DeviceEntry? device = null)
    {
        var batch = new EnvelopeBatch();
        batch.Begin(device ?? Device(), new RecordedOwner(), Start);
        batch.Add(TopicOf(1), envelope, 0);
        return batch;
    }

    private static (Lane Lane, RecordedCommits Commits) Build(int queuedBatches)
    {
        var rig = new LaneRig();
        var commits = new RecordedCommits();
        return (new Lane(rig.Processor, rig.Silence, commits, new MonitoringOptions { QueuedBatches = queuedBatches }), commits);
    }

    private static Lanes BuildLanes(TimeProvider time)
    {
        var options = Options.Create(new MonitoringOptions { Lanes = 2, QueuedBatches = 1 });
        var (patients, models, states) = (new FakePatients(Patient()), new ShippedModel(), new PatientStates(options.Value));
        var rebuild = new Rebuild(patients, new FakeDevices(), new NoHistory(), models, states, new RecordedAlerts(), options, time);
        var metrics = new MonitoringMetrics(new UnreadMeters());
        var factory = new LaneFactory(patients, new FakeDevices(), models, new RecordedCommits(), states, new DevicePresence(), [], metrics, new RecordedAlerts(), options, NullLoggerFactory.Instance);
        return new Lanes(factory, states, rebuild, metrics, options, time, NullLogger<Lanes>.Instance);
    }

    private sealed class NoHistory : IReadingStore
    {
        public Task<int> ReadAsync(PatientEntry patient, long from, long until, int? most, ReadingVisitor visit, CancellationToken cancellation) => Task.FromResult(0);

        public Task ReadLatestAsync(IReadOnlyCollection<PatientEntry> patients, int count, ReadingVisitor visit, CancellationToken cancellation) => Task.CompletedTask;
    }
}
