using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Database;

/// <summary>One step of the schema.</summary>
/// <param name="Name">The file's name, which gives the order: <c>2026-11-20-01-readings.sql</c>.</param>
/// <param name="Sql">Its text.</param>
public sealed record Migration(string Name, string Sql)
{
    /// <summary>SHA-256 of the text, by which a file that was changed after it was applied is found.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    /// <summary>The steps that this program carries, in order.</summary>
    public static IReadOnlyList<Migration> Embedded { get; } = Load();

    private static List<Migration> Load()
    {
        const string prefix = "migrations/";
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return new Migration(name[prefix.Length..], reader.ReadToEnd());
            })
            .ToList();
    }
}

/// <summary>
/// Brings a database to the schema of this program: forward only, each step in a transaction of its own, one program at a time.
/// </summary>
public static partial class MigrationRunner
{
    // An advisory lock's number is any that no other use of the database takes: the letters "WARD".
    private const long LockNumber = 0x57415244;

    private const string CreateTable = """
        create table if not exists schema_migrations (
            name       text primary key,
            checksum   text not null,
            applied_at timestamptz not null default now()
        )
        """;

    private const string SelectApplied = "select name, checksum from schema_migrations";
    private const string InsertApplied = "insert into schema_migrations (name, checksum) values ($1, $2)";

    /// <summary>Applies what is missing and returns the names of what it applied.</summary>
    /// <exception cref="StartupException">An applied step was changed since, the database is newer than the program, or a step fails.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(NpgsqlDataSource database, IReadOnlyList<Migration> migrations, ILogger log, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockNumber})", cancellation);
        try
        {
            await ExecuteAsync(connection, CreateTable, cancellation);
            var applied = await ReadAppliedAsync(connection, cancellation);
            Compare(applied, migrations);
            var missing = migrations.Where(m => !applied.ContainsKey(m.Name)).ToList();
            foreach (var migration in missing)
            {
                await ApplyAsync(connection, migration, cancellation);
                LogApplied(log, migration.Name);
            }

            return missing.ConvertAll(m => m.Name);
        }
        finally
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({LockNumber})", CancellationToken.None);
        }
    }

    private static void Compare(Dictionary<string, string> applied, IReadOnlyList<Migration> migrations)
    {
        var known = migrations.ToDictionary(m => m.Name, StringComparer.Ordinal);
        if (applied.Keys.Where(name => !known.ContainsKey(name)).Order(StringComparer.Ordinal).FirstOrDefault() is { } foreign)
        {
            throw new StartupException($"The database is newer than this program: it has had {foreign}, which this program does not know.", "Start the newer version of Wardwatch, or restore the backup from before it was installed.");
        }

        foreach (var (name, checksum) in applied)
        {
            if (known[name].Checksum != checksum)
            {
                throw new StartupException($"The migration {name} was changed after it was applied to this database.", "Restore the file as it was released; put the change into a new migration.");
            }
        }
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        try
        {
            await ExecuteAsync(connection, migration.Sql, cancellation);
            await using var insert = new NpgsqlCommand(InsertApplied, connection);
            insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Name });
            insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Checksum });
            await insert.ExecuteNonQueryAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
        catch (PostgresException error)
        {
            throw new StartupException($"The migration {migration.Name} failed and was rolled back: {error.MessageText}", "The database is as it was before it. Report this, with the version you came from.", error);
        }
    }

    private static async Task<Dictionary<string, string>> ReadAppliedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var applied = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var select = new NpgsqlCommand(SelectApplied, connection);
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            applied.Add(reader.GetString(0), reader.GetString(1));
        }

        return applied;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(1010, LogLevel.Information, "Applied migration {Name}")]
    private static partial void LogApplied(ILogger log, string name);
}
