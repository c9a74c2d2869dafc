using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Notifications.Channels;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications;

/// <summary>Where a page of notifications begins: those not seen come first in one of the two orders.</summary>
/// <param name="Seen">Among those that were seen.</param>
/// <param name="Before">Below this number; null: from the newest.</param>
internal readonly record struct NotificationCursor(bool Seen, long? Before)
{
    /// <summary>Reads what <see cref="Write"/> wrote; null where there is none. False: it is not the next of an earlier answer.</summary>
    public static bool TryRead(string? text, out NotificationCursor cursor)
    {
        cursor = default;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        if (text[0] is not ('s' or 'u') || !long.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        cursor = new(text[0] == 's', number);
        return true;
    }

    /// <summary>As it goes into <c>next</c>.</summary>
    public static string Write(bool seen, long number) => string.Create(CultureInfo.InvariantCulture, $"{(seen ? 's' : 'u')}{number}");
}

/// <summary>The notifications of one person, with how far each has come.</summary>
internal sealed class NotificationList(TenantDatabase database, IKeyring keyring)
{
    // $3: only those not seen (false), only those seen (true), or all (null).
    private const string Find =
        """
        select n.notification_no, n.notification_id, n.kind, n.priority, n.incident_id, n.ward_id, n.content, n.created_at, n.delivered_at, n.seen_at, n.patient_no, p.patient_id, p.bed, k.wrapped_key
        from notifications n
        left join patients p on p.tenant_id = n.tenant_id and p.patient_no = n.patient_no
        left join patient_keys k on k.tenant_id = n.tenant_id and k.patient_no = n.patient_no
        where n.account_id = $1 and n.notification_no < coalesce($2, 9223372036854775807) and n.kind <> 'canary' and ($3 is null or (n.seen_at is not null) = $3)
        order by n.notification_no desc limit $4
        """;

    private const string Attempts =
        """
        select notification_no, channel, stage, attempts, coalesce(seen_at, delivered_at, sent_at, failed_at, withdrawn_at, queued_at), error
        from notification_attempts where notification_no = any($1) and carries = 0 order by attempt_no
        """;

    private const string CountUnseen = "select count(*) from notifications where account_id = $1 and seen_at is null and kind <> 'canary'";

    /// <summary>A page, the newest first, or those not seen first.</summary>
    /// <returns>The page, and the patients of whom something stands on it.</returns>
    public async Task<(NotificationPage Page, int[] Patients)> FindAsync(int tenantId, Guid account, bool unseenFirst, NotificationCursor cursor, int limit, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        var rows = new List<Row>();
        if (!unseenFirst)
        {
            await ReadAsync(transaction, tenantId, account, cursor.Before, seen: null, limit + 1, rows, cancellation);
        }
        else
        {
            if (!cursor.Seen)
            {
                await ReadAsync(transaction, tenantId, account, cursor.Before, seen: false, limit + 1, rows, cancellation);
            }

            if (rows.Count <= limit)
            {
                await ReadAsync(transaction, tenantId, account, cursor.Seen ? cursor.Before : null, seen: true, limit + 1 - rows.Count, rows, cancellation);
            }
        }

        var next = Paging.Cut(rows, limit, row => NotificationCursor.Write(unseenFirst && row.SeenAt is not null, row.Number));
        var channels = await ChannelsAsync(transaction, rows, cancellation);
        await using var count = transaction.Command(CountUnseen, account);
        var unseen = (long)(await count.ExecuteScalarAsync(cancellation))!;
        return (new(rows.ConvertAll(row => row.Show([row.InApp, .. channels[row.Number]])), next, unseen), [.. rows.Select(row => row.PatientNumber).OfType<int>().Distinct()]);
    }

    private async Task ReadAsync(TenantTransaction transaction, int tenantId, Guid account, long? before, bool? seen, int limit, List<Row> rows, CancellationToken cancellation)
    {
        await using var command = transaction.Command(Find, account, before, seen, limit);
        command.Parameters[1].NpgsqlDbType = NpgsqlDbType.Bigint;
        command.Parameters[2].NpgsqlDbType = NpgsqlDbType.Boolean;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var id = reader.GetGuid(1);
            NotificationContent content;
            if (reader.IsDBNull(10))
            {
                content = NotificationContent.Open(keyring.Tenant(tenantId), tenantId, id, reader.GetFieldValue<byte[]>(6));
            }
            else
            {
                using var key = reader.IsDBNull(13) ? null : keyring.OpenPatientKey(tenantId, reader.GetFieldValue<byte[]>(13));
                content = NotificationContent.Open(key, tenantId, id, reader.GetFieldValue<byte[]>(6));
            }

            rows.Add(new(
                reader.GetInt64(0), id, reader.GetString(2), (AlertPriority)reader.GetInt16(3), reader.IsDBNull(4) ? null : reader.GetGuid(4), Text(reader, 5), content, new(reader.GetDateTime(7)),
                Time(reader, 8), Time(reader, 9), reader.IsDBNull(10) ? null : reader.GetInt32(10), Text(reader, 11), Text(reader, 12)));
        }
    }

    private static async Task<ILookup<long, NotificationChannel>> ChannelsAsync(TenantTransaction transaction, List<Row> rows, CancellationToken cancellation)
    {
        var channels = new List<(long Number, NotificationChannel Channel)>();
        await using var command = transaction.Command(Attempts, rows.ConvertAll(row => row.Number).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            channels.Add((reader.GetInt64(0), new(reader.GetString(1), reader.GetString(2), reader.GetInt32(3), new(reader.GetDateTime(4)), Text(reader, 5))));
        }

        return channels.ToLookup(found => found.Number, found => found.Channel);
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : new DateTimeOffset(reader.GetDateTime(column));

    private sealed record Row(
        long Number, Guid Id, string Kind, AlertPriority Priority, Guid? Incident, string? Ward, NotificationContent Content, DateTimeOffset CreatedAt, DateTimeOffset? DeliveredAt, DateTimeOffset? SeenAt,
        int? PatientNumber, string? Patient, string? Bed)
    {
        // It stood there when the transaction committed: sent.
        public NotificationChannel InApp =>
            new(ChannelNames.InApp, SeenAt is not null ? "seen" : DeliveredAt is not null ? "delivered" : "sent", 1, SeenAt ?? DeliveredAt ?? CreatedAt, Error: null);

        public NotificationDocument Show(IReadOnlyList<NotificationChannel> channels) => new(
            Id.ToString(), Kind, Priority.Word(), Content.Title, Content.Text, Incident?.ToString(), Ward, Bed, Patient, CreatedAt,
            channels.Select(channel => channel.Stage).MaxBy(stage => Array.IndexOf(Stages, stage))!, channels);

        private static readonly string[] Stages = ["withdrawn", "failed", "queued", "sent", "delivered", "seen"];
    }
}
