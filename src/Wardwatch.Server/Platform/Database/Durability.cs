using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Database;

/// <summary>
/// Whether a PostgreSQL keeps what it says it has committed. Killing programs cannot show that <c>fsync</c> is off, only a power cut can: so the settings are
/// looked at, at the start and by the readiness check.
/// </summary>
internal static class Durability
{
    private const int OldestVersion = 150000;

    private const string SelectSettings = """
        select current_setting('server_version_num')::int, current_setting('server_version'),
               current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')
        """;

    /// <summary>What is wrong, as a sentence; null if commits are durable.</summary>
    public static async Task<string?> FindFaultAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(SelectSettings);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        if (reader.GetInt32(0) < OldestVersion)
        {
            return $"PostgreSQL {reader.GetString(1)} is too old: 15 or newer is needed.";
        }

        string[] names = ["fsync", "full_page_writes", "synchronous_commit"];
        for (var i = 0; i < names.Length; i++)
        {
            if (reader.GetString(2 + i) == "off")
            {
                return $"PostgreSQL runs with {names[i]} = off: what it has committed could be lost.";
            }
        }

        return null;
    }

    /// <summary>Refuses a PostgreSQL that loses commits.</summary>
    /// <exception cref="StartupException">It does, or it is too old.</exception>
    public static async Task RequireAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        if (await FindFaultAsync(database, cancellation) is { } fault)
        {
            throw new StartupException(fault, "Wardwatch acknowledges a reading only when it is on disk. Use PostgreSQL 15 or newer with fsync, full_page_writes and synchronous_commit on.");
        }
    }
}
