using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Shouldly;
using Wardwatch.Server.Live;
using Wardwatch.UnitTests.Monitoring;
using Wardwatch.UnitTests.Platform;
using Xunit;
using static Wardwatch.UnitTests.Live.Scopes;

namespace Wardwatch.UnitTests.Live;

/// <summary>From a mailbox to a connection: in order, and never longer than somebody reads.</summary>
public sealed class LivePumpTests : IDisposable
{
    private readonly CountedMeters _meters = new();
    private readonly CountedLog _logged = new();
    private readonly CancellationTokenSource _ended = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Audience _audience;
    private readonly LivePump _pump;

    public LivePumpTests()
    {
        var options = Options.Create(new LiveOptions { QueuedMessages = 8, MostWaitingEventBytes = 64 * 1024, SendTimeoutSeconds = 1 });
        var metrics = new LiveMetrics(_meters);
        _audience = new Audience(new EventLog(options, new FixedClock(DateTimeOffset.UnixEpoch)), options, metrics);
        _pump = new LivePump(options, metrics, TimeProvider.System, _logged);
    }

    public void Dispose()
    {
        _ended.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public async Task A_connection_that_takes_everything_gets_it_in_order_until_it_ends()
    {
        var channel = new FakeChannel();
        using var subscription = _audience.Subscribe(new LiveFilter(Whole(1), null, null), LiveKinds.All)!;
        var pumping = _pump.RunAsync(subscription, channel, static _ => true, _ended.Token);
        for (var i = 0; i < 500; i++)
        {
            _audience.SendEvent(Status(100));
            await channel.WrittenAsync(i + 1);
        }

        channel.Written.Select(message => message.EventNumber).ShouldBe(Enumerable.Range(1, 500).Select(number => (long)number));
        await _ended.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => pumping);
        channel.IsAborted.ShouldBeFalse();
        _logged.Count.ShouldBe(0);
    }

    [Fact]
    public async Task One_that_takes_nothing_is_cut_off_after_its_time_counted_and_logged_once()
    {
        var channel = new FakeChannel { Reads = false };
        using var subscription = _audience.Subscribe(new LiveFilter(Whole(1), null, null), LiveKinds.All)!;
        var pumping = _pump.RunAsync(subscription, channel, static _ => true, _ended.Token);
        _audience.SendVitals(TestWard.Patient(1), []);
        await pumping.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken);
        channel.IsAborted.ShouldBeTrue();
        _meters.Cuts.ShouldBe(["fake/not-reading"]);
        _logged.Count.ShouldBe(1);
    }

    [Fact]
    public async Task One_for_whom_too_many_events_wait_is_cut_off_at_once()
    {
        var channel = new FakeChannel { Reads = false };
        var patient = new LivePump(Options.Create(new LiveOptions { SendTimeoutSeconds = 600 }), new LiveMetrics(_meters), TimeProvider.System, _logged);
        using var subscription = _audience.Subscribe(new LiveFilter(Whole(1), null, null), LiveKinds.All)!;
        var pumping = patient.RunAsync(subscription, channel, static _ => true, _ended.Token);
        _audience.SendEvent(Status(1024));
        await channel.WritingAsync(); // from here on nothing leaves the mailbox
        for (var i = 0; i < 100; i++)
        {
            _audience.SendEvent(Status(1024));
        }

        await pumping.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken);
        channel.IsAborted.ShouldBeTrue();
        _meters.Cuts.ShouldBe(["fake/too-far-behind"]);
        _logged.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_patient_who_went_to_another_ward_meanwhile_is_not_shown_there_any_more()
    {
        var channel = new FakeChannel { Reads = false };
        using var subscription = _audience.Subscribe(new LiveFilter(Whole(1), "w1", null), LiveKinds.All)!;
        var pumping = _pump.RunAsync(subscription, channel, static _ => true, _ended.Token);
        for (var i = 1; i <= 20; i++)
        {
            _audience.SendVitals(TestWard.Patient(i), [(byte)i]);
        }

        using var other = _audience.Subscribe(new LiveFilter(Whole(1), "w2", null), LiveKinds.All)!;
        _audience.SendVitals(TestWard.Patient(20) with { Ward = "w2" }, [99]);
        channel.Read();
        await channel.WrittenAsync(19);
        channel.Written.ShouldAllBe(message => message.Ward == "w1" && message.PatientNumber != 20);
        await _ended.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => pumping);
    }

    private static LiveMessage Status(int bytes) => new(LiveKind.StatusUpdated, 1, 1, "w1", new byte[bytes]);

    private sealed class FakeChannel : ILiveChannel
    {
        private readonly TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _writing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly SemaphoreSlim _came = new(0);
        private readonly List<LiveMessage> _written = [];

        public bool Reads { get; set; } = true;

        public bool IsAborted { get; private set; }

        public List<LiveMessage> Written
        {
            get
            {
                lock (_written)
                {
                    return [.. _written];
                }
            }
        }

        public string Name => "fake";

        public void Read()
        {
            Reads = true;
            _room.TrySetResult();
        }

        public Task WritingAsync() => _writing.Task.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken);

        public async Task WrittenAsync(int count)
        {
            while (Written.Count < count)
            {
                (await _came.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken)).ShouldBeTrue();
            }
        }

        public async ValueTask WriteAsync(LiveMessage message, CancellationToken cancellation)
        {
            _writing.TrySetResult();
            if (!Reads)
            {
                await _room.Task.WaitAsync(cancellation);
            }

            lock (_written)
            {
                _written.Add(message);
            }

            _came.Release();
        }

        public void Abort()
        {
            IsAborted = true;
            _room.TrySetException(new IOException("The connection was aborted."));
        }
    }

    private sealed class CountedMeters : IMeterFactory
    {
        private readonly Meter _meter = new("Wardwatch.Live.Test");
        private readonly MeterListener _listener = new();

        public CountedMeters()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter, _meter) && instrument.Name == "wardwatch.live.cut")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Cuts.Add($"{tags[0].Value}/{tags[1].Value}"));
            _listener.Start();
        }

        public List<string> Cuts { get; } = [];

        public Meter Create(MeterOptions options) => _meter;

        public void Dispose()
        {
            _listener.Dispose();
            _meter.Dispose();
        }
    }

    private sealed class CountedLog : ILogger<LivePump>
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Interlocked.Increment(ref _count);
    }
}
