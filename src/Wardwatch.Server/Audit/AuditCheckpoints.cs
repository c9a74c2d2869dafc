using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Audit;

/// <summary>A signed statement that a chain had a certain end at a certain time.</summary>
internal sealed record AuditCheckpoint(int TenantId, long Number, DateTimeOffset At, byte[] Hash, string KeyId, byte[] Signature)
{
    /// <summary>What is signed.</summary>
    public static byte[] Statement(int tenantId, long number, DateTimeOffset at, ReadOnlySpan<byte> hash) => Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"wardwatch audit checkpoint 1\n{tenantId}\n{number}\n{UnixTime.FromDateTimeOffset(at)}\n{Convert.ToHexStringLower(hash)}\n"));

    /// <summary>The line in the file of checkpoints.</summary>
    public string Line() => string.Create(CultureInfo.InvariantCulture, $"{TenantId} {Number} {UnixTime.FromDateTimeOffset(At)} {Convert.ToHexStringLower(Hash)} {KeyId} {Convert.ToHexStringLower(Signature)}");

    /// <summary>Reads a line; null if it is none.</summary>
    public static AuditCheckpoint? Parse(string line)
    {
        try
        {
            return line.Split(' ') is [var tenant, var number, var at, var hash, var key, var signature]
                ? new(int.Parse(tenant, CultureInfo.InvariantCulture), long.Parse(number, CultureInfo.InvariantCulture), UnixTime.ToDateTimeOffset(long.Parse(at, CultureInfo.InvariantCulture)),
                    Convert.FromHexString(hash), key, Convert.FromHexString(signature))
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

/// <summary>
/// Signs where each chain ends, once a day and when the server stops. A checkpoint also goes into a file beside the database, and from there wherever the
/// operator keeps such things: whoever rewrites the database, keys in hand, still has those against them.
/// </summary>
internal sealed partial class AuditCheckpoints(
    NpgsqlDataSource database, IKeyring keyring, InstallationFiles files, IOptions<AuditOptions> options, TimeProvider time, ILogger<AuditCheckpoints> log) : BackgroundService
{
    /// <summary>The file of checkpoints in the installation's folder.</summary>
    public const string FileName = "audit-checkpoints.txt";

    private const string Heads =
        """
        select h.tenant_id, h.audit_no, h.hash from audit_heads h
        where h.audit_no > coalesce((select max(c.audit_no) from audit_checkpoints c where c.tenant_id = h.tenant_id), 0)
        order by h.tenant_id
        """;

    private const string Newest = "select max(at) from audit_checkpoints";
    private const string Insert = "insert into audit_checkpoints (tenant_id, audit_no, at, hash, key_id, signature) values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    private const string FindKey = "select key_id, wrapped_key from audit_keys where tenant_id = $1 order by created_at desc limit 1";
    private const string InsertKey = "insert into audit_keys (key_id, tenant_id, wrapped_key, public_key, created_at) values ($1, $2, $3, $4, $5)";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    /// <summary>Signs the end of each chain that has grown since its last checkpoint; of several processes one does.</summary>
    public async Task SignAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await OneProcess.DoAsync(connection, "audit-checkpoints", () => SignAsync(connection, cancellation), cancellation);
    }

    private async Task SignAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        foreach (var (tenantId, number, hash) in await HeadsAsync(connection, cancellation))
        {
            // To microseconds, as the database keeps it: the signature covers it.
            var at = UnixTime.ToDateTimeOffset(time.Microseconds());
            var (keyId, key) = await KeyAsync(connection, tenantId, cancellation);
            using (key)
            {
                var signature = key.SignData(AuditCheckpoint.Statement(tenantId, number, at, hash), HashAlgorithmName.SHA256);
                var checkpoint = new AuditCheckpoint(tenantId, number, at, hash, keyId, signature);
                await ExecuteAsync(connection, Insert, cancellation, tenantId, number, at.UtcDateTime, hash, keyId, signature);
                files.Append(FileName, [checkpoint.Line()]);
                LogSigned(log, tenantId, number);
            }
        }
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await SignAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or OperationCanceledException or TimeoutException)
        {
            LogFailed(log, failure.Message);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            TimeSpan wait;
            try
            {
                wait = await DueInAsync(stoppingToken);
                if (wait <= TimeSpan.Zero)
                {
                    await SignAsync(stoppingToken);
                    wait = TimeSpan.FromHours(options.Value.CheckpointHours);
                }
            }
            catch (Exception failure) when (failure is NpgsqlException or IOException or TimeoutException)
            {
                LogFailed(log, failure.Message);
                wait = RetryAfter;
            }

            await Task.Delay(wait, time, stoppingToken);
        }
    }

    private async Task<TimeSpan> DueInAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Newest);
        return await command.ExecuteScalarAsync(cancellation) is DateTime newest
            ? new DateTimeOffset(newest).AddHours(options.Value.CheckpointHours) - time.GetUtcNow()
            : TimeSpan.Zero;
    }

    private static async Task<List<(int TenantId, long Number, byte[] Hash)>> HeadsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var heads = new List<(int, long, byte[])>();
        await using var command = new NpgsqlCommand(Heads, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            heads.Add((reader.GetInt32(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)));
        }

        return heads;
    }

    private async Task<(string Id, ECDsa Key)> KeyAsync(NpgsqlConnection connection, int tenantId, CancellationToken cancellation)
    {
        await using (var find = new NpgsqlCommand(FindKey, connection))
        {
            find.Parameters.Add(new() { Value = tenantId });
            await using var reader = await find.ExecuteReaderAsync(cancellation);
            if (await reader.ReadAsync(cancellation) && TryOpen(tenantId, reader.GetFieldValue<byte[]>(1)) is { } known)
            {
                return (reader.GetString(0), known);
            }
        }

        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        var pkcs8 = key.ExportPkcs8PrivateKey();
        await ExecuteAsync(connection, InsertKey, cancellation, id, tenantId, keyring.Wrap(tenantId, pkcs8), key.ExportSubjectPublicKeyInfo(), time.GetUtcNow().UtcDateTime);
        CryptographicOperations.ZeroMemory(pkcs8);
        return (id, key);
    }

    // In a backup from before the hospital's key was rotated it is wrapped under one that is no longer there; its public half still verifies.
    private ECDsa? TryOpen(int tenantId, byte[] wrapped)
    {
        try
        {
            var secret = keyring.Unwrap(tenantId, wrapped);
            var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(secret, out _);
            CryptographicOperations.ZeroMemory(secret);
            return key;
        }
        catch (CryptographicException)
        {
            return null;
        }
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

    [LoggerMessage(5020, LogLevel.Information, "Audit checkpoint signed for hospital {TenantId} at entry {Number}")]
    private static partial void LogSigned(ILogger log, int tenantId, long number);

    [LoggerMessage(5021, LogLevel.Warning, "An audit checkpoint could not be signed; tried again soon: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
