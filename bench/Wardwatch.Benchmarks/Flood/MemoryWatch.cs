using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Flood;

/// <summary>The server's memory over a time: the peak of what is resident as the kernel keeps it, the managed heap as often as it is asked for.</summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(500);

    private readonly HospitalUnderTest _hospital;
    private readonly int _server;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;

    private MemoryWatch(HospitalUnderTest hospital, int server, MetricsSnapshot before)
    {
        (_hospital, _server, Before) = (hospital, server, before);
        ProcessTree.ForgetPeak(server);
        BytesBefore = ProcessTree.PeakBytes(server);
        HeapPeak = HeapBefore = HeapOf(before);
        _running = RunAsync();
    }

    /// <summary>What the server counted when the watch began.</summary>
    public MetricsSnapshot Before { get; }

    public long BytesBefore { get; }

    public long BytesPeak => ProcessTree.PeakBytes(_server);

    public double HeapBefore { get; }

    public double HeapPeak { get; private set; }

    /// <summary>Begins.</summary>
    public static async Task<MemoryWatch> StartAsync(HospitalUnderTest hospital, CancellationToken cancellation) =>
        new(hospital, hospital.ServerProcess, await hospital.MetricsAsync(cancellation));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    // What the last collection found alive, of all generations.
    private static double HeapOf(MetricsSnapshot metrics) => metrics["dotnet_gc_last_collection_heap_size_bytes"];

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Between);
        while (await timer.WaitForNextTickAsync(_end.Token))
            HeapPeak = Math.Max(HeapPeak, HeapOf(await _hospital.MetricsAsync(_end.Token)));
    }
}
