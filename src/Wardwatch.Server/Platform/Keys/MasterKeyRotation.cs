using System.Security.Cryptography;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Keys;

/// <summary>How a rotation of the master key ended.</summary>
/// <param name="MasterKeyId">The fingerprint of the key in use now.</param>
/// <param name="Hospitals">How many hospitals' keys were wrapped anew.</param>
/// <param name="MustBePutInPlace">The key came from outside, and the operator has to put it where the old one is.</param>
internal sealed record MasterKeyRotationReport(string MasterKeyId, int Hospitals, bool MustBePutInPlace);

/// <summary>
/// Puts a new master key in the place of the old one: every hospital's key is wrapped anew, each in a transaction of its own. Servers go on meanwhile, and those
/// that start find both keys. Killed at any moment and run again, it goes on where it was:
/// <code>
/// 1. the old key is written to master.key.previous, the new one to master.key
/// 2. the new one is registered; keys may be wrapped under either
/// 3. hospital by hospital
/// 4. the old one is no longer registered: whoever still holds it alone wraps nothing under it
/// 5. master.key.previous is overwritten and removed
/// </code>
/// </summary>
internal sealed class MasterKeyRotation(NpgsqlDataSource database, DataFolder data, Keyring keyring)
{
    private const string Tenants = "select distinct tenant_id from tenant_keys where master_key_id is distinct from $1 order by tenant_id";

    private const string LockKeys =
        "select number, master_key_id, wrapped_key from tenant_keys where tenant_id = $1 and master_key_id is distinct from $2 order by number for update";

    private const string Replace = "update tenant_keys set wrapped_key = $3, master_key_id = $4 where tenant_id = $1 and number = $2";
    private const string LockMasters = "lock table master_keys in exclusive mode";
    private const string CountOthers = "select count(*)::int from tenant_keys where master_key_id is distinct from $1";
    private const string ForgetOthers = "delete from master_keys where key_id <> $1";

    private readonly MasterKeys _masters = keyring.Masters;

    /// <summary>Rotates.</summary>
    /// <param name="record">Records it in the transaction of a hospital.</param>
    /// <param name="progress">Told how many hospitals are done, of how many.</param>
    /// <param name="cancellation">Stops it between two hospitals; run it again.</param>
    /// <exception cref="StartupException">There is no new key, or another rotation is under way.</exception>
    public async Task<MasterKeyRotationReport> RunAsync(Func<NpgsqlConnection, int, CancellationToken, Task> record, Action<int, int> progress, CancellationToken cancellation)
    {
        await using var only = await KeyLock.TakeAsync(database, cancellation);
        var id = _masters.Origin == MasterKeyOrigin.File ? ReplaceFile() : TakeGiven();
        await KeyOpening.RegisterAsync(database, id, cancellation);
        var done = 0;
        do
        {
            var tenants = await TenantsAsync(id, cancellation);
            foreach (var (index, tenant) in tenants.Index())
            {
                progress(index, tenants.Count);
                await RewrapAsync(tenant, id, record, cancellation);
                done++;
            }

            progress(tenants.Count, tenants.Count);
        }
        while (!await TryFinishAsync(id, cancellation));

        if (_masters.Origin == MasterKeyOrigin.File)
        {
            PrivateFile.Shred(data.PreviousMasterKey);
        }

        return new(id, done, MustBePutInPlace: _masters.Origin != MasterKeyOrigin.File);
    }

    /// <summary>The key in <c>master.key</c> is the new one when this ends, and the old one is beside it.</summary>
    private string ReplaceFile()
    {
        var present = MasterKey.Read(data.MasterKey);
        if (File.Exists(data.PreviousMasterKey) && !MasterKey.Read(data.PreviousMasterKey).AsSpan().SequenceEqual(present))
        {
            // A rotation that was interrupted: its key is in place.
            _masters.Add(present);
            return MasterKeys.IdOf(present);
        }

        var next = RandomNumberGenerator.GetBytes(MasterKey.Bytes);
        MasterKey.Write(data.PreviousMasterKey, present);
        MasterKey.Write(data.MasterKey, next);
        _masters.Add(next);
        var id = MasterKeys.IdOf(next);
        CryptographicOperations.ZeroMemory(next);
        CryptographicOperations.ZeroMemory(present);
        return id;
    }

    // The first one is the present one; what is beside it was given as the new one.
    private string TakeGiven() => _masters.Ids is [_, var next, ..]
        ? next
        : throw new StartupException(
            "The master key of this installation does not come from a file of its own, so that the new one must be given as well.",
            $"Draw one (head -c 32 /dev/urandom | base64) and give it with --new-key-file FILE or in {MasterKey.NewVariable}, here and to every server that runs.");

    private async Task<List<int>> TenantsAsync(string id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Tenants);
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var tenants = new List<int>();
        while (await reader.ReadAsync(cancellation))
        {
            tenants.Add(reader.GetInt32(0));
        }

        return tenants;
    }

    private async Task RewrapAsync(int tenantId, string id, Func<NpgsqlConnection, int, CancellationToken, Task> record, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var keys = new List<(int Number, string? MasterId, byte[] Wrapped)>();
        await using (var select = Command(connection, LockKeys, tenantId, id))
        await using (var reader = await select.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                keys.Add((reader.GetInt32(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetFieldValue<byte[]>(2)));
            }
        }

        foreach (var (number, masterId, wrapped) in keys)
        {
            var key = _masters.Unwrap(masterId, wrapped);
            await using var replace = Command(connection, Replace, tenantId, number, _masters.WrapUnder(id, key), id);
            CryptographicOperations.ZeroMemory(key);
            await replace.ExecuteNonQueryAsync(cancellation);
        }

        await record(connection, tenantId, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Ends the time of the old key, unless something was wrapped under it meanwhile.</summary>
    private async Task<bool> TryFinishAsync(string id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        // Whoever is just wrapping something holds a row of this table until it is committed.
        await using var gate = new NpgsqlCommand(LockMasters, connection);
        await gate.ExecuteNonQueryAsync(cancellation);
        await using var count = Command(connection, CountOthers, id);
        if ((int)(await count.ExecuteScalarAsync(cancellation))! > 0)
        {
            return false;
        }

        await using var forget = Command(connection, ForgetOthers, id);
        await forget.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}
