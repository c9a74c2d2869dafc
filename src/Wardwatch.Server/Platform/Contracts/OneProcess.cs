using Npgsql;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>
/// Work that several processes have on their timers, done by one at a time: a lock of the database's session, which ends with the connection at the latest. Nobody leads;
/// whoever comes second finds it done.
/// </summary>
public static class OneProcess
{
    private const string Lock = "select pg_advisory_lock(hashtextextended($1, 0))";
    private const string Unlock = "select pg_advisory_unlock(hashtextextended($1, 0))";

    /// <summary>Waits until no other process does work of this name, then does it.</summary>
    /// <param name="connection">An open connection, without a transaction.</param>
    /// <param name="name">Names the work: <c>readings-partitions</c>.</param>
    /// <param name="workAsync">The work.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task DoAsync(NpgsqlConnection connection, string name, Func<Task> workAsync, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, Lock, name, cancellation);
        try
        {
            await workAsync();
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await ExecuteAsync(connection, Unlock, name, CancellationToken.None);
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, string name, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = "wardwatch/" + name });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
