using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using Shouldly;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Cluster;
using Wardwatch.Server.Cluster.Live;
using Wardwatch.Server.Cluster.Nodes;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Keys;
using Wardwatch.UnitTests.Monitoring;
using Wardwatch.UnitTests.Staff;
using Xunit;

namespace Wardwatch.UnitTests.Cluster;

/// <summary>What a process shows of patients whose lanes are elsewhere: the newest that was told, and that nobody tells any more.</summary>
public sealed class MirrorTests : IDisposable
{
    private static readonly Guid FirstStart = Guid.NewGuid();
    private static readonly Guid SecondStart = Guid.NewGuid();

    private readonly SteppedTime _time = new(UnixTime.ToDateTimeOffset(TestWard.Start));
    private readonly Keyring _keyring = new(new byte[32], new LeasedNonces(1));
    private readonly FakePatients _patients = new(TestWard.Patient(1), TestWard.Patient(2));
    private readonly MirroredPatients _mirrored = new();
    private readonly FakeLink _link = new();
    private readonly Screen _screen = new();
    private readonly FeedState _feed;
    private readonly StateReceiver _receiver;
    private readonly List<StorageStatus> _told = [];
    private long _number;

    public MirrorTests()
    {
        _keyring.Open(1, [_keyring.CreateTenantKey()]);
        var metrics = new LiveFeedMetrics(new UnreadMeters());
        var roles = new ProcessRoles(["web"], AreAll: false);
        _feed = new FeedState(_mirrored, _link, new Stored(_time), roles, metrics, _time);
        _feed.Changed += _told.Add;
        var self = new NodeIdentity(roles, Options.Create(new ClusterOptions { Node = "web-a" }), null!, _time);
        _receiver = new StateReceiver(self, _mirrored, _feed, _patients, _keyring, _link, [_screen], metrics, _time, NullLogger<StateReceiver>.Instance);
    }

    public void Dispose()
    {
        _receiver.Dispose();
        _keyring.Dispose();
    }

    [Fact]
    public void What_a_monitor_tells_is_shown_and_what_comes_again_is_not()
    {
        var message = States("monitor-a", FirstStart, View(1, 7, 0));
        _receiver.Take(message);
        _receiver.Take(message);
        _screen.Shown.ShouldBe([(1, 7L, ChangeKind.Reading)]);
        _mirrored.Find(1)!.View.Vitals.ValueOrNaN(Vital.HeartRate).ShouldBe(71);
    }

    [Fact]
    public void An_older_state_of_the_same_monitor_never_replaces_a_newer_one()
    {
        _receiver.Take(States("monitor-a", FirstStart, View(1, 8, 0)));
        _receiver.Take(States("monitor-a", FirstStart, View(1, 7, 5)));
        _mirrored.Find(1)!.View.Sequence.ShouldBe(8);
    }

    [Fact]
    public void Whoever_has_the_later_epoch_is_believed_and_a_stalled_owner_is_not()
    {
        _receiver.Take(States("monitor-a", FirstStart, View(1, (4L << 32) + 900, 10)));
        _receiver.Take(States("monitor-b", SecondStart, View(1, (5L << 32) + 1, 11)));
        _mirrored.Find(1)!.Node.ShouldBe("monitor-b");
        _receiver.Take(States("monitor-a", FirstStart, View(1, (4L << 32) + 901, 30)));
        _mirrored.Find(1)!.Node.ShouldBe("monitor-b", "the old owner came to itself again");
    }

    [Fact]
    public void A_state_that_is_told_as_no_news_is_news_to_whoever_missed_what_led_to_it()
    {
        _receiver.Take(States("monitor-a", FirstStart, ChangeKind.None, View(1, 7, 0)));
        _receiver.Take(States("monitor-a", FirstStart, ChangeKind.None, View(1, 7, 0)));
        _screen.Shown.ShouldBe([(1, 7L, ChangeKind.Reading | ChangeKind.Status)]);
    }

    [Fact]
    public void Nobody_else_than_a_monitor_of_the_hospital_is_believed()
    {
        _receiver.Take([1, 2, 3]);
        var changed = States("monitor-a", FirstStart, View(1, 7, 0));
        changed[^1] ^= 1;
        _receiver.Take(changed);
        _receiver.Take(States("monitor-a", FirstStart, View(99, 7, 0)));
        _screen.Shown.ShouldBeEmpty();
    }

    [Fact]
    public void Storage_is_what_the_worst_monitor_says_and_away_while_one_with_patients_is_silent()
    {
        _feed.Look();
        _feed.Current.Stored.ShouldBeFalse("nobody was heard of yet");
        Beat("monitor-a", FirstStart, 0);
        _receiver.Take(States("monitor-a", FirstStart, View(1, 7, 0)));
        _feed.Look();
        _feed.Current.Stored.ShouldBeTrue();
        Beat("monitor-b", SecondStart, 1);
        _feed.Look();
        (_feed.Current.Stored, _feed.Current.Delayed).ShouldBe((false, true));
        Beat("monitor-b", SecondStart, 0);
        _feed.Look();
        _feed.Current.Stored.ShouldBeTrue();

        // The one with the patient falls silent; the other goes on.
        for (var second = 0; second < 5; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Beat("monitor-b", SecondStart, 0);
            _feed.Look();
            _feed.Current.Stored.ShouldBe(second < 4, $"after {second + 1} s");
        }

        _feed.Lost.ShouldBe("monitor monitor-a has not been heard of");

        // The other has taken the patient over.
        _receiver.Take(States("monitor-b", SecondStart, View(1, 8, 0)));
        _feed.Look();
        _feed.Lost.ShouldBeNull();
        _told.Select(status => (status.Stored, status.Delayed)).ShouldBe([(true, false), (false, true), (true, false), (false, false), (true, false)]);
    }

