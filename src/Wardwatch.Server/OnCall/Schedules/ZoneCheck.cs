using Npgsql;

namespace Wardwatch.Server.OnCall.Schedules;

/// <summary>Says at the start if schedules go by the clock of a zone that this machine does not know: they then go by UTC, and somebody should know.</summary>
internal sealed partial class ZoneCheck(NpgsqlDataSource database, ILogger<ZoneCheck> log) : IHostedService
{
    private const string InUse = "select zone, count(*) from oncall_revisions where valid_until is null group by zone order by zone";

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(InUse);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (Zones.Find(reader.GetString(0)) is null)
            {
                LogUnknown(log, reader.GetString(0), reader.GetInt64(1));
            }
        }
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(8200, LogLevel.Error, "This machine does not know the time zone {Zone}: {Schedules} schedules go by UTC until it does (install its time zone database)")]
    private static partial void LogUnknown(ILogger log, string zone, long schedules);
}
