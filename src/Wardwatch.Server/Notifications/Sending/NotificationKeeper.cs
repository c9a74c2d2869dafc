using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications.Sending;

/// <summary>Gathers digests when they are due, measures how long the oldest waits, and removes what is past its time.</summary>
internal sealed partial class NotificationKeeper(
    AttemptStore store, NpgsqlDataSource database, NotificationsState state, IOptions<NotificationsOptions> options, TimeProvider time, ILogger<NotificationKeeper> log) : BackgroundService
{
    private const int MostAtOnce = 5000;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenCleaning = TimeSpan.FromHours(1);

    private readonly ILogger<NotificationKeeper> _log = log;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var cleaned = time.GetTimestamp();
        using var timer = new PeriodicTimer(Between, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await store.GatherAsync(MostAtOnce, stoppingToken) is MostAtOnce)
                {
                    // There may be more.
                }

                state.OldestSeconds = await store.OldestAsync(stoppingToken);
                if (options.Value.RetentionDays > 0 && time.GetElapsedTime(cleaned) >= BetweenCleaning)
                {
                    await CleanAsync(stoppingToken);
                    cleaned = time.GetTimestamp();
                }
            }
            catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
            {
                // Nothing goes out meanwhile.
                state.OldestSeconds += Between.TotalSeconds;
                LogTrouble(failure.Message);
            }
        }
    }

    private async Task CleanAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await OneProcess.DoAsync(connection, "notification-retention", async () =>
        {
            var before = time.GetUtcNow().UtcDateTime.AddDays(-options.Value.RetentionDays);
            var removed = 0;
            while (await store.CleanAsync(before, MostAtOnce, cancellation) is > 0 and var some)
            {
                removed += some;
            }

            if (removed > 0)
            {
                LogCleaned(removed);
            }
        }, cancellation);
    }

    [LoggerMessage(8310, LogLevel.Warning, "Digests and ages of notifications could not be looked after, tried again: {Reason}")]
    private partial void LogTrouble(string reason);

    [LoggerMessage(8311, LogLevel.Information, "{Count} notifications are past retention and were removed")]
    private partial void LogCleaned(int count);
}
