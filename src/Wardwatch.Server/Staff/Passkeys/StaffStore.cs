using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Npgsql;

namespace Wardwatch.Server.Staff.Passkeys;

/// <summary>Identity's store of accounts, with passkeys in a table of their own. Identity reads and updates them; they are added and removed by <see cref="PasskeyRegistry"/>.</summary>
internal sealed class StaffStore(StaffDb context, NpgsqlDataSource database, IdentityErrorDescriber? describer = null)
    : UserOnlyStore<StaffAccount, StaffDb, Guid>(context, describer), IUserPasskeyStore<StaffAccount>
{
    private const string Columns =
        "credential_id, public_key, created_at, sign_count, transports, user_verified, backup_eligible, backed_up, attestation_object, client_data_json, name";

    private const string OfAccount = $"select {Columns} from staff_passkeys where account_id = $1 order by created_at, passkey_id";

    private const string One = $"select {Columns} from staff_passkeys where account_id = $1 and credential_id = $2";

    private const string OwnerOf = "select account_id from staff_passkeys where credential_id = $1";

    // Two uses with the same counter: one of them is of a copy. Authenticators that do not count say 0 every time.
    private const string Used =
        """
        update staff_passkeys set sign_count = $3, backed_up = $4, user_verified = $5, last_used_at = now()
        where account_id = $1 and credential_id = $2 and (sign_count < $3 or (sign_count = 0 and $3 = 0))
        """;

    /// <inheritdoc />
    public override async Task AddOrUpdatePasskeyAsync(StaffAccount user, UserPasskeyInfo passkey, CancellationToken cancellationToken) =>
        await UseAsync(user.Id, passkey, cancellationToken);

    /// <summary>Keeps what a use has changed. False: the counter has gone on meanwhile, or the passkey is gone.</summary>
    public async Task<bool> UseAsync(Guid account, UserPasskeyInfo passkey, CancellationToken cancellation)
    {
        await using var command = Command(Used, account, passkey.CredentialId, (long)passkey.SignCount, passkey.IsBackedUp, passkey.IsUserVerified);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <inheritdoc />
    public override async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(StaffAccount user, CancellationToken cancellationToken)
    {
        var passkeys = new List<UserPasskeyInfo>();
        await using var command = Command(OfAccount, user.Id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            passkeys.Add(Read(reader));
        }

        return passkeys;
    }

    /// <inheritdoc />
    public override async Task<StaffAccount?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken)
    {
        await using var command = Command(OwnerOf, credentialId);
        return await command.ExecuteScalarAsync(cancellationToken) is Guid account ? await FindByIdAsync(account.ToString(), cancellationToken) : null;
    }

    /// <inheritdoc />
    public override async Task<UserPasskeyInfo?> FindPasskeyAsync(StaffAccount user, byte[] credentialId, CancellationToken cancellationToken)
    {
        await using var command = Command(One, user.Id, credentialId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <inheritdoc />
    public override Task RemovePasskeyAsync(StaffAccount user, byte[] credentialId, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Passkeys are removed by the registry, on record.");

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }

    private static UserPasskeyInfo Read(NpgsqlDataReader reader) => new(
        reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<DateTimeOffset>(2), (uint)reader.GetInt64(3), reader.IsDBNull(4) ? null : reader.GetFieldValue<string[]>(4),
        reader.GetBoolean(5), reader.GetBoolean(6), reader.GetBoolean(7), reader.GetFieldValue<byte[]>(8), reader.GetFieldValue<byte[]>(9))
    {
        Name = reader.GetString(10),
    };
}
