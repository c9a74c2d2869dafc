using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Timers.Contracts;

namespace Wardwatch.Server.Timers;

/// <summary>
/// Lets due timers act, one to a transaction: what it causes and that the timer is gone commit together. Another process that looks at the same time passes over the row,
/// so that no two act on one timer; if this process dies, the row is there again at once.
/// </summary>
/// <remarks>One to a transaction, since what acts adds events, which locks the order of its patient: two patients' locks in one transaction could be waited for crosswise.</remarks>
internal sealed partial class TimerFiring(
    NpgsqlDataSource database, IEnumerable<ITimerHandler> handlers, TimersMetrics metrics, IOptions<TimersOptions> options, TimeProvider time, ILogger<TimerFiring> log)
{
    private readonly Dictionary<string, ITimerHandler> _handlers = handlers.ToDictionary(handler => handler.Kind, StringComparer.Ordinal);
    private readonly ILogger<TimerFiring> _log = log;

    /// <summary>The kinds that this process acts on. Those of a later release stay for the nodes that know them.</summary>
    public string[] Kinds => [.. _handlers.Keys];

    /// <summary>Takes the timer that has been due longest, and lets it act.</summary>
    /// <returns>False if none was due.</returns>
    public async Task<bool> FireNextAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        Taken taken;
        await using (var transaction = await connection.BeginTransactionAsync(cancellation))
        {
            if (await TakeAsync(connection, cancellation) is not { } due)
            {
                return false;
            }

            taken = due;
            if (await ActAsync(taken.Timer, connection, cancellation) is not { } failure)
            {
                await transaction.CommitAsync(cancellation);
                metrics.Fired(taken.Timer.Kind, taken.LagSeconds);
                return true;
            }

            await transaction.RollbackAsync(cancellation);
            metrics.Failed(taken.Timer.Kind);
            LogFailed(taken.Timer.Kind, taken.Attempts + 1, failure);
        }

        await PutOffAsync(connection, taken, cancellation);
        return true;
    }

    /// <summary>The pause after a failure.</summary>
    /// <param name="attempts">How many attempts failed before.</param>
    internal double PauseSeconds(int attempts) => Math.Min(options.Value.MaxRetrySeconds, options.Value.RetrySeconds * Math.Pow(2, Math.Min(attempts, 30)));

    // Null: done. What is the database's fault is thrown: the row is there again, and counts no attempt.
    private async Task<Exception?> ActAsync(DueTimer timer, NpgsqlConnection connection, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.HandleSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            await _handlers[timer.Kind].FireAsync(timer, connection, either.Token);
            return null;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && connection.State == System.Data.ConnectionState.Open)
        {
            return failure;
        }
    }

    private async Task<Taken?> TakeAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(TimerSql.Take, connection) { Parameters = { new() { Value = Kinds } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new(new(reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3)), reader.GetInt32(4), reader.GetDouble(5))
            : null;
    }

    private async Task PutOffAsync(NpgsqlConnection connection, Taken taken, CancellationToken cancellation)
    {
        var timer = taken.Timer;
        await using var command = new NpgsqlCommand(TimerSql.PutOff, connection)
        {
            Parameters =
            {
                new() { Value = timer.TenantId },
                new() { Value = timer.Kind },
                new() { Value = timer.Subject },
                new() { Value = timer.DueAt.UtcDateTime },
                new() { Value = PauseSeconds(taken.Attempts) },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private sealed record Taken(DueTimer Timer, int Attempts, double LagSeconds);

    [LoggerMessage(8401, LogLevel.Error, "A timer of kind {Kind} failed at attempt {Attempt} and is tried again")]
    private partial void LogFailed(string kind, int attempt, Exception failure);
}
