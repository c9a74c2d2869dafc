using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Queue;

/// <summary>
/// A monitor's share of the partitions. It looks twice a second: says that it is there, takes what nobody has as far as its share goes, gives back what is above that, and lets
/// go what somebody else has taken. Whether anything comes through a partition's queue does not matter: its patients' silence is watched all the same. A process that is being
/// drained gives back everything and takes nothing more, long before it ends.
/// </summary>
internal sealed partial class PartitionOwner(
    PartitionTable table, IBrokerLink link, IPartitionedLanes lanes, DirectoryCatchUp directory, NodeName node, NodeDrain drain, IOptions<ClusterOptions> options, ClusterMetrics metrics,
    TimeProvider time, ILogger<PartitionOwner> log) : BackgroundService
{
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(10);
    private readonly Guid _reader = Guid.NewGuid();
    private readonly ReaderBeats _beats = new(TimeSpan.FromSeconds(options.Value.TakeOverSeconds));
    private readonly Dictionary<int, HeldPartition> _held = [];
    private readonly CancellationTokenSource _giveUp = new();
    private readonly ILogger<PartitionOwner> _log = log;
    private volatile int _count;
    private bool _away;
    private bool _gone;

    /// <summary>How many partitions this process has.</summary>
    public int Count => _count;

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await table.EnsureAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Brings what was taken to its end and gives the partitions back; what does not end in time the broker delivers to somebody else.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var giveUp = cancellationToken.Register(static state => ((CancellationTokenSource)state!).Cancel(), _giveUp);
        await base.StopAsync(CancellationToken.None);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _giveUp.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.LookSeconds), time);
        try
        {
            do
            {
                await (drain.IsDraining ? GiveBackAsync() : LookAsync(stoppingToken));
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }

        await GiveBackAsync();
        await Task.WhenAll(_held.Values.Select(held => held.Running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await GiveBackAsync();
    }

    /// <summary>Begins to give everything back. When it has, those who divide the partitions no longer count this process.</summary>
    private async Task GiveBackAsync()
    {
        RemoveEnded();
        foreach (var held in _held.Values.Where(held => !held.IsEnding))
        {
            await held.EndAsync(lost: false);
        }

        if (_held.Count == 0 && !_gone)
        {
            await TryAsync(async () =>
            {
                await table.ForgetAsync([_reader], _giveUp.Token);
                _gone = true;
            });
        }

        _count = _held.Count;
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        try
        {
            var (beats, partitions) = await table.LookAsync(_reader, node.Value, cancellation);
            _beats.Look(beats, time.GetElapsedTime(0));
            await LetGoAsync(partitions);
            await BalanceAsync(partitions, cancellation);
            await table.ForgetAsync(_beats.GoneFor(ForgottenAfter), cancellation);
            _away = false;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            // Nobody can take anything meanwhile: what is held stays held.
            if (!_away)
            {
                _away = true;
                LogAway(e.Message);
            }
        }

        _count = _held.Count;
    }

    /// <summary>Lets go what somebody else has by now, and forgets what has ended.</summary>
    private async Task LetGoAsync(List<PartitionRow> partitions)
    {
        RemoveEnded();
        foreach (var (number, held) in _held)
        {
            if (held.Owned is { } owned && partitions.Find(row => row.Number == number) is var row && (row?.Epoch > owned.Epoch || (row?.Epoch == owned.Epoch && row.Reader != _reader)) && !held.IsLost)
            {
                LogLost(number, owned.Epoch, row.Epoch);
                await held.EndAsync(lost: true);
            }
        }
    }

    private void RemoveEnded()
    {
        foreach (var (number, held) in _held.Where(held => held.Value.Running.IsCompleted).ToList())
        {
            _held.Remove(number);
            held.Dispose();
        }
    }

    private async Task BalanceAsync(List<PartitionRow> partitions, CancellationToken cancellation)
    {
        var share = (partitions.Count + _beats.Count - 1) / Math.Max(1, _beats.Count);
        var mine = _held.Values.Where(held => !held.IsEnding).ToList();
        foreach (var surplus in mine.Where(held => held.Owned is not null).OrderByDescending(held => held.Number).Take(Math.Max(0, mine.Count - share)))
        {
            LogSurplus(surplus.Number);
            await surplus.EndAsync(lost: false);
        }

        // Each begins to look elsewhere, so that several that come at once do not all want the same.
        var first = (int)((uint)_reader.GetHashCode() % (uint)Math.Max(1, partitions.Count));
        foreach (var free in partitions.Skip(first).Concat(partitions.Take(first)).Where(row => !_held.ContainsKey(row.Number) && !(row.Reader is { } reader && _beats.IsThere(reader))).Take(Math.Max(0, share - mine.Count)))
        {
            cancellation.ThrowIfCancellationRequested();
            var held = new HeldPartition(free.Number);
            held.Running = Task.Run(() => HoldAsync(held, free), CancellationToken.None);
            _held.Add(free.Number, held);
        }
    }

    /// <summary>A partition from its taking to its end.</summary>
    private async Task HoldAsync(HeldPartition held, PartitionRow seen)
    {
        try
        {
            if (await table.TakeAsync(seen, _reader, node.Value, held.Stop) is not { } owned)
            {
                return;
            }

            held.Owned = owned;
            metrics.Taken(over: seen.Reader is not null);
            LogTaken(owned.Partition, owned.Epoch, seen.Node ?? "nobody");
            var reader = new PartitionReader(owned, link, lanes, directory, options.Value, metrics, time, _log);
            try
            {
                await OpenAsync(owned, held.Stop);
                await reader.RunAsync(() => held.IsLost, held.Stop, _giveUp.Token);
            }
            finally
            {
                await lanes.CloseAsync(owned.Partition, finish: !held.IsLost);
                if (!held.IsLost)
                {
                    await TryAsync(() => table.FreeAsync(owned, _giveUp.Token));
                }
            }
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or OperationCanceledException)
        {
            if (!held.IsEnding)
            {
                LogNotTaken(seen.Number, e.Message);
            }
        }
        catch (Exception defect)
        {
            LogDefect(defect, seen.Number);
        }
    }

    // Without its patients' states a partition is not read. The database may be away just now; the partition stays taken.
    private async Task OpenAsync(PartitionEpoch owned, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await lanes.OpenAsync(owned, options.Value.Partitions, stop);
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                LogNotOpened(owned.Partition, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(options.Value.LookSeconds), time, stop);
            }
        }
    }

    private async Task TryAsync(Func<Task> attempt)
    {
        try
        {
            await attempt();
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or OperationCanceledException)
        {
            // Whoever finds this process gone takes the partition.
            LogNotFreed(e.Message);
        }
    }

    [LoggerMessage(7020, LogLevel.Information, "Took partition {Partition}, epoch {Epoch}, from {From}")]
    private partial void LogTaken(int partition, long epoch, string from);

    [LoggerMessage(7021, LogLevel.Warning, "Partition {Partition} was taken by another process: epoch {Epoch} is over, it is {Now} now. What was not committed here comes to that process.")]
    private partial void LogLost(int partition, long epoch, long now);

    [LoggerMessage(7022, LogLevel.Information, "Gives partition {Partition} back, since there are others who have less")]
    private partial void LogSurplus(int partition);

    [LoggerMessage(7023, LogLevel.Warning, "Who has which partition cannot be looked at: {Reason} What this process has, it keeps.")]
    private partial void LogAway(string reason);

    [LoggerMessage(7024, LogLevel.Warning, "Partition {Partition} could not be taken, tried again: {Reason}")]
    private partial void LogNotTaken(int partition, string reason);

    [LoggerMessage(7025, LogLevel.Warning, "The patients of partition {Partition} cannot be brought back, tried again: {Reason}")]
    private partial void LogNotOpened(int partition, string reason);

    [LoggerMessage(7026, LogLevel.Warning, "Partitions could not be given back: {Reason}")]
    private partial void LogNotFreed(string reason);

    [LoggerMessage(7027, LogLevel.Error, "A defect ended the work on partition {Partition}; it is taken anew.")]
    private partial void LogDefect(Exception defect, int partition);
}
