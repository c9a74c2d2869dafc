using System.Security.Cryptography;
using Npgsql;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications.Webhooks;

/// <summary>What an administrator says of a webhook.</summary>
internal sealed record WebhookData(string Name, Uri Address, IReadOnlyList<string> Kinds, IReadOnlyList<AlertPriority> Priorities, bool IsEnabled);

/// <summary>Who is responsible for it.</summary>
internal sealed record WebhookOwner(string Id, string? Name);

/// <summary>Another system that is told.</summary>
/// <param name="Id">The webhook.</param>
/// <param name="Name">What it is.</param>
/// <param name="Address">Where.</param>
/// <param name="Kinds">Of what it is told; empty: of everything but tests.</param>
/// <param name="Priorities">Of which priorities.</param>
/// <param name="Enabled">Whether it is switched on.</param>
/// <param name="Owner">Who set it up.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Failed">How many messages to it were given up.</param>
/// <param name="Version">To be sent with a change.</param>
internal sealed record WebhookResponse(
    string Id, string Name, string Address, IReadOnlyList<string> Kinds, IReadOnlyList<string> Priorities, bool Enabled, WebhookOwner Owner, DateTimeOffset CreatedAt, long Failed, int Version)
{
    /// <summary>What signs its messages, shown this once.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }
}

/// <summary>How a change ended.</summary>
internal enum WebhookOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>There is none with this id in this hospital.</summary>
    NotFound,

    /// <summary>Somebody changed it in between.</summary>
    ChangedMeanwhile,

    /// <summary>The hospital has as many as it may have.</summary>
    TooMany,
}

/// <summary>The webhooks of a hospital. Every change is on record in its own transaction.</summary>
internal sealed class WebhookStore(TenantDatabase database, IKeyring keyring, IAuditTrail trail, TimeProvider time)
{
    private const int MostOfHospital = 50;

    private const string Columns =
        """
        w.webhook_id, w.name, w.address, w.kinds, w.priorities, w.enabled, w.owner_id, a.name, w.created_at, w.version,
        (select count(*) from notification_attempts t where t.channel = 'webhook' and t.target_id = w.webhook_id and t.stage = 'failed')
        """;

    private const string List = $"select {Columns} from webhooks w left join staff_accounts a on a.account_id = w.owner_id order by w.created_at, w.webhook_id";
    private const string One = $"select {Columns} from webhooks w left join staff_accounts a on a.account_id = w.owner_id where w.webhook_id = $1";

    // Two at once do not make one too many.
    private const string Lock = "select pg_advisory_xact_lock(hashtext('webhooks'), $1)";
    private const string Count = "select count(*) from webhooks where tenant_id = $1";

    private const string Insert =
        "insert into webhooks (webhook_id, tenant_id, name, address, wrapped_secret, kinds, priorities, enabled, owner_id, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

    private const string Update =
        """
        update webhooks set name = $2, address = $3, kinds = $4, priorities = $5, enabled = $6, wrapped_secret = coalesce($7, wrapped_secret), version = version + 1
        where webhook_id = $1 and version = $8
        """;

    private const string Delete = "delete from webhooks where webhook_id = $1";

    /// <summary>All of a hospital, the oldest first.</summary>
    public async Task<List<WebhookResponse>> ListAsync(int tenantId, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var command = transaction.Command(List);
        return await ReadAsync(command, tenantId, cancellation);
    }

    /// <summary>One, or null.</summary>
    public async Task<WebhookResponse?> FindAsync(int tenantId, Guid id, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var command = transaction.Command(One, id);
        return (await ReadAsync(command, tenantId, cancellation)).FirstOrDefault();
    }

