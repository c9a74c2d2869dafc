using Npgsql;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Bedside;

/// <summary>What the database says of open incidents and their steps. Its clock is this machine's, as are those of all that is measured here.</summary>
internal sealed class IncidentLags(NpgsqlDataSource database)
{
    private const string Waiting = "from incidents where resolved_at is null and not technical and not canary and next_what = 'escalate'";

    // Each incident's next step falls due at a time of its own, evenly over the spread; the timer and the incident must say the same.
    private const string Plan =
        $"""
        with due as (
            select incident_id, clock_timestamp() + make_interval(secs => $1 + $2 * (row_number() over (order by random()) - 1) / count(*) over ()) as at {Waiting} and step = $3
        ), told as (
            update incidents i set next_at = due.at from due where i.incident_id = due.incident_id
        ), put as (
            update timers t set due_at = due.at, next_at = due.at from due where t.kind = 'incident-step' and t.subject = due.incident_id::text returning 1
        )
        select incident_id, at from due
        """;

    /// <summary>How many incidents are open, have somebody responsible, and wait for a step after this one.</summary>
    public async Task<long> CountAsync(int step, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select count(*) {Waiting} and step = $1 and assignee is not null");
        command.Parameters.Add(new() { Value = (short)step });
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Lets the next step of all that are at a step fall due, the first so many seconds from now on, the last when the spread is over.</summary>
    /// <returns>When each is due.</returns>
    /// <exception cref="BenchmarkException">Writing the plan took so long that the first were late when it was there.</exception>
    public async Task<Dictionary<Guid, DateTimeOffset>> PlanAsync(double inSeconds, double spreadSeconds, int step, CancellationToken cancellation)
    {
        // Of thousands of rows that came within seconds the planner knows nothing yet: this statement, which is the benchmark's own, would take twenty seconds.
        await using (var analyze = database.CreateCommand("analyze incidents, timers")) await analyze.ExecuteNonQueryAsync(cancellation);
        var began = TimeProvider.System.GetTimestamp();
        await using var command = database.CreateCommand(Plan);
        command.Parameters.Add(new() { Value = inSeconds });
        command.Parameters.Add(new() { Value = spreadSeconds });
        command.Parameters.Add(new() { Value = (short)step });
        var due = await ReadAsync(command, cancellation);
        return TimeProvider.System.GetElapsedTime(began).TotalSeconds < inSeconds ? due : throw new BenchmarkException("Planning the steps took until the first were due.");
    }

    /// <summary>When the history of each incident first says that it was carried on since a time.</summary>
    public async Task<Dictionary<Guid, DateTimeOffset>> CarriedOnAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select incident_id, min(at) from incident_history where step = 'escalated' and at >= $1 group by incident_id");
        command.Parameters.Add(new() { Value = since.UtcDateTime });
        return await ReadAsync(command, cancellation);
    }

    /// <summary>Waits until every incident is at a step or beyond it.</summary>
    /// <returns>How many are not when the patience is over.</returns>
    public async Task<long> UntilAsync(int before, TimeSpan patience, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var left = await CountAsync(before, cancellation);
            if (left == 0 || TimeProvider.System.GetElapsedTime(began) > patience) return left;
            await Task.Delay(500, cancellation);
        }
    }

    /// <summary>How long after each was due it happened, in seconds.</summary>
    /// <param name="due">When each was due.</param>
    /// <param name="happened">When each happened.</param>
    /// <param name="notBefore">Nothing could happen before that: what was due earlier counts from then on, and what happened earlier is left out.</param>
    public static Distribution Of(IReadOnlyDictionary<Guid, DateTimeOffset> due, IReadOnlyDictionary<Guid, DateTimeOffset> happened, DateTimeOffset? notBefore = null) => Distribution.Of(
        [.. due.Where(one => happened.TryGetValue(one.Key, out var at) && (notBefore is not { } ready || at >= ready))
            .Select(one => (happened[one.Key] - (notBefore is { } ready && one.Value < ready ? ready : one.Value)).TotalSeconds)]);

    private static async Task<Dictionary<Guid, DateTimeOffset>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        command.CommandTimeout = 300;
        var times = new Dictionary<Guid, DateTimeOffset>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) times.Add(reader.GetGuid(0), new DateTimeOffset(reader.GetDateTime(1)));
        return times;
    }
}
