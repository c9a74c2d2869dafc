using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Guessing;

namespace Wardwatch.Server.Staff.Sessions;

/// <summary>A refresh token as it is handed out.</summary>
internal sealed record IssuedRefreshToken(string Token, Guid Account, Guid Session, DateTimeOffset Expires);

/// <summary>What came of showing a refresh token.</summary>
/// <param name="Next">The next one; null if it was refused.</param>
/// <param name="IsLocked">It is good, but its session is locked.</param>
internal readonly record struct Rotation(IssuedRefreshToken? Next, bool IsLocked);

/// <summary>
/// Refresh tokens: opaque, kept as a hash, good for one use. A second use of one means that somebody has a copy, so the whole session ends
/// (RFC 9700, section 4.14.2).
/// </summary>
internal sealed partial class RefreshTokens(
    NpgsqlDataSource database, StaffDirectory directory, KnownAddresses known, IAuditTrail audit, StaffMetrics metrics, IOptions<StaffOptions> options, TimeProvider time,
    ILogger<RefreshTokens> log)
{
    /// <summary>Opens a session and gives its first token; where from is known from then on, and it is on record.</summary>
    public async Task<IssuedRefreshToken> OpenSessionAsync(StaffEntry account, ClientOf client, AuditEntry entry, CancellationToken cancellation)
    {
        var issued = Draw(account.Id, Guid.CreateVersion7(time.GetUtcNow()));
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, SessionSql.Open, cancellation, issued.Session, account.Id, Now, issued.Expires.UtcDateTime, account.TenantId, client.Address, client.Name);
        await AddAsync(connection, issued, cancellation);
        await ExecuteAsync(connection, StaffSql.SignedIn, cancellation, account.Id, Now);
        await known.RememberAsync(connection, account.Id, client.Address, cancellation);
        await audit.RecordAsync(connection, entry, cancellation);
        await transaction.CommitAsync(cancellation);
        return issued;
    }

    /// <summary>Takes a token and gives the next one of its session. Refused: unknown, run out, revoked, locked, or used before (which ends the session).</summary>
    public async Task<Rotation> RotateAsync(string token, ClientOf client, HttpContext context, CancellationToken cancellation)
    {
        var hash = Hash(token);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await LockAsync(connection, hash, cancellation) is not { } found || found.Revoked || found.Expires <= time.GetUtcNow())
        {
            return default;
        }

        if (found.Used)
        {
            await EndReusedAsync(connection, transaction, found.Account, found.Session, context, cancellation);
            return default;
        }

        if (found.Locked)
        {
            return new(null, IsLocked: true);
        }

        var issued = Draw(found.Account, found.Session);
        await ExecuteAsync(connection, SessionSql.UseToken, cancellation, hash, Now);
        await ExecuteAsync(connection, SessionSql.Prolong, cancellation, issued.Session, issued.Expires.UtcDateTime, Now, client.Address, client.Name);
        await AddAsync(connection, issued, cancellation);
        await transaction.CommitAsync(cancellation);
        return new(issued, IsLocked: false);
    }

    /// <summary>Whose session a token belongs to, without using it; null if it is not good. For what can be done in a session whose access token has run out: unlock it, or end it.</summary>
    public async Task<(Guid Account, Guid Session, DateTimeOffset Until)?> FindAsync(string token, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(SessionSql.FindToken);
        command.Parameters.Add(new() { Value = Hash(token) });
        command.Parameters.Add(new() { Value = Now });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetGuid(1), reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(2)) : null;
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private async Task EndReusedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid account, Guid session, HttpContext context, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, SessionSql.Revoke, cancellation, session, account, Now);
        await DirectoryChanges.NotifyAsync(connection, StaffDirectory.SessionTopic, null, cancellation);
        if (directory.Find(account) is { } owner)
        {
            var caller = owner.CallerIn(session, time.GetUtcNow(), time.GetUtcNow());
            await audit.RecordAsync(connection, AuditEntry.Of(context, caller, AuditActions.ReuseToken) with { Done = false, Detail = "the session was ended" }, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        await directory.ReloadSessionsAsync(cancellation);
        metrics.Ended("token-reuse");
        LogReused(log, account, session);
    }

    private IssuedRefreshToken Draw(Guid account, Guid session) => new(
        Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)), account, session, time.GetUtcNow().AddDays(options.Value.RefreshTokenDays));

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private async Task AddAsync(NpgsqlConnection connection, IssuedRefreshToken issued, CancellationToken cancellation) =>
        await ExecuteAsync(connection, SessionSql.AddToken, cancellation, Hash(issued.Token), issued.Session, Now, issued.Expires.UtcDateTime);

    private static async Task<(Guid Session, Guid Account, bool Used, bool Revoked, DateTimeOffset Expires, bool Locked)?> LockAsync(
        NpgsqlConnection connection, byte[] hash, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(SessionSql.LockToken, connection);
        command.Parameters.Add(new() { Value = hash });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? (reader.GetGuid(0), reader.GetGuid(1), reader.GetBoolean(2), reader.GetBoolean(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetBoolean(5))
            : null;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object?[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(2001, LogLevel.Warning, "A refresh token of account {Account} was used twice; session {Session} is ended")]
    private static partial void LogReused(ILogger log, Guid account, Guid session);
}
