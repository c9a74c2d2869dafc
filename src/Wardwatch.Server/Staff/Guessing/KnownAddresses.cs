using System.Net;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Wardwatch.Server.Staff.Guessing;

/// <summary>From where the owners of accounts have signed in before.</summary>
internal sealed class KnownAddresses(NpgsqlDataSource database, IOptions<StaffOptions> options, TimeProvider time)
{
    private const string Sql =
        "select exists (select from staff_known_addresses where account_id = $1 and address = $2 and last_sign_in > $3)";

    private const string Remember =
        """
        with gone as (delete from staff_known_addresses where account_id = $1 and last_sign_in < $4 and address <> $2)
        insert into staff_known_addresses (account_id, address, tenant_id, last_sign_in)
        select account_id, $2, tenant_id, $3 from staff_accounts where account_id = $1
        on conflict (account_id, address) do update set last_sign_in = excluded.last_sign_in
        """;

    /// <summary>Whether the account's owner has signed in from there lately. Without an account the question is asked all the same, and the answer is no.</summary>
    public async Task<bool> IsKnownAsync(Guid? account, IPAddress? address, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = account ?? Guid.Empty });
        command.Parameters.Add(new() { Value = SourceNetwork.Of(address) });
        command.Parameters.Add(new() { Value = Oldest });
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Keeps in mind that the account's owner has signed in from there, in the transaction of that.</summary>
    public async Task RememberAsync(NpgsqlConnection connection, Guid account, IPAddress? address, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Remember, connection);
        command.Parameters.Add(new() { Value = account });
        command.Parameters.Add(new() { Value = SourceNetwork.Of(address) });
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        command.Parameters.Add(new() { Value = Oldest });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private DateTime Oldest => time.GetUtcNow().AddDays(-options.Value.KnownAddressDays).UtcDateTime;
}
