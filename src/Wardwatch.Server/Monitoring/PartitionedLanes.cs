using Microsoft.Extensions.Options;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>The lanes of the partitions that this process has, one each.</summary>
internal sealed partial class PartitionedLanes : IHostedService, IPartitionedLanes, IOwnPatients, INodeFigures, IDisposable
{
    // Above this stands the epoch in a state's sequence number, so that a new owner's numbers are above all of the old one's. A browser counts exactly up to 2^53.
    private const int SequenceBits = 32;
    private const int MostPartitions = 256;

    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    private readonly Open?[] _open = new Open?[MostPartitions];
    private readonly long[] _epochs = new long[MostPartitions];
    private readonly LaneFactory _factory;
    private readonly PatientStates _states;
    private readonly Rebuild _rebuild;
    private readonly int _queuedBatches;
    private readonly TimeProvider _time;
    private readonly ILogger<PartitionedLanes> _log;
    private readonly CancellationTokenSource _stopTicks = new();
    private int _partitions = 1;
    private Task _ticking = Task.CompletedTask;

    public PartitionedLanes(LaneFactory factory, PatientStates states, Rebuild rebuild, MonitoringMetrics metrics, IOptions<MonitoringOptions> options, TimeProvider time, ILogger<PartitionedLanes> log)
    {
        (_factory, _states, _rebuild, _queuedBatches, _time, _log) = (factory, states, rebuild, options.Value.QueuedBatches, time, log);
        states.FirstSequence = number => Volatile.Read(ref _epochs[EnvelopeWay.ShareOf(number, Volatile.Read(ref _partitions))]) << SequenceBits;
        metrics.ObserveDepth(() => _open.Sum(static open => open?.Lane.Depth ?? 0));
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ticking = TickAsync();
        return Task.CompletedTask;
    }

    /// <summary>Whoever opened the partitions has closed them before.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopTicks.CancelAsync();
        await _ticking;
        foreach (var open in _open)
        {
            await (open?.Abandon.CancelAsync() ?? Task.CompletedTask);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _stopTicks.Dispose();
        foreach (var open in _open)
        {
            open?.Abandon.Dispose();
        }
    }

    /// <inheritdoc />
    public async Task OpenAsync(PartitionEpoch owned, int partitions, CancellationToken cancellation)
    {
        bool IsMine(int number) => EnvelopeWay.ShareOf(number, partitions) == owned.Partition;
        Volatile.Write(ref _partitions, partitions);
        Volatile.Write(ref _epochs[owned.Partition], owned.Epoch);
        _states.Drop(IsMine);
        var started = _time.GetTimestamp();
        var lane = _factory.Create(owned.Partition, partitions, owned);
        int readings;
        try
        {
            readings = await _rebuild.RunAsync(_ => lane.Processor, cancellation, IsMine);
        }
        catch
        {
            _states.Drop(IsMine);
            throw;
        }

        _factory.Tell(IsMine);
        var abandon = new CancellationTokenSource();
        Volatile.Write(ref _open[owned.Partition], new(lane, abandon, Task.Run(() => lane.RunAsync(abandon.Token), CancellationToken.None)));
        LogOpened(owned.Partition, owned.Epoch, readings, _time.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <inheritdoc />
    public async Task CloseAsync(int partition, bool finish)
    {
        if (Interlocked.Exchange(ref _open[partition], null) is not { } open)
        {
            return;
        }

        open.Lane.Close();
        if (!finish)
        {
            await open.Abandon.CancelAsync();
        }

        await open.Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        open.Abandon.Dispose();
        _states.Drop(number => EnvelopeWay.ShareOf(number, Volatile.Read(ref _partitions)) == partition);
        LogClosed(partition);
    }

    /// <inheritdoc />
    public bool TryPublish(int partition, EnvelopeBatch batch) => Volatile.Read(ref _open[partition])?.Lane.TryPublish(batch) ?? false;

    /// <inheritdoc />
    public ValueTask<bool> WaitForRoomAsync(int partition, CancellationToken cancellation) =>
        Volatile.Read(ref _open[partition])?.Lane.WaitForRoomAsync(cancellation) ?? ValueTask.FromResult(false);

    /// <inheritdoc />
    public void Tell(NodeFigures figures)
    {
        var open = _open.Count(static open => open is not null);
        figures.Partitions = open;
        figures.Queues.Add(new("lanes", _open.Sum(static open => open?.Lane.Depth ?? 0), (long)open * _queuedBatches, null));
    }

    /// <inheritdoc />
    public IReadOnlyCollection<int> Numbers => _states.Numbers;

    /// <inheritdoc />
    public bool TryView(int patientNumber, out PatientView view)
    {
        var state = _states.Find(patientNumber);
        view = state?.Copy() ?? default;
        return state is not null;
    }

    /// <inheritdoc />
    public IReadOnlyList<RecentReading> Recent(int patientNumber) => _states.Find(patientNumber)?.Recent() ?? [];

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(TickInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopTicks.Token))
            {
                var now = _time.Microseconds();
                for (var partition = 0; partition < MostPartitions; partition++)
                {
                    Volatile.Read(ref _open[partition])?.Lane.Tick(now);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private sealed record Open(Lane Lane, CancellationTokenSource Abandon, Task Running);

    [LoggerMessage(2040, LogLevel.Information, "Partition {Partition} is looked after here, epoch {Epoch}; {Readings} readings came back from the history in {Milliseconds:0} ms.")]
    private partial void LogOpened(int partition, long epoch, int readings, double milliseconds);

    [LoggerMessage(2041, LogLevel.Information, "Partition {Partition} is no longer looked after here.")]
    private partial void LogClosed(int partition);
}
