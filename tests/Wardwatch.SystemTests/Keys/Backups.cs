using Npgsql;
using Shouldly;
using Wardwatch.Server.Platform.Database;
using Wardwatch.SystemTests.Harness;

namespace Wardwatch.SystemTests.Keys;

/// <summary>Backups as docs/operations.md describes them, made and restored with PostgreSQL's own tools.</summary>
internal static class Backups
{
    private static readonly string[] KeyTables = ["master_keys", "tenant_keys", "patient_keys", "device_keys", "token_signing_keys"];

    /// <summary>Everything.</summary>
    public static Task FullAsync(ServerProcess server, string file, CancellationToken cancellation) => DumpAsync(server, ["-Fc", "-f", file], cancellation);

    /// <summary>The data without the keys.</summary>
    public static Task DataAsync(ServerProcess server, string file, CancellationToken cancellation) =>
        DumpAsync(server, ["-Fc", "-f", file, "--exclude-table-data=dead_letters", .. KeyTables.Select(table => "--exclude-table-data=" + table)], cancellation);

    /// <summary>The keys.</summary>
    public static Task KeysAsync(ServerProcess server, string file, CancellationToken cancellation) =>
        DumpAsync(server, ["-Fc", "-f", file, "--data-only", .. KeyTables.Select(table => "--table=" + table)], cancellation);

    /// <summary>A new database from backups, one after the other.</summary>
    public static async Task<string> RestoreAsync(GivenPostgres postgres, string name, IEnumerable<string> files, CancellationToken cancellation)
    {
        await using (var source = NpgsqlDataSource.Create(postgres.ConnectionString))
        {
            await using var roles = source.CreateCommand(DatabaseRoles.Make + "; do $$ begin create role wardwatch; exception when duplicate_object then null; end $$");
            await roles.ExecuteNonQueryAsync(cancellation);
            await using var create = source.CreateCommand($"create database {name}");
            await create.ExecuteNonQueryAsync(cancellation);
        }

        var connection = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = name };
        foreach (var file in files)
        {
            var restored = await Tool.RunAsync("pg_restore", ["-h", connection.Host!, "-U", connection.Username!, "-d", name, "--no-owner", "--exit-on-error", file], cancellation);
            restored.ExitCode.ShouldBe(0, restored.Error);
        }

        await using var database = NpgsqlDataSource.Create(connection.ConnectionString);
        await using var lease = database.CreateCommand("select setval('writer_lease', last_value + 1000000) from writer_lease");
        await lease.ExecuteNonQueryAsync(cancellation);
        return connection.ConnectionString;
    }

    private static async Task DumpAsync(ServerProcess server, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnectionStringBuilder(ServerProcess.PrivateConnectionString(server.Data));
        var dump = await Tool.RunAsync("pg_dump", ["-h", connection.Host!, "-U", connection.Username!, "-d", connection.Database!, .. arguments], cancellation);
        dump.ExitCode.ShouldBe(0, dump.Error);
    }
}
