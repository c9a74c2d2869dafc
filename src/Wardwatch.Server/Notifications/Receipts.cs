using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Notifications.Channels;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications;

/// <summary>What people's screens tell of notifications: shown, looked at. Their own only.</summary>
internal sealed class Receipts(TenantDatabase database, NotificationsMetrics metrics, TimeProvider time)
{
    private const string Find = "select notification_no, kind, priority, created_at, delivered_at is not null from notifications where notification_id = $1 and account_id = $2";
    private const string Deliver = "update notifications set delivered_at = coalesce(delivered_at, $2) where notification_no = $1";

    private const string DeliverByChannel =
        """
        update notification_attempts set stage = 'delivered', delivered_at = coalesce(delivered_at, $4)
        where notification_no = $1 and channel = $2 and ($3 is null or target_id = $3) and carries = 0 and stage = 'sent'
        """;

    private const string See = "update notifications set seen_at = coalesce(seen_at, $2), delivered_at = coalesce(delivered_at, $2) where notification_no = $1";

    private const string SeeByChannel =
        """
        update notification_attempts set stage = 'seen', delivered_at = coalesce(delivered_at, $4), seen_at = coalesce(seen_at, $4)
        where notification_no = $1 and channel = $2 and ($3 is null or target_id = $3) and carries = 0 and stage in ('sent', 'delivered')
        """;

    // Whoever has seen it need not be rung for it any more. Other systems are told all the same.
    private const string WithdrawRest =
        """
        with found as (select attempt_no from notification_attempts where notification_no = $1 and stage = 'queued' and channel <> 'webhook' and carries = 0 order by attempt_no for update)
        update notification_attempts a set withdrawn_at = coalesce(a.withdrawn_at, statement_timestamp()),
            stage = case when a.claim is not null and a.not_before > statement_timestamp() then 'queued' else 'withdrawn' end
        from found where a.attempt_no = found.attempt_no
        """;

    /// <summary>A screen has shown one; false if it is not the account's.</summary>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="account">Whose.</param>
    /// <param name="notification">The notification.</param>
    /// <param name="channel">in-app, push or mail.</param>
    /// <param name="subscription">Which browser, for push; null: any.</param>
    /// <param name="seen">It was looked at, not only shown.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<bool> NoteAsync(int tenantId, Guid account, Guid notification, string channel, Guid? subscription, bool seen, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        if (await FindAsync(transaction, account, notification, cancellation) is not var (number, kind, priority, createdAt, wasDelivered))
        {
            return false;
        }

        var inApp = channel == ChannelNames.InApp;
        if (seen || inApp)
        {
            await using var note = transaction.Command(seen ? See : Deliver, number, now.UtcDateTime);
            await note.ExecuteNonQueryAsync(cancellation);
        }

        if (!inApp)
        {
            await using var note = transaction.Command(seen ? SeeByChannel : DeliverByChannel, number, channel, subscription, now.UtcDateTime);
            note.Parameters[2].NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid;
            await note.ExecuteNonQueryAsync(cancellation);
        }

        if (seen)
        {
            await using var withdraw = transaction.Command(WithdrawRest, number);
            await withdraw.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        if (inApp && !wasDelivered && kind != NotificationKinds.Canary)
        {
            metrics.Shown(priority, Math.Max(0, (now - createdAt).TotalSeconds));
        }

        return true;
    }

    private static async Task<(long Number, string Kind, AlertPriority Priority, DateTimeOffset CreatedAt, bool WasDelivered)?> FindAsync(
        TenantTransaction transaction, Guid account, Guid notification, CancellationToken cancellation)
    {
        await using var command = transaction.Command(Find, notification, account);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? (reader.GetInt64(0), reader.GetString(1), (AlertPriority)reader.GetInt16(2), new DateTimeOffset(reader.GetDateTime(3)), reader.GetBoolean(4))
            : null;
    }
}
