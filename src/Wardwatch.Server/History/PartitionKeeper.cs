using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.History;

/// <summary>Keeps a partition for each day that a reading can be measured on, a few days ahead, and drops those past retention.</summary>
internal sealed partial class PartitionKeeper(NpgsqlDataSource database, IOptions<HistoryOptions> options, TimeProvider time, ILogger<PartitionKeeper> logger) : BackgroundService
{
    private const int DaysBack = 8;
    private const int DaysAhead = 3;
    private const string Ensure = "select ensure_readings_partition(day) from unnest($1::date[]) as d (day)";
    private const string ListPartitions = """
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'readings'::regclass order by c.relname
        """;

    private readonly ILogger<PartitionKeeper> _logger = logger;

    /// <summary>Days whose partition is known to exist.</summary>
    private readonly System.Collections.Concurrent.ConcurrentDictionary<DateOnly, bool> _known = new();

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await KeepAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Makes the partitions of these times if one is missing (a clock jumped, a server stood still for days).</summary>
    public async Task EnsureAsync(NpgsqlConnection connection, IEnumerable<DateTime> times, CancellationToken cancellation)
    {
        var missing = times.Select(DateOnly.FromDateTime).Distinct().Where(day => !_known.ContainsKey(day)).ToArray();
        if (missing.Length > 0)
        {
            await EnsureDaysAsync(connection, missing, cancellation);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await KeepAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or IOException)
            {
                LogKeepFailed(e.Message);
            }
        }
    }

    private async Task KeepAsync(CancellationToken cancellation)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await EnsureDaysAsync(connection, [.. Enumerable.Range(-DaysBack, DaysBack + DaysAhead + 1).Select(today.AddDays)], cancellation);
        if (options.Value.RetentionDays > 0)
        {
            // Of two processes one would otherwise drop what the other one has listed.
            var first = today.AddDays(-Math.Max(options.Value.RetentionDays, DaysBack + 1));
            await OneProcess.DoAsync(connection, "readings-partitions", () => DropBeforeAsync(connection, first, cancellation), cancellation);
        }
    }

    private async Task EnsureDaysAsync(NpgsqlConnection connection, DateOnly[] days, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Ensure, connection);
        command.Parameters.Add(new() { Value = days });
        await command.ExecuteNonQueryAsync(cancellation);
        foreach (var day in days)
        {
            _known[day] = true;
        }
    }

    private async Task DropBeforeAsync(NpgsqlConnection connection, DateOnly first, CancellationToken cancellation)
    {
        var names = new List<string>();
        await using (var list = new NpgsqlCommand(ListPartitions, connection))
        await using (var reader = await list.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                names.Add(reader.GetString(0));
            }
        }

        foreach (var name in names)
        {
            if (!DateOnly.TryParseExact(name["readings_".Length..], "yyyyMMdd", out var day) || day >= first)
            {
                continue;
            }

            await using var drop = new NpgsqlCommand("select drop_readings_partition($1)", connection);
            drop.Parameters.Add(new() { Value = day });
            await drop.ExecuteNonQueryAsync(cancellation);
            _known.TryRemove(day, out _);
            LogDropped(day);
        }
    }

    [LoggerMessage(3020, LogLevel.Warning, "Partitions could not be looked after, tried again in an hour: {Reason}")]
    private partial void LogKeepFailed(string reason);

    [LoggerMessage(3021, LogLevel.Information, "Readings of {Day} are past retention and were dropped.")]
    private partial void LogDropped(DateOnly day);
}