    [Fact]
    public void Without_the_broker_nothing_is_known_to_be_stored()
    {
        Beat("monitor-a", FirstStart, 0);
        _feed.Look();
        _feed.Current.Stored.ShouldBeTrue();
        _link.Away = new BrokerAway("the connection was lost", _time.GetUtcNow());
        _feed.Look();
        _feed.Current.Stored.ShouldBeFalse();
        _link.Away = null;
        _feed.Look();
        _feed.Current.Stored.ShouldBeTrue();
    }

    [Fact]
    public void A_monitor_that_starts_again_is_another_one_and_what_it_sent_before_is_old()
    {
        var before = States("monitor-a", FirstStart, View(1, 4, 10));
        _receiver.Take(before);
        _time.Advance(TimeSpan.FromSeconds(1));
        _number = 0;
        _receiver.Take(States("monitor-a", SecondStart, View(1, 5, 10)));
        _mirrored.Find(1)!.View.Sequence.ShouldBe(5);
        _receiver.Take(before);
        _mirrored.Find(1)!.View.Sequence.ShouldBe(5);
    }

    [Fact]
    public void A_device_of_which_nobody_tells_any_more_is_offline_and_then_nothing_is_known()
    {
        _receiver.Take(States("monitor-a", FirstStart, View(1, 7, 0)));
        LookAfter(14);
        _mirrored.Find(1)!.View.Device.State.ShouldBe(DeviceState.Online);
        LookAfter(2);
        _mirrored.Find(1)!.View.Device.State.ShouldBe(DeviceState.Offline);
        _screen.Shown[^1].ShouldBe((1, 7L, ChangeKind.Status));
        _mirrored.Find(1)!.View.News2.KnownInputs.ShouldBe(1);
        LookAfter(50);
        _mirrored.Find(1)!.View.News2.KnownInputs.ShouldBe(0);
        _screen.Shown.Count.ShouldBe(3);

        // The monitor was not to be heard, and nothing has changed meanwhile.
        _receiver.Take(States("monitor-a", FirstStart, ChangeKind.None, View(1, 7, 0)));
        _mirrored.Find(1)!.View.Device.State.ShouldBe(DeviceState.Online);
    }

    [Fact]
    public void While_the_monitor_is_there_silence_is_the_monitors_to_tell()
    {
        _receiver.Take(States("monitor-a", FirstStart, View(1, 7, 0)));
        _time.Advance(TimeSpan.FromSeconds(30));
        Beat("monitor-a", FirstStart, 0);
        LookAfter(0);
        _mirrored.Find(1)!.View.Device.State.ShouldBe(DeviceState.Online);
    }

    [Fact]
    public void A_patient_who_was_discharged_is_forgotten()
    {
        _receiver.Take(States("monitor-a", FirstStart, View(1, 7, 0)));
        _patients.Discharge(1);
        LookAfter(0);
        _mirrored.Find(1).ShouldBeNull();
    }

    private void LookAfter(int seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _feed.Look();
        foreach (var state in _mirrored.All)
        {
            _receiver.Look(state, _time.Microseconds());
        }
    }

    private static PatientView View(int patient, long sequence, int receivedSecond)
    {
        var at = TestWard.Start + receivedSecond * TestWard.Second;
        var view = new PatientView { PatientNumber = patient, Sequence = sequence, ScoredAt = at, MeasuredAt = at, Anomaly = new AnomalyView { Score = 0.2f } };
        view.Device = new DeviceView { Id = "mon-10", State = DeviceState.Online, Since = at, LastReceivedAt = at, LastMeasuredAt = at, IsContinuous = true };
        view.Vitals.Update(Vital.HeartRate, 71, at);
        view.News2 = Wardwatch.Clinical.Scores.News2.Score(in view.Vitals, at, ScoreWindow.Default, Wardwatch.Clinical.Scores.SpO2Scale.One);
        return view;
    }

    private byte[] States(string node, Guid start, PatientView view) => States(node, start, ChangeKind.Reading, view);

    private byte[] States(string node, Guid start, ChangeKind kind, PatientView view)
    {
        var (content, state) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        PatientViewBytes.Write(state, in view, kind);
        content.U16((ushort)state.WrittenCount);
        content.Write(state.WrittenSpan);
        return Frame(LiveFrameKind.States, node, start, content.WrittenSpan.ToArray());
    }

    private void Beat(string node, Guid start, byte state)
    {
        var content = new ArrayBufferWriter<byte>();
        content.U8(state);
        content.I64(_time.Microseconds());
        _receiver.Take(Frame(LiveFrameKind.Beat, node, start, content.WrittenSpan.ToArray()));
    }

    private byte[] Frame(LiveFrameKind kind, string node, Guid start, byte[] content) =>
        new LiveFrame(kind, node, start, ++_number, _time.Microseconds(), 1, content).Seal(_keyring);

    private sealed class Screen : IMonitoringObserver
    {
        public List<(int Patient, long Sequence, ChangeKind Kind)> Shown { get; } = [];

        public void Changed(in PatientView view, ChangeKind kind) => Shown.Add((view.PatientNumber, view.Sequence, kind));
    }

    private sealed class FakeLink : IBrokerLink
    {
        public BrokerAway? Away { get; set; }

        public Task<IChannel> OpenChannelAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IChannel> OpenPublishingChannelAsync(CancellationToken cancellation) => throw new NotSupportedException();
    }

    private sealed class Stored(TimeProvider time) : IOwnStorage
    {
        public StorageStatus Current { get; } = new(Stored: true, time.GetUtcNow());

        public event Action<StorageStatus>? Changed
        {
            add { }
            remove { }
        }
    }
}
