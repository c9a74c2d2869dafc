using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Staff.Tokens;

/// <summary>A refresh token as it is handed out.</summary>
internal sealed record IssuedRefreshToken(string Token, Guid Account, Guid Session, DateTimeOffset Expires);

/// <summary>
/// Refresh tokens: opaque, kept as a hash, good for one use. A second use of one means that somebody has a copy, so the whole session ends
/// (RFC 9700, section 4.14.2).
/// </summary>
internal sealed partial class RefreshTokens(
    NpgsqlDataSource database, StaffDirectory directory, IOptions<StaffOptions> options, TimeProvider time, ILogger<RefreshTokens> log)
{
    /// <summary>Opens a session and gives its first token.</summary>
    public async Task<IssuedRefreshToken> OpenSessionAsync(int tenantId, Guid account, CancellationToken cancellation)
    {
        var issued = Draw(account, Guid.CreateVersion7(time.GetUtcNow()));
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, StaffSql.OpenSession, cancellation, issued.Session, account, Now, issued.Expires.UtcDateTime, tenantId);
        await AddAsync(connection, issued, cancellation);
        await transaction.CommitAsync(cancellation);
        return issued;
    }

    /// <summary>Takes a token and gives the next one of its session. Null: unknown, run out, revoked, or used before (which ends the session).</summary>
    public async Task<IssuedRefreshToken?> RotateAsync(string token, CancellationToken cancellation)
    {
        var hash = Hash(token);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await LockAsync(connection, hash, cancellation) is not { } found || found.Revoked || found.Expires <= Now)
        {
            return null;
        }

        if (found.Used)
        {
            await RevokeAsync(connection, found.Session, cancellation);
            await transaction.CommitAsync(cancellation);
            await directory.ReloadAsync(cancellation);
            LogReused(log, found.Account, found.Session);
            return null;
        }

        var issued = Draw(found.Account, found.Session);
        await ExecuteAsync(connection, StaffSql.UseToken, cancellation, hash, Now);
        await ExecuteAsync(connection, StaffSql.ProlongSession, cancellation, issued.Session, issued.Expires.UtcDateTime);
        await AddAsync(connection, issued, cancellation);
        await transaction.CommitAsync(cancellation);
        return issued;
    }

    /// <summary>Ends a session: its refresh tokens and its access tokens are no longer good, in every process.</summary>
    public async Task EndSessionAsync(Guid session, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await RevokeAsync(connection, session, cancellation);
        await transaction.CommitAsync(cancellation);
        await directory.ReloadAsync(cancellation);
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private IssuedRefreshToken Draw(Guid account, Guid session) => new(
        Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)), account, session, time.GetUtcNow().AddDays(options.Value.RefreshTokenDays));

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private async Task AddAsync(NpgsqlConnection connection, IssuedRefreshToken issued, CancellationToken cancellation) =>
        await ExecuteAsync(connection, StaffSql.AddToken, cancellation, Hash(issued.Token), issued.Session, Now, issued.Expires.UtcDateTime);

    private async Task RevokeAsync(NpgsqlConnection connection, Guid session, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, StaffSql.RevokeSession, cancellation, session, Now);
        await DirectoryChanges.NotifyAsync(connection, StaffDirectory.Topic, null, cancellation);
    }

    private static async Task<(Guid Session, Guid Account, bool Used, bool Revoked, DateTime Expires)?> LockAsync(
        NpgsqlConnection connection, byte[] hash, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(StaffSql.LockToken, connection);
        command.Parameters.Add(new() { Value = hash });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? (reader.GetGuid(0), reader.GetGuid(1), reader.GetBoolean(2), reader.GetBoolean(3), reader.GetDateTime(4))
            : null;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(2001, LogLevel.Warning, "A refresh token of account {Account} was used twice; session {Session} is ended")]
    private static partial void LogReused(ILogger log, Guid account, Guid session);
}
