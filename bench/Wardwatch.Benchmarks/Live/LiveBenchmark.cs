using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Payloads;

namespace Wardwatch.Benchmarks.Live;

/// <summary>What <c>bench live</c> measured.</summary>
/// <param name="ReadingsPerSecond">Readings that were published per second.</param>
/// <param name="Frames">From publish to the frame's arrival at a screen.</param>
/// <param name="WithoutFrame">Readings that no frame showed: a newer one of the patient took their place.</param>
/// <param name="TickPatients">Patients of a tick.</param>
/// <param name="Tick">From a tick to the last acknowledgement of its readings, and so until all are stored.</param>
internal sealed record LiveResult(double ReadingsPerSecond, Distribution Frames, int WithoutFrame, int TickPatients, Distribution Tick);

/// <summary>The way to the screen, and the tick of a small ward.</summary>
internal sealed class LiveBenchmark(HospitalUnderTest hospital, IReadOnlyList<Publisher> publishers)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LastFrames = TimeSpan.FromSeconds(2);
    private static readonly TimeProvider Time = TimeProvider.System;
    private int _step;
    private long _lastMicros;

    /// <summary>Publishes at a rate, one reading of one patient after the other, and listens.</summary>
    public async Task<(double PerSecond, Distribution Frames, int Missing)> FramesAsync(double rate, TimeSpan warmup, TimeSpan duration, CancellationToken cancellation)
    {
        await using var listener = await FrameListener.OpenAsync(hospital, cancellation);
        await PublishAsync(listener, rate, warmup, cancellation);
        await Task.Delay(LastFrames, cancellation);
        listener.Restart();
        var began = Time.GetTimestamp();
        var published = await PublishAsync(listener, rate, duration, cancellation);
        var seconds = Time.GetElapsedTime(began).TotalSeconds;
        await Task.Delay(LastFrames, cancellation);
        return (published / seconds, listener.Latencies(), listener.Missing);
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

    private async Task<long> PublishAsync(FrameListener listener, double rate, TimeSpan duration, CancellationToken cancellation)
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
                listener.Expect(publisher.PatientId, micros);
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
