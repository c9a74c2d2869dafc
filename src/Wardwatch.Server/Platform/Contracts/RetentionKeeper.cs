using Npgsql;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>What is removed when it is past its time.</summary>
/// <param name="Name">Names it: <c>incidents</c>.</param>
/// <param name="Sql">Removes at most $2 that are from before $1, and answers how many.</param>
/// <param name="Days">For how many days it is kept; 0: for ever.</param>
public sealed record RetentionRule(string Name, string Sql, int Days);

/// <summary>Removes what is past its time, at the start and every hour, some rows to a transaction, by one process at a time.</summary>
public sealed partial class RetentionKeeper(NpgsqlDataSource database, IEnumerable<RetentionRule> rules, TimeProvider time, ILogger<RetentionKeeper> log) : BackgroundService
{
    private const int MostAtOnce = 1000;
    private static readonly TimeSpan Between = TimeSpan.FromHours(1);

    private readonly ILogger<RetentionKeeper> _log = log;
    private readonly RetentionRule[] _rules = [.. rules.Where(rule => rule.Days > 0)];

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, time);
        do
        {
            foreach (var rule in _rules)
            {
                try
                {
                    await RemoveAsync(rule, stoppingToken);
                }
                catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
                {
                    LogTrouble(rule.Name, failure.Message);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RemoveAsync(RetentionRule rule, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await OneProcess.DoAsync(connection, $"retention-{rule.Name}", async () =>
        {
            var before = time.GetUtcNow().UtcDateTime.AddDays(-rule.Days);
            var (removed, some) = (0L, 0);
            do
            {
                await using var command = new NpgsqlCommand(rule.Sql, connection) { Parameters = { new() { Value = before }, new() { Value = MostAtOnce } } };
                removed += some = (int)(await command.ExecuteScalarAsync(cancellation))!;
            }
            while (some > 0);

            if (removed > 0)
            {
                LogRemoved(rule.Name, removed);
            }
        }, cancellation);
    }

    [LoggerMessage(8480, LogLevel.Warning, "What is past its time among {Name} could not be removed, tried again in an hour: {Reason}")]
    private partial void LogTrouble(string name, string reason);

    [LoggerMessage(8481, LogLevel.Information, "{Count} of {Name} are past retention and were removed")]
    private partial void LogRemoved(string name, long count);
}
