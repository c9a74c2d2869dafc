using System.Globalization;
using Wardwatch.Benchmarks.Ingest;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Soak;

/// <summary>What a soak came to.</summary>
internal sealed record SoakResult(IngestResult Ingest, IReadOnlyList<SoakTrend> Trends, IReadOnlyList<long> FramesByScreen, string SamplesFile, int Samples)
{
    /// <summary>What is wrong, or null.</summary>
    public string? Fault => Ingest.Fault
        ?? (Trends.FirstOrDefault(trend => trend.IsOver) is { } trend ? $"{trend.Name}: changed by {trend.Change * 100:0.0} %, allowed are {SoakTrend.Limit * 100:0} %" : null);
}

/// <summary>Watches a server for as long as a load is on it.</summary>
internal sealed class SoakBenchmark(HospitalUnderTest hospital) : IAsyncDisposable
{
    private const int SamplesPerMinute = 6;
    private const int Collections = 5;
    private const int ScreenCount = 2;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(60.0 / SamplesPerMinute);
    private static readonly TimeProvider Time = TimeProvider.System;

    private readonly List<SoakSample> _samples = [];
    private readonly List<Screen> _screens = [.. Enumerable.Range(0, ScreenCount).Select(_ => new Screen(hospital))];
    private readonly int _server = ProcessTree.Read().Find(Environment.ProcessId, Programs.ServerName)[0];
    private (double Allocated, double Processor, double Stored) _before;

    /// <summary>Puts the load on, takes a sample each ten seconds, and writes each to the file at once, so that a soak that is broken off has its samples.</summary>
    public async Task<SoakResult> RunAsync(LoadPlan plan, string samplesFile, CancellationToken cancellation)
    {
        await using var file = new StreamWriter(samplesFile) { AutoFlush = true };
        await file.WriteLineAsync(SoakSample.Heading.AsMemory(), cancellation);
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watching = WatchAsync(plan.Seconds / 60, began.Task, file, ended.Token);
        try
        {
            var ingest = await new IngestBenchmark(hospital).RunAsync(plan, begins =>
            {
                if (begins) began.TrySetResult();
                else ended.Cancel();
            }, cancellation);
            await watching;
            return new SoakResult(ingest, SoakTrend.Of(_samples, plan.Seconds / 60), [.. _screens.Select(screen => screen.Frames)], samplesFile, _samples.Count);
        }
        finally
        {
            await ended.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var screen in _screens) await screen.DisposeAsync();
    }

    private async Task WatchAsync(double minutes, Task began, StreamWriter file, CancellationToken ended)
    {
        // A soak long enough to be judged has a full collection a minute, so that it disturbs little; a short one at every sample.
        var collectEvery = minutes >= SoakTrend.JudgedFromMinutes ? SamplesPerMinute : 1;
        try
        {
            await began.WaitAsync(ended);
            var start = Time.GetTimestamp();
            using var timer = new PeriodicTimer(Interval);
            for (var number = 0; ; number++)
            {
                var sample = await SampleAsync(Time.GetElapsedTime(start).TotalSeconds, number % collectEvery == 0, ended);
                _samples.Add(sample);
                await file.WriteLineAsync(sample.ToLine().AsMemory(), ended);
                if (number % SamplesPerMinute == 0) Report.Line(Line(sample, minutes));
                await timer.WaitForNextTickAsync(ended);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The load has ended, or the whole was given up; who called knows which.
        }
    }

    private async Task<SoakSample> SampleAsync(double seconds, bool collects, CancellationToken cancellation)
    {
        var liveHeap = collects ? await LiveHeapAsync(cancellation) : double.NaN;
        var metrics = await hospital.MetricsAsync(cancellation);
        var status = ProcessStatus.Read(_server);
        var (allocated, processor, stored) = (metrics["dotnet_gc_heap_total_allocated_bytes_total"], metrics["dotnet_process_cpu_time_seconds_total"], metrics["wardwatch_readings_stored_total"]);
        var readings = stored - _before.Stored;
        var isFirst = _before.Stored == 0;
        var sample = new SoakSample(
            seconds,
            liveHeap,
            status.WorkingSetBytes,
            status.Handles,
            status.Threads,
            metrics["wardwatch_gateway_messages_received_total"] - metrics["wardwatch_gateway_messages_acknowledged_total"],
            metrics["wardwatch_lanes_queued"],
            metrics["wardwatch_live_conflated_total"],
            await hospital.DatabaseBytesAsync(cancellation),
            stored,
            isFirst ? double.NaN : (allocated - _before.Allocated) / readings,
            isFirst ? double.NaN : 1e6 * (processor - _before.Processor) / readings);
        _before = (allocated, processor, stored);
        return sample;
    }

    /// <summary>
    /// What is alive, as the least of some full collections: under load a small collection soon follows each of them, and what the server tells may be the heap
    /// after that one, with some megabytes in it that only wait to be collected.
    /// </summary>
    private async Task<double> LiveHeapAsync(CancellationToken cancellation)
    {
        var least = double.PositiveInfinity;
        for (var i = 0; i < Collections; i++)
        {
            await FullCollection.RunAsync(_server, cancellation);
            least = Math.Min(least, (await hospital.MetricsAsync(cancellation))["dotnet_gc_last_collection_heap_size_bytes"]);
        }

        return least;
    }

    private static string Line(SoakSample sample, double minutes) => string.Create(
        CultureInfo.InvariantCulture,
        $"minute {sample.Seconds / 60,3:0} of {minutes:0.##}: {sample.Stored:#,0} stored, heap {sample.LiveHeap / 1e6:0.0} MB, working set {sample.WorkingSet / 1e6:0} MB, {sample.Handles} handles, {sample.Threads} threads, {sample.UnderWay} under way");
}
