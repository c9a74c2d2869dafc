using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Notifications.Channels;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications;

/// <summary>How each member of staff wants to be told.</summary>
internal sealed class RuleStore(TenantDatabase database, IKeyring keyring, IAuditTrail trail, TimeProvider time)
{
    private const string Find = "select mail, medium, low, quiet_from, quiet_until, quiet_zone from notification_rules where account_id = $1";

    private const string Put =
        """
        insert into notification_rules (account_id, tenant_id, mail, medium, low, quiet_from, quiet_until, quiet_zone, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (account_id) do update set mail = excluded.mail, medium = excluded.medium, low = excluded.low, quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until,
            quiet_zone = excluded.quiet_zone, changed_at = excluded.changed_at
        """;

    private const string Browsers = "select count(*) from push_subscriptions where account_id = $1";

    /// <summary>What somebody chose, their mail address, and how many browsers of theirs take messages.</summary>
    public async Task<(PersonRules Rules, string? Mail, int Browsers)> FindAsync(int tenantId, Guid account, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var count = transaction.Command(Browsers, account);
        var browsers = (int)(long)(await count.ExecuteScalarAsync(cancellation))!;
        await using var command = transaction.Command(Find, account);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            return (PersonRules.Default, null, browsers);
        }

        var mail = reader.IsDBNull(0) ? null : OpenMail(keyring.Tenant(tenantId), tenantId, account, reader.GetFieldValue<byte[]>(0));
        return (ReadRules(reader, first: 1), mail, browsers);
    }

    /// <summary>Sets what somebody chose.</summary>
    public async Task PutAsync(AuditEntry entry, PersonRules rules, string? mail, CancellationToken cancellation)
    {
        var (tenantId, account) = (entry.TenantId, entry.AccountId!.Value);
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        var sealedMail = mail is null ? null : keyring.Tenant(tenantId).SealText(MailPlace(tenantId, account), mail);
        await using var put = transaction.Command(
            Put, account, tenantId, sealedMail, rules.Medium.ToArray(), rules.Low.ToArray(), rules.Quiet?.From, rules.Quiet?.Until, rules.Quiet?.Zone.Id, time.GetUtcNow().UtcDateTime);
        foreach (var (index, type) in new[] { (2, NpgsqlDbType.Bytea), (5, NpgsqlDbType.Time), (6, NpgsqlDbType.Time), (7, NpgsqlDbType.Text) })
        {
            put.Parameters[index].NpgsqlDbType = type;
        }

        await put.ExecuteNonQueryAsync(cancellation);
        await trail.RecordAsync(transaction.Connection, entry, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Opens a person's mail address; null if it was changed.</summary>
    public static string? OpenMail(DataKey key, int tenantId, Guid account, byte[] content) => key.OpenText(MailPlace(tenantId, account), content);

    /// <summary>Reads medium, low, quiet_from, quiet_until, quiet_zone. A zone that this machine does not know (any more) keeps nobody's messages back.</summary>
    public static PersonRules ReadRules(NpgsqlDataReader reader, int first)
    {
        var quiet = !reader.IsDBNull(first + 2) && TimeZoneInfo.TryFindSystemTimeZoneById(reader.GetString(first + 4), out var zone)
            ? new QuietHours(reader.GetFieldValue<TimeOnly>(first + 2), reader.GetFieldValue<TimeOnly>(first + 3), zone)
            : null;
        return new(reader.GetFieldValue<string[]>(first), reader.GetFieldValue<string[]>(first + 1), quiet);
    }

    private static string MailPlace(int tenantId, Guid account) => $"wardwatch/notification-mail/{tenantId}/{account:N}";
}
