using System.Text.Json;
using Npgsql;
using Wardwatch.Server.Cluster.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Nodes;

/// <summary>Reads the list of nodes, and asks one of them to be drained. The command-line tool uses it without being a node.</summary>
internal sealed class NodeList(NpgsqlDataSource database)
{
    /// <summary>The topic of <see cref="DirectoryChanges"/> by which a node looks at its row at once.</summary>
    public const string Topic = "nodes";

    /// <summary>All that were heard of within a day, by name.</summary>
    public async Task<IReadOnlyList<NodeEntry>> ReadAsync(CancellationToken cancellation)
    {
        var nodes = new List<NodeEntry>();
        await using var command = database.CreateCommand(NodeSql.List);
        command.Parameters.Add(new() { Value = (double)NodeEntry.GoneAfterSeconds });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            nodes.Add(Read(reader));
        }

        return nodes;
    }

    /// <summary>Asks a node to be drained.</summary>
    public async Task<DrainOutcome> DrainAsync(string name, bool force, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var all = new NpgsqlCommand(NodeSql.Lock, connection))
        {
            await all.ExecuteNonQueryAsync(cancellation);
        }

        if (!force && await IsLastAsync(connection, name, cancellation))
        {
            return DrainOutcome.LastNode;
        }

        await using (var drain = new NpgsqlCommand(NodeSql.Drain, connection))
        {
            drain.Parameters.Add(new() { Value = name });
            drain.Parameters.Add(new() { Value = (double)NodeEntry.GoneAfterSeconds });
            if (await drain.ExecuteNonQueryAsync(cancellation) == 0)
            {
                return DrainOutcome.Unknown;
            }
        }

        await DirectoryChanges.NotifyAsync(connection, Topic, null, cancellation);
        await transaction.CommitAsync(cancellation);
        return DrainOutcome.Draining;
    }

    /// <summary>Whether one of its roles is nobody else's. Of a node that is not up nobody asks that.</summary>
    private static async Task<bool> IsLastAsync(NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        var up = new Dictionary<string, string[]>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(NodeSql.UpNodes, connection);
        command.Parameters.Add(new() { Value = (double)NodeEntry.GoneAfterSeconds });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            up.Add(reader.GetString(0), reader.GetFieldValue<string[]>(1));
        }

        return up.Remove(name, out var roles) && !roles.All(role => up.Values.Any(other => other.Contains(role, StringComparer.Ordinal)));
    }

    private static NodeEntry Read(NpgsqlDataReader reader)
    {
        var (state, silent) = (reader.GetString(5), reader.GetBoolean(6));
        return new NodeEntry(
            reader.GetString(0), reader.GetFieldValue<string[]>(1), reader.GetString(2), new(reader.GetDateTime(3)), new(reader.GetDateTime(4)),
            silent || state == "gone" ? NodeState.Gone : state == "draining" ? NodeState.Draining : NodeState.Up, state == "gone", reader.GetInt64(11))
        {
            Partitions = reader.IsDBNull(7) ? null : reader.GetInt32(7),
            Devices = reader.IsDBNull(8) ? null : reader.GetInt32(8),
            ReadingsPerSecond = reader.IsDBNull(9) ? null : reader.GetDouble(9),
            LastReadingAt = reader.IsDBNull(10) ? null : new DateTimeOffset(reader.GetDateTime(10)),
            Queues = JsonSerializer.Deserialize<List<QueueFigure>>(reader.GetString(12), JsonSerializerOptions.Web) ?? [],
        };
    }
}
