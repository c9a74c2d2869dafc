using System.Collections.Frozen;
using Npgsql;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Staff.Contracts;

namespace Wardwatch.Server.Staff.People;

/// <summary>Reads who works in a hospital, for modules that are not concerned with signing in.</summary>
internal sealed class Colleagues : IColleagues
{
    private const string OfHospital =
        """
        select a.account_id, a.user_name, a.name, a.role, a.disabled_at is not null,
               array(select w.ward_id from staff_wards w where w.account_id = a.account_id)
        from staff_accounts a
        where a.tenant_id = $1 and a.role = any($2)
        order by a.name, a.account_id
        """;

    /// <inheritdoc />
    public async Task<IReadOnlyList<Colleague>> ReadAsync(NpgsqlConnection connection, int tenantId, CancellationToken cancellation)
    {
        var colleagues = new List<Colleague>();
        await using var command = new NpgsqlCommand(OfHospital, connection) { Parameters = { new() { Value = tenantId }, new() { Value = AccountRoles.OfStaff.ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            colleagues.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<string[]>(5).ToFrozenSet(StringComparer.Ordinal), reader.GetBoolean(4)));
        }

        return colleagues;
    }
}
