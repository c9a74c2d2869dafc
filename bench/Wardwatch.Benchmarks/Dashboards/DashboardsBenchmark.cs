using System.Collections.Concurrent;
using Wardwatch.Benchmarks.Api;
using Wardwatch.Benchmarks.Ingest;
using Wardwatch.Benchmarks.Soak;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Dashboards;

/// <summary>What the server holds at one moment.</summary>
/// <param name="LiveHeapBytes">Managed memory after a full collection: what is alive.</param>
/// <param name="WorkingSetBytes">Memory that is in RAM, after that collection.</param>
internal readonly record struct MemorySample(double LiveHeapBytes, long WorkingSetBytes);

/// <summary>One way to the screen with all its dashboards.</summary>
/// <param name="Path"><c>/ws/vitals</c> or <c>/hubs/ward</c>.</param>
/// <param name="Dashboards">How many were connected from the beginning to the end.</param>
/// <param name="FramesPerSecond">Frames at all of them together.</param>
/// <param name="BytesPerFrame">How large a message was on average.</param>
/// <param name="Frames">From a device's publish to the frame.</param>
/// <param name="WithoutFrame">Readings that a dashboard was not shown, as a newer one of the patient took their place, or that never came.</param>
/// <param name="LatestPublishMilliseconds">How late this program was at most with a publish; a frame's age counts from the publish itself.</param>
/// <param name="Before">Memory with readings at the same rate and no dashboard.</param>
/// <param name="Idle">With all dashboards and no readings.</param>
/// <param name="Busy">With all dashboards and readings.</param>
/// <param name="PeakBytes">The most memory in RAM while it was measured.</param>
/// <param name="ServerProcessors">Processors that the server kept busy.</param>
/// <param name="ClientProcessors">The same of this program: devices and dashboards.</param>
/// <param name="OthersShare">The share of the machine that others used, 0 to 1.</param>
internal sealed record DashboardsRun(
    string Path, int Dashboards, double FramesPerSecond, double BytesPerFrame, Durations Frames, long WithoutFrame, double LatestPublishMilliseconds,
    MemorySample Before, MemorySample Idle, MemorySample Busy, long PeakBytes, double ServerProcessors, double ClientProcessors, double OthersShare)
{
    /// <summary>Live managed memory of a dashboard with frames under way, in bytes.</summary>
    public double HeapPerDashboard => (Busy.LiveHeapBytes - Before.LiveHeapBytes) / Dashboards;

    /// <summary>All memory of a dashboard, what the run-time holds for its garbage included, in bytes.</summary>
    public double WorkingSetPerDashboard => (double)(Math.Max(PeakBytes, Busy.WorkingSetBytes) - Before.WorkingSetBytes) / Dashboards;
}

/// <summary>Many dashboards of small wards.</summary>
/// <param name="hospital">The server, begun anew for each run: what one way leaves behind is not to count for the other.</param>
/// <param name="wards">The devices of each ward.</param>
internal sealed class DashboardsBenchmark(HospitalUnderTest hospital, IReadOnlyList<IReadOnlyList<Publisher>> wards) : IAsyncDisposable
{
    private const int OpenAtOnce = 16;
    private const int Collections = 3;

    private static readonly TimeProvider Time = TimeProvider.System;
    private static readonly TimeSpan BetweenPings = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastFrames = TimeSpan.FromSeconds(2);

    private readonly PublishClock _clock = new();
    private readonly List<Publisher> _publishers = Interleave(wards);
    private readonly List<Dashboard> _dashboards = [];
    private readonly int _server = hospital.ServerProcess;
    private int _step;

