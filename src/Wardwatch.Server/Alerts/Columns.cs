using Npgsql;
using NpgsqlTypes;

namespace Wardwatch.Server.Alerts;

/// <summary>Columns as parameters, one array per column of rows that go in together; and columns that may be null.</summary>
internal static class Columns
{
    /// <summary>A text, or null.</summary>
    public static string? TextOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>Bytes, or null.</summary>
    public static byte[]? BytesOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);

    /// <summary>Adds a column.</summary>
    public static void Add<TRow, TValue>(this NpgsqlCommand command, NpgsqlDbType type, List<TRow> rows, Func<TRow, TValue> value) =>
        command.Parameters.Add(new() { Value = rows.Select(value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
}
