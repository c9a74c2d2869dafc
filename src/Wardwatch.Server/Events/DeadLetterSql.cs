using Npgsql;
using NpgsqlTypes;

namespace Wardwatch.Server.Events;

/// <summary>Events that a consumer could not handle, as they are stored.</summary>
internal static class DeadLetterSql
{
    private const string Insert =
        $"""
        insert into event_dead_letters (consumer, partition, {EventRows.Columns}, reason, fault, attempts, dead_at)
        select $1, partition, {EventRows.Columns}, $14, $15, $16, $17 from {EventRows.FromParameters}
        on conflict do nothing
        """;

    /// <summary>Stores one, in the caller's transaction; the same event of the same consumer once.</summary>
    public static async Task InsertAsync(
        NpgsqlConnection connection, string consumer, SealedEvent dead, string reason, string? fault, int attempts, DateTime at, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Insert, connection);
        command.Parameters.Add(new() { Value = consumer });
        EventRows.Add(command.Parameters, [dead]);
        command.Parameters.Add(new() { Value = reason });
        command.Parameters.Add(new() { Value = fault ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = attempts });
        command.Parameters.Add(new() { Value = at });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
