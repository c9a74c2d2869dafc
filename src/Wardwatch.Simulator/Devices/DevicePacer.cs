using Wardwatch.Devices.Payloads;

namespace Wardwatch.Simulator.Devices;

/// <summary>
/// Ticks many devices from one loop: device i of n is due at i/n of each interval, so that a ward's readings are spread evenly and ten thousand devices need
/// no ten thousand timers. A device's place on the data timeline follows from its count of ticks alone, so that the same seed gives the same values.
/// </summary>
internal sealed class DevicePacer(IReadOnlyList<SimulatedDevice> devices, TimeSpan interval, double speed, DeviceStatistics statistics, TimeProvider time)
{
    private static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(10);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var begin = time.GetTimestamp();
        using var timer = new PeriodicTimer(Resolution, time);
        var round = 0L;
        var next = 0;
        var lastCare = TimeSpan.Zero;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                var elapsed = time.GetElapsedTime(begin);
                if (elapsed - lastCare >= TimeSpan.FromSeconds(1))
                {
                    lastCare = elapsed;
                    foreach (var device in devices) device.Connection.Tick();
                }

                // A process that was stopped or starved does not catch up with old ticks: a device measures now, or not at all.
                var late = (long)((elapsed - (round * interval)) / interval) - 1;
                if (late > 1)
                {
                    statistics.CountSkippedTicks(late * devices.Count);
                    round += late;
                }

                while ((round * interval) + (next * interval / devices.Count) <= elapsed)
                {
                    var seconds = round * interval.TotalSeconds;
                    devices[next].Tick(seconds, speed, MeasurementTimes.ToUnixMicroseconds(time.GetUtcNow()));
                    if (++next < devices.Count) continue;
                    next = 0;
                    round++;
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The orderly end.
        }
    }
}
