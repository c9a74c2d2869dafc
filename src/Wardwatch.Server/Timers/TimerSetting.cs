using Npgsql;
using Wardwatch.Server.Timers.Contracts;

namespace Wardwatch.Server.Timers;

/// <summary>
/// Sets timers. What a caller says by its own clock is stored by the database's: as the time from now on, so that a node whose clock is wrong sets timers that are right.
/// </summary>
internal sealed class TimerSetting(TimeProvider time) : ITimers
{
    private const int MaxSubject = 100;

    // Whoever fires timers looks at least this often; what is due later is found without being told of.
    private const double ToldBelowSeconds = 1.5;

    /// <inheritdoc />
    public async Task SetAsync(NpgsqlConnection connection, int tenantId, string kind, string subject, DateTimeOffset dueAt, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(subject.Length, MaxSubject, nameof(subject));
        await using var command = new NpgsqlCommand(TimerSql.Set, connection)
        {
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = kind },
                new() { Value = subject },
                new() { Value = (dueAt - time.GetUtcNow()).TotalSeconds },
                new() { Value = ToldBelowSeconds },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <inheritdoc />
    public async Task ChangeAsync(NpgsqlConnection connection, int tenantId, IReadOnlyDictionary<(string Kind, string Subject), DateTimeOffset?> timers, CancellationToken cancellation)
    {
        if (timers.Count == 0)
        {
            return;
        }

        var now = time.GetUtcNow();
        var (kinds, subjects, seconds) = (new string[timers.Count], new string[timers.Count], new double?[timers.Count]);
        foreach (var (i, ((kind, subject), dueAt)) in timers.Index())
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(subject.Length, MaxSubject, nameof(timers));
            (kinds[i], subjects[i], seconds[i]) = (kind, subject, (dueAt - now)?.TotalSeconds);
        }

        await using var command = new NpgsqlCommand(TimerSql.Change, connection)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = kinds }, new() { Value = subjects }, new() { Value = seconds }, new() { Value = ToldBelowSeconds } },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <inheritdoc />
    public async Task CancelAsync(NpgsqlConnection connection, int tenantId, string kind, string subject, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(TimerSql.Cancel, connection) { Parameters = { new() { Value = tenantId }, new() { Value = kind }, new() { Value = subject } } };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