    /// <summary>Adds one; its secret is drawn.</summary>
    public async Task<(WebhookOutcome Outcome, Guid Id, string Secret)> AddAsync(AuditEntry entry, WebhookData data, CancellationToken cancellation)
    {
        var (tenantId, now) = (entry.TenantId, time.GetUtcNow());
        var (id, secret) = (Guid.CreateVersion7(now), RandomNumberGenerator.GetBytes(WebhookSignature.SecretBytes));
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using (var gate = transaction.Command(Lock, tenantId))
        {
            await gate.ExecuteNonQueryAsync(cancellation);
        }

        await using var count = transaction.Command(Count, tenantId);
        if ((long)(await count.ExecuteScalarAsync(cancellation))! >= MostOfHospital)
        {
            return (WebhookOutcome.TooMany, id, "");
        }

        await using var insert = transaction.Command(
            Insert, id, tenantId, data.Name, Seal(tenantId, id, data.Address), keyring.Wrap(tenantId, secret), data.Kinds.ToArray(), Numbers(data), data.IsEnabled, entry.AccountId!.Value, now.UtcDateTime);
        await insert.ExecuteNonQueryAsync(cancellation);
        await FinishAsync(transaction, entry, $"{id}: {data.Name}, {data.Address.Host}", cancellation);
        var shown = WebhookSignature.Show(secret);
        CryptographicOperations.ZeroMemory(secret);
        return (WebhookOutcome.Done, id, shown);
    }

    /// <summary>Changes one; answers a new secret if one was wanted.</summary>
    public async Task<(WebhookOutcome Outcome, string? Secret)> ChangeAsync(AuditEntry entry, Guid id, WebhookData data, int version, bool newSecret, CancellationToken cancellation)
    {
        var tenantId = entry.TenantId;
        var secret = newSecret ? RandomNumberGenerator.GetBytes(WebhookSignature.SecretBytes) : null;
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var update = transaction.Command(
            Update, id, data.Name, Seal(tenantId, id, data.Address), data.Kinds.ToArray(), Numbers(data), data.IsEnabled, secret is null ? null : keyring.Wrap(tenantId, secret), version);
        update.Parameters[6].NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea;
        if (await update.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return (WebhookOutcome.ChangedMeanwhile, null);
        }

        await FinishAsync(transaction, entry, $"{id}: {data.Name}, {data.Address.Host}{(data.IsEnabled ? "" : ", off")}{(newSecret ? ", new secret" : "")}", cancellation);
        return (WebhookOutcome.Done, secret is null ? null : WebhookSignature.Show(secret));
    }

    /// <summary>Removes one; what waits for it is not sent.</summary>
    public async Task<bool> RemoveAsync(AuditEntry entry, Guid id, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(entry.TenantId, cancellation);
        await using var delete = transaction.Command(Delete, id);
        if (await delete.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return false;
        }

        await FinishAsync(transaction, entry, id.ToString(), cancellation);
        return true;
    }

    /// <summary>Opens a webhook's address; null if it was changed.</summary>
    public static Uri? OpenAddress(DataKey key, int tenantId, Guid id, byte[] content) => key.OpenText(Place(tenantId, id), content) is { } address ? new Uri(address) : null;

    private byte[] Seal(int tenantId, Guid id, Uri address) => keyring.Tenant(tenantId).SealText(Place(tenantId, id), address.AbsoluteUri);

    private static short[] Numbers(WebhookData data) => [.. data.Priorities.Select(priority => (short)priority)];

    private static string Place(int tenantId, Guid id) => $"wardwatch/webhook/{tenantId}/{id:N}";

    private async Task FinishAsync(TenantTransaction transaction, AuditEntry entry, string detail, CancellationToken cancellation)
    {
        await trail.RecordAsync(transaction.Connection, entry with { Detail = detail }, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private async Task<List<WebhookResponse>> ReadAsync(NpgsqlCommand command, int tenantId, CancellationToken cancellation)
    {
        var webhooks = new List<WebhookResponse>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var id = reader.GetGuid(0);
            webhooks.Add(new(
                id.ToString(), reader.GetString(1), OpenAddress(keyring.Tenant(tenantId), tenantId, id, reader.GetFieldValue<byte[]>(2))?.AbsoluteUri ?? "", reader.GetFieldValue<string[]>(3),
                [.. reader.GetFieldValue<short[]>(4).Select(priority => ((AlertPriority)priority).Word())], reader.GetBoolean(5),
                new(reader.GetGuid(6).ToString(), reader.IsDBNull(7) ? null : reader.GetString(7)), new(reader.GetDateTime(8)), reader.GetInt64(10), reader.GetInt32(9)));
        }

        return webhooks;
    }
}
