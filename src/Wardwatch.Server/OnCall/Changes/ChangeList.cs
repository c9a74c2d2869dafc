using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.OnCall.Schedules;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.OnCall.Changes;

/// <summary>Which overrides or swaps are looked for.</summary>
/// <param name="Number">This one; null: all.</param>
/// <param name="Schedule">Those of this schedule; null: of all.</param>
/// <param name="After">Those after this number; null: from the first.</param>
/// <param name="From">Those that count at this time or later; null: all.</param>
/// <param name="Until">Those that begin before this time; null: all.</param>
/// <param name="Limit">How many at most.</param>
internal sealed record ChangeQuery(long? Number, Guid? Schedule, long? After, DateTimeOffset? From, DateTimeOffset? Until, int Limit)
{
    /// <summary>One of them.</summary>
    public static ChangeQuery One(long number) => new(number, null, null, null, null, 1);
}

/// <summary>Reads overrides and swaps, and opens why they were made.</summary>
internal sealed class ChangeList(IKeyring keyring)
{
    /// <summary>Overrides in the order in which they were made.</summary>
    public async Task<List<OverrideResponse>> OverridesAsync(
        NpgsqlConnection connection, int tenantId, ChangeQuery query, IReadOnlyDictionary<Guid, string> names, CancellationToken cancellation)
    {
        var items = new List<OverrideResponse>();
        await using var command = Command(connection, ChangeSql.Overrides, query);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (schedule, createdAt) = (reader.GetGuid(1), Time(reader, 7));
            items.Add(new(
                $"{reader.GetInt64(0)}", schedule.ToString(), Person(reader.GetGuid(2), names), Time(reader, 3), Time(reader, 4),
                Open(tenantId, reader, 5, OverridePlace(tenantId, schedule, createdAt)), Person(reader.GetGuid(6), names), createdAt, reader.IsDBNull(8) ? null : Time(reader, 8)));
        }

        return items;
    }

    /// <summary>Swaps in the order in which they were made.</summary>
    public async Task<List<SwapResponse>> SwapsAsync(
        NpgsqlConnection connection, int tenantId, ChangeQuery query, IReadOnlyDictionary<Guid, string> names, CancellationToken cancellation)
    {
        var items = new List<SwapResponse>();
        await using var command = Command(connection, ChangeSql.Swaps, query);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var createdAt = Time(reader, 12);
            items.Add(new(
                $"{reader.GetInt64(0)}", Given(1), Given(5), [.. reader.GetFieldValue<Guid[]>(9).Select(person => Person(person, names))],
                Open(tenantId, reader, 10, SwapPlace(tenantId, createdAt)), Person(reader.GetGuid(11), names), createdAt, reader.IsDBNull(13) ? null : Time(reader, 13)));
        }

        return items;

        GivenStretch Given(int column) =>
            new(reader.GetGuid(column).ToString(), Person(reader.GetGuid(column + 1), names), Time(reader, column + 2), Time(reader, column + 3));
    }

    /// <summary>Seals why something was made; null where nobody says so.</summary>
    public byte[]? Seal(int tenantId, string place, string? reason) => string.IsNullOrWhiteSpace(reason) ? null : keyring.Tenant(tenantId).SealText(place, reason.Trim());

    /// <summary>Where the reason of an override stands.</summary>
    public static string OverridePlace(int tenantId, Guid schedule, DateTimeOffset createdAt) => $"wardwatch/oncall.override/1/{tenantId}/{schedule}/{UnixTime.FromDateTimeOffset(createdAt)}";

    /// <summary>Where the reason of a swap stands.</summary>
    public static string SwapPlace(int tenantId, DateTimeOffset createdAt) => $"wardwatch/oncall.swap/1/{tenantId}/{UnixTime.FromDateTimeOffset(createdAt)}";

    /// <summary>Somebody with their name, if the account is there.</summary>
    public static DutyPerson Person(Guid account, IReadOnlyDictionary<Guid, string> names) => new(account.ToString(), names.GetValueOrDefault(account));

    private string? Open(int tenantId, NpgsqlDataReader reader, int column, string place) =>
        reader.IsDBNull(column) ? null : keyring.Tenant(tenantId).OpenText(place, reader.GetFieldValue<byte[]>(column));

    private static DateTimeOffset Time(NpgsqlDataReader reader, int column) => new(reader.GetDateTime(column));

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, ChangeQuery query) => new(sql, connection)
    {
        Parameters =
        {
            new() { Value = (object?)query.Number ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
            new() { Value = (object?)query.Schedule ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
            new() { Value = (object?)query.After ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
            new() { Value = (object?)query.From?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = (object?)query.Until?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = query.Limit },
        },
    };
}
