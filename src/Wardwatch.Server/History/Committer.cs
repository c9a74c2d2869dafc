using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.History;

/// <summary>
/// Group commit. Each writer takes what waits in the queue, up to a batch, commits it in one transaction and completes it.
/// While it waits for PostgreSQL the queue fills with the next batch, so the batch grows with the load and a quiet ward
/// is committed reading by reading.
/// </summary>
/// <remarks>
/// Writers may finish out of order: rows do not depend on one another (each row's own insert decides whether it is a duplicate),
/// and the gateway puts acknowledgements back into the order of arrival. What readings bring about does depend on one another:
/// see <see cref="CompanionOrder"/>.
/// </remarks>
internal sealed partial class Committer : BackgroundService, ICommitter, INodeFigures
{
    // While the database is away there is an attempt a second; not each deserves a line.
    private const int AttemptsPerWarning = 30;

    private readonly Channel<CommitGroup> _queue;
    private readonly ConcurrentBag<CommitGroup> _pool = [];
    private readonly NpgsqlDataSource _database;
    private readonly HistoryOptions _options;
    private readonly HistoryMetrics _metrics;
    private readonly StorageState _storage;
    private readonly BatchRepair _repair;
    private readonly CompanionCommit _companions;
    private readonly CompanionOrder _order;
    private readonly TimeProvider _time;
    private readonly ILogger<Committer> _logger;
    private readonly CancellationTokenSource _abandon = new();

    // When each writer began its present commit; 0: it has none.
    private readonly long[] _began;