    /// <summary>Measures one way.</summary>
    /// <param name="dashboards">How many.</param>
    /// <param name="isHub">Over the hub; otherwise the WebSocket.</param>
    /// <param name="warmup">With readings, before memory is compared and again before times are measured.</param>
    /// <param name="duration">How long is measured.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<DashboardsRun> RunAsync(int dashboards, bool isHub, TimeSpan warmup, TimeSpan duration, CancellationToken cancellation)
    {
        var token = await hospital.SignInAsync(cancellation);

        // A few dashboards come and go first, so that what is compiled and pooled once is not counted for those that are measured.
        await OpenAsync(token, Math.Min(20, dashboards), isHub, cancellation);
        await PublishAsync(warmup, cancellation);
        await CloseAsync();
        await PublishAsync(warmup / 2, cancellation);
        var before = await MemoryAsync(cancellation);

        await OpenAsync(token, dashboards, isHub, cancellation);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pinging = PingAsync(ended.Token);
        try
        {
            var idle = await MemoryAsync(cancellation);
            await PublishAsync(warmup, cancellation);
            var (bytes, meter) = (_dashboards.Sum(dashboard => dashboard.Bytes), new CostMeter(Programs.ServerName));
            meter.Begin();
            _clock.Begin();
            var (published, latest) = await PublishAsync(duration, cancellation);
            _clock.End();
            var (cost, peak) = meter.End();
            bytes = _dashboards.Sum(dashboard => dashboard.Bytes) - bytes;
            await Task.Delay(LastFrames, cancellation);
            var frames = _dashboards.ConvertAll(dashboard => dashboard.Milliseconds);
            var expected = _dashboards.Sum(dashboard => ExpectedOf(dashboard.Ward, published));
            var busying = PublishAsync(TimeSpan.FromSeconds(5), cancellation);
            var busy = await MemoryAsync(cancellation);
            await busying;
            var (all, open) = (frames.Sum(some => (long)some.Count), _dashboards.Count(dashboard => dashboard.IsOpen));
            return new DashboardsRun(
                isHub ? "/hubs/ward" : "/ws/vitals", open, all / duration.TotalSeconds, (double)bytes / Math.Max(1, all), Durations.Of([.. frames.SelectMany(some => some)]), expected - all, latest,
                before, idle, busy, peak, cost.Server / cost.Seconds, cost.Receiver / cost.Seconds, cost.OthersShare);
        }
        finally
        {
            await ended.CancelAsync();
            await pinging;
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    // One of each ward in turn, so that a ward's readings come one by one, as devices that know nothing of each other send.
    private static List<Publisher> Interleave(IReadOnlyList<IReadOnlyList<Publisher>> wards) =>
        [.. Enumerable.Range(0, wards.Max(ward => ward.Count)).SelectMany(bed => wards.Where(ward => bed < ward.Count).Select(ward => ward[bed]))];

    private long ExpectedOf(string ward, int published) =>
        _publishers.Select((publisher, place) => publisher.Ward == ward ? (published / _publishers.Count) + (place < published % _publishers.Count ? 1 : 0) : 0L).Sum();

    // Each device once a second.
    private async Task<(int Published, double LatestMilliseconds)> PublishAsync(TimeSpan duration, CancellationToken cancellation)
    {
        var loop = new OpenLoop(_publishers.Count, Time);
        var published = await loop.RunAsync(duration, (number, _) =>
        {
            var publisher = _publishers[number % _publishers.Count];
            publisher.Append(PlausibleVitals.At(_clock.NowMicros, _step++));
            publisher.Flush();
        }, cancellation);
        await Task.WhenAll(_publishers.Select(publisher => publisher.WhenAcknowledgedAsync(cancellation)));
        return (published, loop.LatestMilliseconds);
    }

    private async Task OpenAsync(string token, int count, bool isHub, CancellationToken cancellation)
    {
        var open = new ConcurrentBag<Dashboard>();
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = OpenAtOnce, CancellationToken = cancellation }, async (number, stop) =>
                open.Add(await Dashboard.OpenAsync(hospital, token, wards[number % wards.Count][0].Ward, isHub, _clock, stop)));
        }
        finally
        {
            _dashboards.AddRange(open);
        }
    }

    private async Task CloseAsync()
    {
        foreach (var dashboard in _dashboards) await dashboard.DisposeAsync();
        _dashboards.Clear();
    }

    private async Task PingAsync(CancellationToken ended)
    {
        using var timer = new PeriodicTimer(BetweenPings);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                foreach (var dashboard in _dashboards) await dashboard.KeepAliveAsync(ended);
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    // The least of some full collections: small ones under load leave behind what only waits to be collected.
    private async Task<MemorySample> MemoryAsync(CancellationToken cancellation)
    {
        var (heap, working) = (double.PositiveInfinity, long.MaxValue);
        for (var i = 0; i < Collections; i++)
        {
            await FullCollection.RunAsync(_server, cancellation);
            heap = Math.Min(heap, (await hospital.MetricsAsync(cancellation))["dotnet_gc_last_collection_heap_size_bytes"]);
            working = Math.Min(working, ProcessStatus.Read(_server).WorkingSetBytes);
        }

        return new MemorySample(heap, working);
    }
}
