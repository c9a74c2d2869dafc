using Npgsql;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Audit;

/// <summary>Learns of security events that any process has stored, and tells those who listen in this one. What was stored while the notices were down is told afterwards.</summary>
internal sealed partial class SecurityEventNotices(NpgsqlDataSource database, DirectoryChanges changes, AuditSeals seals, SecurityEvents events, ILogger<SecurityEventNotices> log) : IHostedService
{
    /// <summary>The topic of <see cref="DirectoryChanges"/>.</summary>
    public const string Topic = "security-events";

    private const string Newest = "select coalesce(max(event_id), 0) from security_events";
    private const string Read = "select event_id, tenant_id, at, kind, severity, account_id, description from security_events where event_id = $1 or ($1 = 0 and event_id > $2) order by event_id limit 1000";

    private long _last;

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using (var newest = database.CreateCommand(Newest))
        {
            _last = (long)(await newest.ExecuteScalarAsync(cancellationToken))!;
        }

        changes.Subscribe(Topic, (number, cancellation) => TellAsync(number ?? 0, cancellation));
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task TellAsync(long number, CancellationToken cancellation)
    {
        var stored = new List<StoredSecurityEvent>();
        await using (var read = database.CreateCommand(Read))
        {
            read.Parameters.Add(new() { Value = number });
            read.Parameters.Add(new() { Value = _last });
            await using var reader = await read.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var tenant = reader.GetInt32(1);
                var text = seals.OpenText(tenant, reader.GetFieldValue<byte[]>(6)) ?? "";
                stored.Add(new(reader.GetInt64(0), new(reader.GetDateTime(2)), new(tenant, reader.GetString(3), reader.GetString(4) == "high", reader.IsDBNull(5) ? null : reader.GetGuid(5), text)));
            }
        }

        foreach (var found in stored)
        {
            _last = Math.Max(_last, found.Id);
            try
            {
                events.Tell(found);
            }
            catch (Exception defect) when (defect is not OutOfMemoryException)
            {
                // Whoever is told must not stop the notices of everything else.
                LogNotTold(log, defect);
            }
        }
    }

    [LoggerMessage(5012, LogLevel.Error, "A security event could not be shown")]
    private static partial void LogNotTold(ILogger log, Exception defect);
}
