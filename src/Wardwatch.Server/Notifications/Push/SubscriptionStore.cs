using Npgsql;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications.Push;

/// <summary>A browser that takes messages, as its owner sees it.</summary>
/// <param name="Id">The subscription.</param>
/// <param name="Service">The push service's host.</param>
/// <param name="CreatedAt">Since when.</param>
internal sealed record PushSubscriptionResponse(string Id, string Service, DateTimeOffset CreatedAt);

/// <summary>Browsers of members of staff. A browser belongs to whoever subscribed it last: on a shared machine the one before gets nothing there any more.</summary>
internal sealed class SubscriptionStore(TenantDatabase database, IKeyring keyring, IAuditTrail trail, TimeProvider time)
{
    private const int MostOfOne = 20;

    private const string Remove = "delete from push_subscriptions where account_id = $1 and subscription_id = $2";
    private const string TakeOver = "delete from push_subscriptions where tenant_id = $1 and endpoint_index = $2 and account_id <> $3";
    private const string Find = "select subscription_id from push_subscriptions where account_id = $1 and endpoint_index = $2";
    private const string Forget = "delete from push_subscriptions where account_id = $1 and subscription_id not in (select subscription_id from push_subscriptions where account_id = $1 order by created_at desc limit $2)";

    private const string Put =
        """
        insert into push_subscriptions (subscription_id, tenant_id, account_id, endpoint_index, service, content, created_at) values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (tenant_id, endpoint_index) do nothing
        """;

    private const string Renew = "update push_subscriptions set content = $2, created_at = $3 where subscription_id = $1";
    private const string List = "select subscription_id, service, created_at from push_subscriptions where account_id = $1 order by created_at desc";

    /// <summary>Adds a browser, or renews it; the same address has the same id. Beyond twenty the oldest goes.</summary>
    public async Task<PushSubscriptionResponse> PutAsync(AuditEntry entry, PushSubscription browser, CancellationToken cancellation)
    {
        var (tenantId, account, key, now) = (entry.TenantId, entry.AccountId!.Value, keyring.Tenant(entry.TenantId), time.GetUtcNow());
        var index = key.BlindIndex("push-endpoint", browser.Endpoint.AbsoluteUri);
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await ExecuteAsync(transaction, TakeOver, cancellation, tenantId, index, account);
        await using var find = transaction.Command(Find, account, index);
        var id = await find.ExecuteScalarAsync(cancellation) as Guid? ?? Guid.Empty;
        if (id != Guid.Empty)
        {
            await ExecuteAsync(transaction, Renew, cancellation, id, browser.Seal(key, tenantId, id), now.UtcDateTime);
        }
        else
        {
            id = Guid.CreateVersion7(now);
            await ExecuteAsync(transaction, Put, cancellation, id, tenantId, account, index, browser.Service, browser.Seal(key, tenantId, id), now.UtcDateTime);
            await ExecuteAsync(transaction, Forget, cancellation, account, MostOfOne);
        }

        await trail.RecordAsync(transaction.Connection, entry with { Detail = $"{id}: {browser.Service}" }, cancellation);
        await transaction.CommitAsync(cancellation);
        return new(id.ToString(), browser.Service, now);
    }

    /// <summary>The browsers of an account, the newest first.</summary>
    public async Task<List<PushSubscriptionResponse>> ListAsync(int tenantId, Guid account, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var command = transaction.Command(List, account);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var browsers = new List<PushSubscriptionResponse>();
        while (await reader.ReadAsync(cancellation))
        {
            browsers.Add(new(reader.GetGuid(0).ToString(), reader.GetString(1), new(reader.GetDateTime(2))));
        }

        return browsers;
    }

    /// <summary>Removes a browser of the caller's; false if there is none.</summary>
    public async Task<bool> RemoveAsync(AuditEntry entry, Guid id, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(entry.TenantId, cancellation);
        if (await ExecuteAsync(transaction, Remove, cancellation, entry.AccountId!.Value, id) == 0)
        {
            return false;
        }

        await trail.RecordAsync(transaction.Connection, entry with { Detail = id.ToString() }, cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    private static async Task<int> ExecuteAsync(TenantTransaction transaction, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = transaction.Command(sql, values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
