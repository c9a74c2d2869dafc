using System.Threading.Channels;
using Npgsql;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Audit;

/// <summary>Stores security events, one after the other. Those who listen are told by way of the database, so that it does not matter which process found one.</summary>
internal sealed partial class SecurityEvents(NpgsqlDataSource database, AuditSeals seals, AuditMetrics metrics, TimeProvider time, ILogger<SecurityEvents> log)
    : BackgroundService, ISecurityEvents
{
    private const int Waiting = 1000;

    // A hospital's second look at the same thing within the hour is not news.
    private const string Store =
        """
        with stored as (
        insert into security_events (tenant_id, at, kind, severity, account_id, description)
        select $1, $2, $3, $4, $5, $6
        where not exists (
            select from security_events
            where tenant_id = $1 and kind = $3 and account_id is not distinct from $5 and at > $2 - interval '1 hour' and acknowledged_at is null)
        returning event_id)
        select pg_notify($7, $8 || ':' || event_id) from stored
        """;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly Channel<(SecurityEvent Event, DateTimeOffset At)> _found =
        Channel.CreateBounded<(SecurityEvent, DateTimeOffset)>(new BoundedChannelOptions(Waiting) { SingleReader = true });

    /// <inheritdoc />
    public event Action<StoredSecurityEvent>? Stored;

    /// <summary>Tells those who listen in this process of an event that this or another one has stored.</summary>
    public void Tell(StoredSecurityEvent stored) => Stored?.Invoke(stored);

    /// <inheritdoc />
    public void Raise(SecurityEvent found)
    {
        metrics.Raised(found.Kind);
        LogRaised(log, found.Kind, found.AccountId);
        if (!_found.Writer.TryWrite((found, time.GetUtcNow())))
        {
            LogFull(log, found.Kind);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (found, at) in _found.Reader.ReadAllAsync(stoppingToken))
        {
            while (!await TryStoreAsync(found, at, stoppingToken))
            {
                await Task.Delay(RetryAfter, time, stoppingToken);
            }
        }
    }

    private async Task<bool> TryStoreAsync(SecurityEvent found, DateTimeOffset at, CancellationToken cancellation)
    {
        try
        {
            await using var command = database.CreateCommand(Store);
            object?[] values =
            [
                found.TenantId, at.UtcDateTime, found.Kind, found.High ? "high" : "medium", found.AccountId, seals.SealText(found.TenantId, found.Text),
                DirectoryChanges.Channel, SecurityEventNotices.Topic,
            ];
            foreach (var value in values)
            {
                command.Parameters.Add(new() { Value = value ?? DBNull.Value });
            }

            command.Parameters[4].NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid;
            await command.ExecuteNonQueryAsync(cancellation);
            return true;
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            return false;
        }
    }

    [LoggerMessage(5010, LogLevel.Warning, "Security event {Kind} about account {Account}")]
    private static partial void LogRaised(ILogger log, string kind, Guid? account);

    [LoggerMessage(5011, LogLevel.Critical, "Too many security events wait for the database; {Kind} stands in this log only")]
    private static partial void LogFull(ILogger log, string kind);
}
