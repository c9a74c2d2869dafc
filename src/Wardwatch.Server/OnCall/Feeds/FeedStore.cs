using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Contracts;

namespace Wardwatch.Server.OnCall.Feeds;

/// <summary>A secret address of the caller's; the secret itself is told once.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What it is for.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="LastUsedAt">When a calendar program last read it, to within an hour.</param>
internal sealed record FeedResponse(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt)
{
    /// <summary>The secret, shown this once.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Token { get; init; }
}

/// <summary>
/// Secret addresses for calendar programs, which cannot sign in. A token is 256 random bits, of which the SHA-256 is kept; it opens calendars of schedules and nothing
/// else, for as long as its owner's account may see who is on call.
/// </summary>
internal sealed class FeedStore(NpgsqlDataSource service, TenantDatabase database, IColleagues colleagues, IAuditTrail trail, TimeProvider time)
{
    private const int MostFeeds = 10;
    private const int TokenCharacters = 43;

    // The row of the account orders those who add at the same time.
    private const string Insert =
        """
        insert into oncall_feeds (feed_id, tenant_id, account_id, name, token_hash, created_at)
        select $1, $2, $3, $4, $5, $6 where (select count(*) from oncall_feeds where account_id = $3) < $7
        """;

    private const string Lock = "select pg_advisory_xact_lock(hashtext('oncall-feeds'), hashtext($1::text))";
    private const string Own = "select feed_id, name, created_at, last_used_at from oncall_feeds where account_id = $1 order by created_at, feed_id";
    private const string Delete = "delete from oncall_feeds where feed_id = $1 and account_id = $2";
    private const string ByToken = "select feed_id, tenant_id, account_id, last_used_at from oncall_feeds where token_hash = $1";
    private const string Used = "update oncall_feeds set last_used_at = $2 where feed_id = $1";

    private static readonly TimeSpan NotedEvery = TimeSpan.FromHours(1);

    /// <summary>Hands out a new address.</summary>
    public async Task<(OnCallResult Result, FeedResponse? Feed)> AddAsync(HttpContext context, string name, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        var (token, now) = (Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)), time.GetUtcNow());
        var feed = new FeedResponse(Guid.CreateVersion7(now).ToString(), name, now, LastUsedAt: null) { Token = token };
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        await using (var order = transaction.Command(Lock, caller.AccountId.ToString()))
        {
            await order.ExecuteNonQueryAsync(cancellation);
        }

        await using var insert = transaction.Command(Insert, Guid.Parse(feed.Id), caller.TenantId, caller.AccountId, name, Hash(token), now.UtcDateTime, MostFeeds);
        if (await insert.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return (OnCallOutcome.TooManyFeeds, null);
        }

        await trail.RecordAsync(transaction.Connection, AuditEntry.Of(context, AuditActions.AddFeed) with { Detail = feed.Id }, cancellation);
        await transaction.CommitAsync(cancellation);
        return (OnCallResult.Done, feed);
    }

    /// <summary>The caller's addresses.</summary>
    public async Task<List<FeedResponse>> ListAsync(Caller caller, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        await using var command = transaction.Command(Own, caller.AccountId);
        var feeds = new List<FeedResponse>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            feeds.Add(new(reader.GetGuid(0).ToString(), reader.GetString(1), new(reader.GetDateTime(2)), reader.IsDBNull(3) ? null : new DateTimeOffset(reader.GetDateTime(3))));
        }

        return feeds;
    }

    /// <summary>Revokes an address of the caller's.</summary>
    public async Task<OnCallResult> RemoveAsync(HttpContext context, Guid id, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        await using var delete = transaction.Command(Delete, id, caller.AccountId);
        if (await delete.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return OnCallOutcome.FeedNotFound;
        }

        await trail.RecordAsync(transaction.Connection, AuditEntry.Of(context, AuditActions.RemoveFeed) with { Detail = $"{id}" }, cancellation);
        await transaction.CommitAsync(cancellation);
        return OnCallResult.Done;
    }

    /// <summary>The hospital whose schedules a token opens; null: it is not good, or its owner may not see them any more.</summary>
    public async Task<int?> FindHospitalAsync(string token, CancellationToken cancellation)
    {
        if (token.Length != TokenCharacters)
        {
            return null;
        }

        await using var connection = await service.OpenConnectionAsync(cancellation);
        if (await FindAsync(connection, token, cancellation) is not { } feed)
        {
            return null;
        }

        var owner = (await colleagues.ReadAsync(connection, feed.TenantId, cancellation)).FirstOrDefault(colleague => colleague.Id == feed.Account);
        if (owner is null || owner.IsDisabled || !MayRead(owner, feed.TenantId))
        {
            return null;
        }

        var now = time.GetUtcNow();
        if (feed.LastUsedAt is null || now - feed.LastUsedAt > NotedEvery)
        {
            await using var note = new NpgsqlCommand(Used, connection) { Parameters = { new() { Value = feed.Id }, new() { Value = now.UtcDateTime } } };
            await note.ExecuteNonQueryAsync(cancellation);
        }

        return feed.TenantId;
    }

    private static async Task<(Guid Id, int TenantId, Guid Account, DateTimeOffset? LastUsedAt)?> FindAsync(NpgsqlConnection connection, string token, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ByToken, connection) { Parameters = { new() { Value = Hash(token) } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? (reader.GetGuid(0), reader.GetInt32(1), reader.GetGuid(2), reader.IsDBNull(3) ? null : new DateTimeOffset(reader.GetDateTime(3)))
            : null;
    }

    // As if they asked themself: what their role may do is said in one place.
    private static bool MayRead(Colleague owner, int tenantId) => new Caller
    {
        AccountId = owner.Id,
        TenantId = tenantId,
        User = owner.User,
        Name = owner.Name,
        Role = owner.Role,
        SessionId = default,
        Until = default,
    }.May(Permissions.ReadOnCall);

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
