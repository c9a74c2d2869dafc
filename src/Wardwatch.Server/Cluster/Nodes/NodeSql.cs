namespace Wardwatch.Server.Cluster.Nodes;

/// <summary>Statements about nodes. Times are the database's: nodes' clocks may differ.</summary>
internal static class NodeSql
{
    /// <summary>Takes a name at the start: whoever started last has it.</summary>
    public const string Enter =
        """
        insert into nodes (name, instance, roles, version, started_at, heard_at, state, memory_bytes, queues)
        values ($1, $2, $3, $4, $5, clock_timestamp(), 'up', $6, '[]')
        on conflict (name) do update set instance = $2, roles = $3, version = $4, started_at = $5, heard_at = clock_timestamp(), state = 'up', drain = false,
            partitions = null, devices = null, readings_per_second = null, last_reading_at = null, memory_bytes = $6, queues = '[]'
        """;

    /// <summary>Tells how it is; answers whether it is to be drained, and nothing if another process has taken the name.</summary>
    public const string Beat =
        """
        update nodes set heard_at = clock_timestamp(), state = $3, partitions = $4, devices = $5, readings_per_second = $6, last_reading_at = $7, memory_bytes = $8, queues = $9
        where name = $1 and instance = $2 returning drain
        """;

    /// <summary>Says good-bye.</summary>
    public const string Leave = "update nodes set heard_at = clock_timestamp(), state = 'gone', queues = '[]', devices = null, readings_per_second = null, partitions = null where name = $1 and instance = $2";

    /// <summary>Forgets who was not heard of for a day.</summary>
    public const string Forget = "delete from nodes where heard_at < clock_timestamp() - interval '1 day'";

    /// <summary>Everybody.</summary>
    public const string List =
        """
        select name, roles, version, started_at, heard_at, state, heard_at < clock_timestamp() - make_interval(secs => $1), partitions, devices, readings_per_second, last_reading_at, memory_bytes, queues::text
        from nodes where heard_at > clock_timestamp() - interval '1 day' order by name
        """;

    /// <summary>
    /// Asks a node to be drained, unless nobody else does what it does. Locked in the order of names, so that two who ask at once for the last two nodes do not both
    /// get it.
    /// </summary>
    public const string Lock = "select name from nodes order by name for update";

    /// <summary>Each node that is up, with its roles.</summary>
    public const string UpNodes = "select name, roles from nodes where state = 'up' and not drain and heard_at >= clock_timestamp() - make_interval(secs => $1)";

    /// <summary>Asks for it.</summary>
    public const string Drain = "update nodes set drain = true where name = $1 and state <> 'gone' and heard_at >= clock_timestamp() - make_interval(secs => $2)";
}
