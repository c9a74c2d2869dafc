using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Payloads;

namespace Wardwatch.Benchmarks.Flood;

/// <summary>A device that does nothing wrong: publishes a reading, waits for its acknowledgement, and takes the time, over and over, whatever others do.</summary>
internal sealed class HealthyDevice(Publisher publisher) : IAsyncDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private List<double> _milliseconds = [];
    private readonly CancellationTokenSource _end = new();
    private Task _running = Task.CompletedTask;
    private int _step;

    /// <summary>Readings that were acknowledged in all.</summary>
    public int Acknowledged => _step;

    /// <summary>Begins.</summary>
    public void Start() => _running = RunAsync();

    /// <summary>The times since the last call.</summary>
    /// <exception cref="BenchmarkException">A reading was refused or not acknowledged, or the connection ended.</exception>
    public async Task<Distribution> TakeAsync()
    {
        if (_running.IsCompleted) await _running;
        lock (_gate)
        {
            var taken = _milliseconds;
            _milliseconds = [];
            return Distribution.Of(taken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        await publisher.DisposeAsync();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Between);
        var time = TimeProvider.System;
        while (!_end.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            publisher.Append(PlausibleVitals.At(MeasurementTimes.ToUnixMicroseconds(time.GetUtcNow()), _step));
            publisher.Flush();
            await publisher.WhenAcknowledgedAsync(_end.Token);
            _step++;
            lock (_gate) _milliseconds.Add(time.GetElapsedTime(began).TotalMilliseconds);
            await timer.WaitForNextTickAsync(_end.Token);
        }
    }
}
