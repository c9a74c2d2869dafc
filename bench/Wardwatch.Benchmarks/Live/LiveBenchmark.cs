using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Payloads;

namespace Wardwatch.Benchmarks.Live;

/// <summary>Who listens while it is measured.</summary>
/// <param name="Screens">Screens that read.</param>
/// <param name="PerWard">Each watches one ward; otherwise each watches the whole hospital.</param>
/// <param name="DeadReaders">Screens of the whole hospital that never read.</param>
internal sealed record LiveAudience(int Screens, bool PerWard, int DeadReaders);

/// <summary>Frames at the screens of one run.</summary>
/// <param name="DeadReaders">How many others did not read meanwhile.</param>
/// <param name="Screens">How many screens were measured.</param>
/// <param name="ReadingsPerSecond">Readings that were published per second.</param>
/// <param name="Frames">From publish to the frame's arrival, over all screens.</param>
/// <param name="WithoutFrame">Readings that a screen was not shown: a newer one of the patient took their place.</param>
/// <param name="ServerMicroseconds">Processor time of the server for each reading, from its socket to all screens.</param>
/// <param name="ManagedMegabytes">The server's managed heap after its last collection.</param>
/// <param name="Waiting">Messages that waited for screens at the end.</param>
/// <param name="Cut">Screens that were cut off meanwhile.</param>
internal sealed record FramesResult(
    int DeadReaders, int Screens, double ReadingsPerSecond, Distribution Frames, long WithoutFrame, double ServerMicroseconds, double ManagedMegabytes, double Waiting, double Cut);

/// <summary>What <c>bench live</c> measured.</summary>
/// <param name="Runs">Frames at screens: alone, and with dead readers among them if there were to be any.</param>
/// <param name="TickPatients">Patients of a tick.</param>
/// <param name="Tick">From a tick to the last acknowledgement of its readings, and so until all are stored.</param>
internal sealed record LiveResult(IReadOnlyList<FramesResult> Runs, int TickPatients, Distribution Tick);

/// <summary>The way to the screen, and the tick of a small ward.</summary>
internal sealed class LiveBenchmark(HospitalUnderTest hospital, IReadOnlyList<Publisher> publishers)
{
    private const string HeapMetric = "dotnet_gc_last_collection_heap_size_bytes";

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LastFrames = TimeSpan.FromSeconds(2);
    private static readonly TimeProvider Time = TimeProvider.System;
    private readonly FrameClock _clock = new();
    private int _step;
    private long _lastMicros;

    /// <summary>Publishes at a rate, one reading of one patient after the other, and listens.</summary>
    public async Task<FramesResult> FramesAsync(LiveAudience audience, double rate, TimeSpan warmup, TimeSpan duration, CancellationToken cancellation)
    {
        List<FrameListener> screens = [], dead = [];
        try
        {
            var token = await hospital.SignInAsync(cancellation);
            var wards = publishers.Select(publisher => publisher.Ward).Distinct(StringComparer.Ordinal).ToList();
            for (var i = 0; i < audience.Screens; i++)
                screens.Add(await FrameListener.OpenAsync(hospital, token, audience.PerWard ? wards[i % wards.Count] : null, _clock, reads: true, cancellation));
            for (var i = 0; i < audience.DeadReaders; i++)
                dead.Add(await FrameListener.OpenAsync(hospital, token, ward: null, _clock, reads: false, cancellation));

            var before = await hospital.MetricsAsync(cancellation);
            await PublishAsync(rate, warmup, cancellation);
            await Task.Delay(LastFrames, cancellation);
            _clock.Restart();
            screens.ForEach(screen => screen.Restart());
            var (began, used) = (Time.GetTimestamp(), ServerSeconds());
            var published = await PublishAsync(rate, duration, cancellation);
            var seconds = Time.GetElapsedTime(began).TotalSeconds;
            used = ServerSeconds() - used;
            var after = await hospital.MetricsAsync(cancellation);
            await Task.Delay(LastFrames, cancellation);

            var all = screens.ConvertAll(screen => screen.Milliseconds);
            var missing = screens.Zip(all, (screen, frames) => _clock.Expected(screen.Ward) - frames.Count).Sum();
            return new FramesResult(audience.DeadReaders, screens.Count, published / seconds, Distribution.Of([.. all.SelectMany(frames => frames)]), missing,
                used * 1e6 / published, after[HeapMetric] / 1e6, after["wardwatch_live_waiting"], after["wardwatch_live_cut_total"] - before["wardwatch_live_cut_total"]);
        }
        finally
        {
            foreach (var listener in screens.Concat(dead)) await listener.DisposeAsync();
        }
    }

    /// <summary>Ticks: the readings of some patients at once, and the time until the last is acknowledged.</summary>
    public async Task<Distribution> TicksAsync(int patients, int ticks, TimeSpan interval, CancellationToken cancellation)
    {
        List<double> milliseconds = [];
        var ward = publishers.Take(patients).ToList();
        using var timer = new PeriodicTimer(interval);
        for (var tick = 0; tick < ticks; tick++)
        {
            await timer.WaitForNextTickAsync(cancellation);
            var began = Time.GetTimestamp();
            foreach (var publisher in ward)
            {
                publisher.Append(PlausibleVitals.At(NowMicros(), _step++));
                publisher.Flush();
            }

            await Task.WhenAll(ward.Select(publisher => publisher.WhenAcknowledgedAsync(cancellation)));
            milliseconds.Add(Time.GetElapsedTime(began).TotalMilliseconds);
        }

        return Distribution.Of(milliseconds);
    }

    private static double ServerSeconds() => ProcessTree.Read().CpuSeconds(Environment.ProcessId, Programs.ServerName);

    private async Task<long> PublishAsync(double rate, TimeSpan duration, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Step);
        var began = Time.GetTimestamp();
        var published = 0L;
        while (Time.GetElapsedTime(began) is var elapsed && elapsed < duration)
        {
            for (var due = (long)(rate * elapsed.TotalSeconds); published < due; published++)
            {
                var publisher = publishers[(int)(published % publishers.Count)];
                var micros = NowMicros();
                var reading = PlausibleVitals.At(micros, _step++);
                _clock.Publish(publisher.PatientId, publisher.Ward, micros);
                publisher.Append(reading);
                publisher.Flush();
            }

            await timer.WaitForNextTickAsync(cancellation);
        }

        await Task.WhenAll(publishers.Select(publisher => publisher.WhenAcknowledgedAsync(cancellation)));
        return published;
    }

    // Never twice the same, so that a frame names its reading.
    private long NowMicros() => _lastMicros = Math.Max(_lastMicros + 1, MeasurementTimes.ToUnixMicroseconds(Time.GetUtcNow()));
}
