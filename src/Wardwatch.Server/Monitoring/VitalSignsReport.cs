using Npgsql;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>Tells once a minute, as events, how much each ward's devices sent. While the database is away the counts gather; a crash loses at most those of its minute.</summary>
internal sealed partial class VitalSignsReport(WardReadings readings, IOutbox outbox, NpgsqlDataSource database, TimeProvider time, ILogger<VitalSignsReport> log) : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AtTheEnd = TimeSpan.FromSeconds(3);
    private readonly ILogger<VitalSignsReport> _log = log;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await ReportAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            using var soon = new CancellationTokenSource(AtTheEnd, time);
            await ReportAsync(soon.Token);
        }
    }

    private async Task ReportAsync(CancellationToken cancellation)
    {
        var taken = readings.Take();
        if (taken.Count == 0)
        {
            return;
        }

        try
        {
            var now = time.GetUtcNow();
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await outbox.AddAsync(
                connection,
                [.. taken.Select(ward => NewEvent.Of(MonitoringEvents.VitalSigns, new EventOrigin(ward.TenantId, null, now), new VitalSigns(ward.Ward, ward.Readings, ward.Late)))],
                cancellation);
            await transaction.CommitAsync(cancellation);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or OperationCanceledException)
        {
            readings.GiveBack(taken);
            LogLater(e.Message);
        }
    }

    [LoggerMessage(2030, LogLevel.Warning, "How much devices sent cannot be told at the moment: {Reason} It is told later.")]
    private partial void LogLater(string reason);
}
