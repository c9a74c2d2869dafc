using Npgsql;
using NpgsqlTypes;
using Wardwatch.Clinical.Alerts;

namespace Wardwatch.Server.OnCall.People;

/// <summary>What somebody can be on duty as.</summary>
/// <param name="Role">A duty role.</param>
/// <param name="Tier">In which order they are asked, 1 to 3.</param>
/// <param name="Wards">Where; null: in the whole hospital.</param>
internal sealed record Duty(string Role, int Tier, IReadOnlyList<string>? Wards)
{
    /// <summary>Whether it is a duty of that place: of this ward, or with null of the whole hospital.</summary>
    public bool Covers(string? ward) => Wards is null || (ward is not null && Wards.Contains(ward, StringComparer.Ordinal));

    /// <summary>The duty of a schedule in words: <c>Nurse, tier 1, ward-1</c>.</summary>
    public static string Describe(string role, int tier, string? ward) => $"{DutyRoles.All.GetValueOrDefault(role, role)}, tier {tier}, {ward ?? "whole hospital"}";

    /// <summary>The same for a duty.</summary>
    public string Describe() => Describe(Role, Tier, Wards is null ? null : string.Join(" ", Wards));

    /// <summary>Whether both say the same.</summary>
    public bool IsSameAs(Duty other) =>
        Role == other.Role && Tier == other.Tier && (Wards is null ? other.Wards is null : other.Wards is not null && Wards.ToHashSet(StringComparer.Ordinal).SetEquals(other.Wards));
}

/// <summary>The duties of a hospital in the database.</summary>
internal static class Duties
{
    private const string OfHospital =
        "select account_id, role, tier, wards from oncall_duties where tenant_id = $1 and ($2::uuid is null or account_id = $2) order by account_id, role, tier";

    /// <summary>Everybody's duties, or one person's.</summary>
    public static async Task<ILookup<Guid, Duty>> ReadAsync(NpgsqlConnection connection, int tenantId, Guid? account, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(OfHospital, connection)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = (object?)account ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid } },
        };
        var duties = new List<(Guid Account, Duty Duty)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            duties.Add((reader.GetGuid(0), new(reader.GetString(1), reader.GetInt16(2), reader.IsDBNull(3) ? null : reader.GetFieldValue<string[]>(3))));
        }

        return duties.ToLookup(found => found.Account, found => found.Duty);
    }
}
