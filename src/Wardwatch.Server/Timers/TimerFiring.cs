using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Timers.Contracts;

namespace Wardwatch.Server.Timers;

/// <summary>
/// Lets due timers act: what they cause and that they are gone commit together. Another process that looks at the same time passes over their rows, so that no two act on one timer;
/// if this process dies, the rows are there again at once.
/// </summary>
/// <remarks>
/// One to a transaction, unless their handler takes many: what acts adds events, which locks the order of its patients, and only who adds all of them in one call takes the locks in an order
/// in which no two transactions wait for each other.
/// </remarks>
internal sealed partial class TimerFiring(
    NpgsqlDataSource database, IEnumerable<ITimerHandler> handlers, TimersMetrics metrics, IOptions<TimersOptions> options, TimeProvider time, ILogger<TimerFiring> log)
{
    private readonly Dictionary<string, ITimerHandler> _handlers = handlers.ToDictionary(handler => handler.Kind, StringComparer.Ordinal);
    private readonly string[] _together = [.. handlers.Where(handler => handler is ITimerBatchHandler).Select(handler => handler.Kind)];
    private readonly string[] _alone = [.. handlers.Where(handler => handler is not ITimerBatchHandler).Select(handler => handler.Kind)];
    private readonly ILogger<TimerFiring> _log = log;

    /// <summary>The kinds that this process acts on. Those of a later release stay for the nodes that know them.</summary>
    public string[] Kinds => [.. _handlers.Keys];

    /// <summary>Takes what has been due longest, and lets it act: many of a kind that can, and one of another.</summary>
    /// <param name="late">Only what has been due for so long.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>False if nothing was.</returns>
    public async Task<bool> FireNextAsync(TimeSpan late, CancellationToken cancellation)
    {
        var together = await FireAsync(_together, options.Value.Batch, late, cancellation);
        var alone = await FireAsync(_alone, 1, late, cancellation);
        return together || alone;
    }

    private async Task<bool> FireAsync(string[] kinds, int most, TimeSpan late, CancellationToken cancellation)
    {
        if (kinds.Length == 0)
        {
            return false;
        }

        await using var connection = await database.OpenConnectionAsync(cancellation);
        List<Taken> taken;
        await using (var transaction = await connection.BeginTransactionAsync(cancellation))
        {
            taken = await TakeAsync(connection, kinds, most, late, cancellation);
            if (taken.Count == 0)
            {
                return false;
            }

            if (await ActAsync(taken, connection, cancellation) is not { } failure)
            {
                await transaction.CommitAsync(cancellation);
                taken.ForEach(one => metrics.Fired(one.Timer.Kind, one.LagSeconds));
                return true;
            }

            await transaction.RollbackAsync(cancellation);
            if (taken.Count == 1)
            {
                metrics.Failed(taken[0].Timer.Kind);
                LogFailed(taken[0].Timer.Kind, taken[0].Attempts + 1, failure);
            }
        }

        if (taken.Count == 1)
        {
            await PutOffAsync(connection, taken[0], cancellation);
            return true;
        }

        // One of them must not hold up the others: each by itself, and whichever fails is put off.
        for (var i = 0; i < taken.Count && await FireAsync([taken[0].Timer.Kind], 1, late, cancellation); i++)
        {
        }

        return true;
    }

    /// <summary>The pause after a failure.</summary>
    /// <param name="attempts">How many attempts failed before.</param>
    internal double PauseSeconds(int attempts) => Math.Min(options.Value.MaxRetrySeconds, options.Value.RetrySeconds * Math.Pow(2, Math.Min(attempts, 30)));

    // Null: done. What is the database's fault is thrown: the rows are there again, and count no attempt.
    private async Task<Exception?> ActAsync(List<Taken> taken, NpgsqlConnection connection, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.HandleSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            var handler = _handlers[taken[0].Timer.Kind];
            await (taken.Count > 1
                ? ((ITimerBatchHandler)handler).FireAsync(taken.ConvertAll(one => one.Timer), connection, either.Token)
                : handler.FireAsync(taken[0].Timer, connection, either.Token));
            return null;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && connection.State == System.Data.ConnectionState.Open)
        {
            return failure;
        }
    }

    private static async Task<List<Taken>> TakeAsync(NpgsqlConnection connection, string[] kinds, int most, TimeSpan late, CancellationToken cancellation)
    {
        var taken = new List<Taken>();
        await using var command = new NpgsqlCommand(TimerSql.Take, connection) { Parameters = { new() { Value = kinds }, new() { Value = most }, new() { Value = late.TotalSeconds } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            taken.Add(new(new(reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3)), reader.GetInt32(4), reader.GetDouble(5)));
        }

        taken.Sort(static (one, other) => one.Timer.DueAt.CompareTo(other.Timer.DueAt));
        return taken;
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
