using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Audit.Contracts;

namespace Wardwatch.Server.Audit;

/// <summary>
/// Writes the trail. Looks of many requests are gathered while the transaction before is committing, so that a busy hospital costs a few commits a second and
/// not one for each look.
/// </summary>
internal sealed partial class AuditTrail(
    NpgsqlDataSource database, AuditChain chain, AuditSpool spool, BreachWatch watch, AuditMetrics metrics, IOptions<AuditOptions> options, TimeProvider time, ILogger<AuditTrail> log)
    : BackgroundService, IAuditTrail
{
    private const int Waiting = 10_000;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(2);

    private readonly Channel<Look> _looks = Channel.CreateBounded<Look>(new BoundedChannelOptions(Waiting) { SingleReader = true });
    private volatile bool _databaseAway;

    /// <inheritdoc />
    public async Task RecordAsync(AuditEntry entry, CancellationToken cancellation)
    {
        var look = new Look(new(entry, time.GetUtcNow()), new(TaskCreationOptions.RunContinuationsAsynchronously));
        await _looks.Writer.WriteAsync(look, cancellation);

        // Not given up with the request: it did happen.
        await look.Recorded.Task;
        watch.Observe(entry);
    }

    /// <inheritdoc />
    public void Note(AuditEntry entry)
    {
        if (!_looks.Writer.TryWrite(new(new(entry, time.GetUtcNow()), new())))
        {
            LogFull(log, entry.Action);
        }

        watch.Observe(entry);
    }

    /// <inheritdoc />
    public async Task RecordAsync(NpgsqlConnection connection, AuditEntry entry, CancellationToken cancellation)
    {
        await chain.AppendAsync(connection, entry.TenantId, [new(entry, time.GetUtcNow())], cancellation);
        metrics.Recorded(entry.Action, 1);
        watch.Observe(entry);
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _looks.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(WriteAllAsync(), CatchUpAsync(stoppingToken));

    private async Task WriteAllAsync()
    {
        var looks = new List<Look>();
        while (await _looks.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (looks.Count < options.Value.MostPerTransaction && _looks.Reader.TryRead(out var look))
            {
                looks.Add(look);
            }

            await WriteAsync(looks);
            looks.Clear();
        }
    }

    private async Task WriteAsync(List<Look> looks)
    {
        List<TimedEntry> entries = [.. looks.Select(look => look.Entry)];
        try
        {
            // While the database is away nobody waits for it: what is kept is added by whoever catches up.
            if (_databaseAway || !await TryStoreAsync(entries))
            {
                spool.Keep(entries);
                metrics.Kept(entries.Count);
            }

            looks.ForEach(look => look.Recorded.TrySetResult());
        }
        catch (Exception failure)
        {
            // Neither the database nor the disk takes it: the look does not happen.
            LogLost(log, failure);
            looks.ForEach(look => look.Recorded.TrySetException(failure));
        }
    }

    private async Task CatchUpAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(BetweenAttempts, time);
        do
        {
            if (spool.Take() is not { Count: > 0 } kept)
            {
                _databaseAway = false;
            }
            else if (await TryStoreAsync(kept))
            {
                spool.Release();
                LogCaughtUp(log, kept.Count);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task<bool> TryStoreAsync(List<TimedEntry> entries)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.DatabaseSeconds), time);
        try
        {
            // A database that hangs holds up even the cancellation; whoever waits for an answer does not wait for that.
            await StoreAsync(entries, deadline.Token).WaitAsync(deadline.Token);
            return true;
        }
        catch (Exception failure) when (failure is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            if (!_databaseAway)
            {
                LogAway(log, failure.Message);
                _databaseAway = true;
            }

            return false;
        }
    }

    private async Task StoreAsync(List<TimedEntry> entries, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        foreach (var hospital in entries.GroupBy(entry => entry.Entry.TenantId).OrderBy(hospital => hospital.Key))
        {
            await chain.AppendAsync(connection, hospital.Key, [.. hospital], cancellation);
        }

        await transaction.CommitAsync(cancellation);
        foreach (var action in entries.GroupBy(entry => entry.Entry.Action, StringComparer.Ordinal))
        {
            metrics.Recorded(action.Key, action.Count());
        }
    }

    private readonly record struct Look(TimedEntry Entry, TaskCompletionSource Recorded);

    [LoggerMessage(5001, LogLevel.Error, "The audit trail's database does not answer ({Reason}): looks at records are kept in a file until it does")]
    private static partial void LogAway(ILogger log, string reason);

    [LoggerMessage(5002, LogLevel.Information, "The audit trail's database is back: {Count} looks were added to the trail")]
    private static partial void LogCaughtUp(ILogger log, int count);

    [LoggerMessage(5004, LogLevel.Critical, "Too much waits for the audit trail: {Action} is not on record")]
    private static partial void LogFull(ILogger log, string action);

    [LoggerMessage(5003, LogLevel.Critical, "A look at a record could not be recorded, and was refused")]
    private static partial void LogLost(ILogger log, Exception failure);
}