    public Committer(NpgsqlDataSource database, IOptions<HistoryOptions> options, HistoryMetrics metrics, StorageState storage,
        BatchRepair repair, CompanionCommit companions, TimeProvider time, ILogger<Committer> logger)
    {
        (_database, _options, _metrics, _storage, _repair, _companions, _time, _logger) = (database, options.Value, metrics, storage, repair, companions, time, logger);
        _queue = Channel.CreateBounded<CommitGroup>(new BoundedChannelOptions(_options.QueuedGroups)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = _options.Writers == 1,
        });
        _began = new long[_options.Writers];
        _order = new CompanionOrder(time);
    }

    public bool TrySubmit(CommitGroup group) => _queue.Writer.TryWrite(group);

    public async ValueTask WaitForRoomAsync(CancellationToken cancellation)
    {
        if (!await _queue.Writer.WaitToWriteAsync(cancellation))
        {
            throw new OperationCanceledException("The committer has ended.");
        }
    }

    public void Tell(NodeFigures figures) => figures.Queues.Add(new("commits", _queue.Reader.Count, _options.QueuedGroups, null));

    public CommitGroup Rent() => _pool.TryTake(out var group) ? group : new CommitGroup();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ended = new CancellationTokenSource();
        var watching = WatchAsync(ended.Token);
        await Task.WhenAll(Enumerable.Range(0, _options.Writers).Select(writer => Task.Run(() => WriteAsync(writer), CancellationToken.None)));
        await ended.CancelAsync();
        await watching;
    }

    /// <summary>
    /// Commits what still waits, then ends. If the host's patience runs out first (the database is away), the rest is failed:
    /// nothing of it is acknowledged, and the devices send it again.
    /// </summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await using var giveUp = cancellationToken.Register(static state => ((CancellationTokenSource)state!).Cancel(), _abandon);
        if (_storage.Current is { Stored: false, Delayed: false })
        {
            await _abandon.CancelAsync();
        }

        if (ExecuteTask is { } running)
        {
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public override void Dispose()
    {
        _abandon.Dispose();
        base.Dispose();
    }

    /// <summary>Tells of commits that neither succeed nor fail: waiting for their time-out alone would show a hung database as a healthy one.</summary>
    private async Task WatchAsync(CancellationToken ended)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(_options.DelayedAfterSeconds / 4), _time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                if (IsAnyLate())
                {
                    _storage.Delay();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The writers have ended.
        }
    }

    private bool IsAnyLate()
    {
        for (var writer = 0; writer < _began.Length; writer++)
        {
            if (Volatile.Read(ref _began[writer]) is var began and not 0 && _time.GetElapsedTime(began).TotalSeconds > _options.DelayedAfterSeconds)
            {
                return true;
            }
        }

        return false;
    }

    private async Task WriteAsync(int writer)
    {
        var batch = new CommitGroup();
        NpgsqlConnection? connection = null;
        var reader = _queue.Reader;
        try
        {
            for (var more = true; more;)
            {
                more = await WaitAsync(reader);
                var turn = _order.Next(() => Gather(reader, batch), last: !more);
                if (batch.IsEmpty && turn is null)
                {
                    continue;
                }

                // While only what was refused is tried again, no reading waits.
                Volatile.Write(ref _began[writer], batch.IsEmpty ? 0 : _time.GetTimestamp());
                try
                {
                    connection = await CommitAsync(batch, turn, connection, writer);
                }
                finally
                {
                    turn?.End();
                }

                Volatile.Write(ref _began[writer], 0);
                batch.Clear();
            }
        }
        finally
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }
        }
    }

    /// <summary>Waits until something is to be committed; false: nothing comes any more.</summary>
    private async ValueTask<bool> WaitAsync(ChannelReader<CommitGroup> reader)
    {
        if (!_order.HasLate)
        {
            return await reader.WaitToReadAsync(CancellationToken.None);
        }

        using var patience = new CancellationTokenSource(_order.UntilTriedAgain, _time);
        try
        {
            return await reader.WaitToReadAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    /// <summary>Takes what waits, up to a batch; answers whether companions are among it.</summary>
    private bool Gather(ChannelReader<CommitGroup> reader, CommitGroup batch)
    {
        while (batch.Size < _options.MaxBatch && reader.TryRead(out var group))
        {
            batch.Append(group);
            group.Clear();
            _pool.Add(group);
        }

        return batch.Companions.Count > 0;
    }

    /// <summary>Commits one batch, however long the database is away; returns the connection to go on with.</summary>
    private async Task<NpgsqlConnection?> CommitAsync(CommitGroup batch, CompanionOrder.Turn? turn, NpgsqlConnection? connection, int writer)
    {
        await (turn?.Come ?? Task.CompletedTask);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                connection ??= await OpenAsync();
                if (turn is not null && _order.IsToTry(turn))
                {
                    await _companions.TryAgainAsync(_order, connection, _abandon.Token);
                }

                if (!batch.IsEmpty)
                {
                    await CommitOnceAsync(batch, connection);
                }

                turn?.End();
                Volatile.Write(ref _began[writer], 0);
                if (!IsAnyLate())
                {
                    _storage.Set(stored: true);
                }

                break;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or ObjectDisposedException && !_abandon.IsCancellationRequested)
            {
                _metrics.CommitFailed();
                _storage.Set(stored: false);
                if (attempt % AttemptsPerWarning == 0)
                {
                    LogAway(attempt, e.Message);
                }

                connection = await DropAsync(connection);
                await _time.WaitQuietlyAsync(RetryDelay(attempt), _abandon.Token);
            }
            catch (Exception e)
            {
                // Given up at shutdown, or a defect: nothing of this batch may be acknowledged.
                _metrics.CommitFailed();
                LogFailed(e, batch.Count);
                Tell(batch, durable: false, _logger);
                return await DropAsync(connection);
            }
        }

        Tell(batch, durable: true, _logger);
        return connection;
    }

    private async Task CommitOnceAsync(CommitGroup batch, NpgsqlConnection connection)
    {
        if (batch.Fences.Count > 0)
        {
            await CommitFencedAsync(batch, connection);
        }
        else
        {
            await CommitUnfencedAsync(batch, connection);
        }
    }

    /// <summary>Commits what still is this process's. What somebody else has taken meanwhile is not stored and not acknowledged: it comes to them.</summary>
    private async Task CommitFencedAsync(CommitGroup batch, NpgsqlConnection connection)
    {
        HashSet<PartitionEpoch> held = [.. batch.Fences];
        try
        {
            var lost = await CommitFences.HoldAsync(held, connection, _abandon.Token);
            if (lost.Count > 0)
            {
                var theirs = batch.TakeOut(lost);
                _metrics.Fenced(theirs.Count);
                LogFenced(theirs.Count, string.Join(", ", lost.Select(fence => fence.Partition).Order()));
                Tell(theirs, durable: false, _logger);
            }

            if (!batch.IsEmpty)
            {
                await CommitUnfencedAsync(batch, connection);
            }
        }
        finally
        {
            await CommitFences.LetGoAsync(held, connection);
        }
    }

    private async Task CommitUnfencedAsync(CommitGroup batch, NpgsqlConnection connection)
    {
        if (batch.HasSuspects || batch.DeadLetters.Count > 0 || (batch.Companions.Count > 0 && _order.HasLate && _order.HoldsBack(batch.CompanionsByPatient())))
        {
            await CommitCarefullyAsync(batch, connection);
            return;
        }

        var started = _time.GetTimestamp();
        try
        {
            if (batch.Companions.Count == 0)
            {
                await RowCopy.ExecuteAsync(batch, connection, _options.CommandTimeoutSeconds, _abandon.Token);
            }
            else if (!await _companions.TryTogetherAsync(batch, connection, _options.CommandTimeoutSeconds, _abandon.Token))
            {
                await CommitCarefullyAsync(batch, connection, hasWaited: true);
                return;
            }
        }
        catch (PostgresException e) when (!DatabaseFaults.IsPassing(e))
        {
            // One row will not go in: it is there already, or the database refuses it. Find it, so that it does not hold up the ward.
            if (e.SqlState != PostgresErrorCodes.UniqueViolation)
            {
                LogRefusedBatch(batch.Count, e.SqlState);
            }

            await CommitCarefullyAsync(batch, connection);
            return;
        }

        _metrics.Committed(batch.Count, duplicates: 0, _time.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>What is unusual: rows one by one if need be, and what they bring about before them, so that a crash between leaves a change too many and never one too few.</summary>
    private async Task CommitCarefullyAsync(CommitGroup batch, NpgsqlConnection connection, bool hasWaited = false)
    {
        if (batch.Companions.Count > 0)
        {
            _order.Add(await _companions.WriteApartAsync([.. batch.CompanionsByPatient()], _order.LatePatients(), hasWaited, connection, _abandon.Token));
            batch.Companions.Clear();
        }

        await _repair.CommitCarefullyAsync(batch, connection, _abandon.Token);
    }

    /// <summary>Tells each listener once. A batch belongs to somebody else as soon as it was told, so nobody is told again because of another one's defect.</summary>
    internal static void Tell(CommitGroup group, bool durable, ILogger logger)
    {
        foreach (var listener in group.Listeners)
        {
            try
            {
                if (durable)
                {
                    listener.Committed();
                }
                else
                {
                    listener.Failed();
                }
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogNotTold(logger, e);
            }
        }
    }

    /// <summary>
    /// A connection whose commits are on disk when they return. The health check looks at the settings too, but on a connection of its own, and a setting of the
    /// role reaches each connection when it is opened.
    /// </summary>
    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = await _database.OpenConnectionAsync(_abandon.Token);
        try
        {
            await using var command = new NpgsqlCommand("show synchronous_commit", connection);
            if (await command.ExecuteScalarAsync(_abandon.Token) is "off")
            {
                throw new NpgsqlException("synchronous_commit is off, and what is committed could be lost.");
            }

            return connection;
        }
        catch
        {
            // The pool would hand out a connection with the same setting again.
            await connection.DisposeAsync();
            NpgsqlConnection.ClearPool(connection);
            throw;
        }
    }

    private static async Task<NpgsqlConnection?> DropAsync(NpgsqlConnection? connection)
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        return null;
    }

    private TimeSpan RetryDelay(int attempt) =>
        TimeSpan.FromSeconds(Math.Min(_options.RetrySeconds, 0.05 * Math.Pow(2, Math.Min(attempt, 10))));

    [LoggerMessage(3001, LogLevel.Warning, "The database does not commit (attempt {Attempt}): {Reason} Readings wait in memory and are not acknowledged.")]
    private partial void LogAway(int attempt, string reason);

    [LoggerMessage(3002, LogLevel.Error, "Gave up on {Count} readings; none of them was acknowledged.")]
    private partial void LogFailed(Exception e, int count);

    [LoggerMessage(3003, LogLevel.Warning, "A batch of {Count} readings was refused by the database ({SqlState}); storing it row by row.")]
    private partial void LogRefusedBatch(int count, string sqlState);

    [LoggerMessage(3005, LogLevel.Warning, "{Count} readings of partitions {Partitions} were not stored here: another process has these partitions by now, and gets them again.")]
    private partial void LogFenced(int count, string partitions);

    [LoggerMessage(3004, LogLevel.Error, "A connection could not be told what became of its readings.")]
    private static partial void LogNotTold(ILogger logger, Exception e);
}
