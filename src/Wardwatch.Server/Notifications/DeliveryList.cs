using Npgsql;
using NpgsqlTypes;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications;

/// <summary>Who is told.</summary>
internal sealed record DeliveryAccount(string Id, string? Name);

/// <summary>An attempt to tell somebody outside of the application.</summary>
/// <param name="Id">Its id, which receivers get as well.</param>
/// <param name="Notification">The notification; of gathered ones the newest.</param>
/// <param name="Kind">The notification's kind.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="Account">Who is told.</param>
/// <param name="Channel">push, mail or webhook.</param>
/// <param name="Destination">The push service's host, the webhook's name, or mail.</param>
/// <param name="Stage">queued, sent, delivered, seen, failed or withdrawn.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Gathered">How many notifications it stands for.</param>
/// <param name="Error">Why the last attempt failed, a stable code.</param>
/// <param name="QueuedAt">When it was queued.</param>
/// <param name="At">Since when it is at that stage.</param>
internal sealed record DeliveryResponse(
    string Id, string Notification, string Kind, string Priority, DeliveryAccount Account, string Channel, string Destination, string Stage, int Attempts, int Gathered, string? Error,
    DateTimeOffset QueuedAt, DateTimeOffset At);

/// <summary>A page of attempts, the newest first.</summary>
internal sealed record DeliveryPage(IReadOnlyList<DeliveryResponse> Items, string? Next);

/// <summary>How sending again ended.</summary>
internal enum SendAgainOutcome
{
    /// <summary>It is queued.</summary>
    Queued,

    /// <summary>There is none with this id in this hospital.</summary>
    NotFound,

    /// <summary>It did not fail, or it was sent again meanwhile.</summary>
    NotFailed,
}

/// <summary>What went out and what did not, for those who look after it. Nothing of what notifications say.</summary>
internal sealed class DeliveryList(TenantDatabase database, IAuditTrail trail)
{
    private const string Columns =
        """
        select t.attempt_no, t.attempt_id, n.notification_id, n.kind, t.priority, t.account_id, a.name, t.channel, t.destination, w.name, t.stage, t.attempts, t.carries, t.error, t.queued_at,
               coalesce(t.seen_at, t.delivered_at, case t.stage when 'failed' then t.failed_at when 'withdrawn' then t.withdrawn_at else t.sent_at end, t.queued_at)
        from notification_attempts t
        join notifications n using (notification_no)
        left join staff_accounts a on a.account_id = t.account_id
        left join webhooks w on w.webhook_id = t.target_id and t.channel = 'webhook'
        """;

    private const string Failed =
        $"{Columns} where t.tenant_id = $1 and t.stage = 'failed' and t.carried_by is null and t.attempt_no < coalesce($2, 9223372036854775807) order by t.attempt_no desc limit $3";

    private const string OfWebhook =
        $"{Columns} where t.tenant_id = $1 and t.channel = 'webhook' and t.target_id = $4 and t.attempt_no < coalesce($2, 9223372036854775807) order by t.attempt_no desc limit $3";

    private const string Lock = "select attempt_no, stage from notification_attempts where attempt_id = $1 and carried_by is null for update";

    private const string Again =
        """
        update notification_attempts set stage = 'queued', attempts = case when attempt_no = $1 then 0 else attempts end, failed_at = null, error = null, claim = null, not_before = statement_timestamp()
        where (attempt_no = $1 or carried_by = $1) and stage = 'failed'
        """;

    /// <summary>What was given up.</summary>
    public Task<DeliveryPage> FailedAsync(int tenantId, long? before, int limit, CancellationToken cancellation) => FindAsync(Failed, tenantId, before, limit, webhook: null, cancellation);

    /// <summary>What went to one webhook.</summary>
    public Task<DeliveryPage> OfWebhookAsync(int tenantId, Guid webhook, long? before, int limit, CancellationToken cancellation) => FindAsync(OfWebhook, tenantId, before, limit, webhook, cancellation);

    /// <summary>Tries again what was given up, as often as if it were new.</summary>
    public async Task<SendAgainOutcome> SendAgainAsync(AuditEntry entry, Guid attempt, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(entry.TenantId, cancellation);
        long number;
        await using (var find = transaction.Command(Lock, attempt))
        await using (var reader = await find.ExecuteReaderAsync(cancellation))
        {
            if (!await reader.ReadAsync(cancellation))
            {
                return SendAgainOutcome.NotFound;
            }

            if (reader.GetString(1) != "failed")
            {
                return SendAgainOutcome.NotFailed;
            }

            number = reader.GetInt64(0);
        }

        await using var again = transaction.Command(Again, number);
        await again.ExecuteNonQueryAsync(cancellation);
        await DirectoryChanges.NotifyAsync(transaction.Connection, Notifier.Topic, null, cancellation);
        await trail.RecordAsync(transaction.Connection, entry with { Detail = attempt.ToString() }, cancellation);
        await transaction.CommitAsync(cancellation);
        return SendAgainOutcome.Queued;
    }

    private async Task<DeliveryPage> FindAsync(string sql, int tenantId, long? before, int limit, Guid? webhook, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var command = transaction.Command(sql, tenantId, before, limit + 1);
        command.Parameters[1].NpgsqlDbType = NpgsqlDbType.Bigint;
        if (webhook is { } id)
        {
            command.Parameters.Add(new() { Value = id });
        }

        var rows = new List<(long Number, DeliveryResponse Shown)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add((reader.GetInt64(0), Read(reader)));
        }

        var next = Paging.Cut(rows, limit, row => $"{row.Number}");
        return new(rows.ConvertAll(row => row.Shown), next);
    }

    private static DeliveryResponse Read(NpgsqlDataReader reader)
    {
        var destination = reader.GetString(8);
        var shown = reader.IsDBNull(9) ? destination[(destination.IndexOf(':', StringComparison.Ordinal) + 1)..] : reader.GetString(9);
        return new(
            reader.GetGuid(1).ToString(), reader.GetGuid(2).ToString(), reader.GetString(3), ((AlertPriority)reader.GetInt16(4)).Word(),
            new(reader.GetGuid(5).ToString(), reader.IsDBNull(6) ? null : reader.GetString(6)), reader.GetString(7), shown, reader.GetString(10), reader.GetInt32(11), Math.Max(1, reader.GetInt32(12)),
            reader.IsDBNull(13) ? null : reader.GetString(13), new(reader.GetDateTime(14)), new(reader.GetDateTime(15)));
    }
}
