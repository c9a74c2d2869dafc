using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Processes;

namespace Wardwatch.Server.Platform.Postgres;

/// <summary>Makes a cluster, and the folders and access files that a start needs.</summary>
internal static class ClusterMaker
{
    /// <summary>What PostgreSQL's programs read from the environment would point them elsewhere.</summary>
    public static IReadOnlyDictionary<string, string?> CleanEnvironment { get; } =
        new[] { "PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGOPTIONS", "LANG" }
            .Select(name => KeyValuePair.Create(name, (string?)null))
            .Append(KeyValuePair.Create("LC_ALL", (string?)"C"))
            .ToDictionary(StringComparer.Ordinal);

    /// <summary>Lies in a cluster that was made to its end; initdb writes its own marks early.</summary>
    public const string Marker = "wardwatch.made";

    // Started by root, these two are given to PostgreSQL's user.
    private const string MakeFolders = """
        set -e
        umask 077
        owner=$1; shift
        for folder do
            mkdir -p "$folder"
            chown "$owner" "$folder"
            chmod 0700 "$folder"
        done
        """;

    // Without the marker, what lies there is left from an initdb that was interrupted.
    private const string Make = """
        set -e
        umask 077
        find "$2" -mindepth 1 -delete
        "$1" -D "$2" --encoding=UTF8 --locale=C --data-checksums --username="$3" --auth-local=peer --auth-host=reject >/dev/null
        printf '%s' "$4" >> "$2/postgresql.conf"
        : > "$2/$5"
        sync
        """;

    // A folder in /tmp might be somebody else's, put there before us: it must be a real one, ours, and closed.
    private const string PrepareSocket = """
        umask 077
        mkdir "$1" 2>/dev/null
        [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ] && chmod 0700 "$1"
        """;

    /// <summary>Makes an empty cluster.</summary>
    /// <exception cref="StartupException">It could not be made.</exception>
    public static async Task MakeAsync(PostgresPrograms programs, ClusterUser user, ClusterPlace place, CancellationToken cancellation)
    {
        PrivateFile.CreateFolder(Path.GetDirectoryName(place.Cluster)!);
        var folders = await ShortCommand.RunAsync(["/bin/sh", "-c", MakeFolders, "make", user.Name, place.Cluster, place.Logs], cancellation);
        if (folders.ExitCode != 0)
        {
            throw new StartupException($"The folder {place.Cluster} could not be made: {folders.LastLine}", "Name another data folder with --data DIR.");
        }

        var made = await user.RunAsync(["/bin/sh", "-c", Make, "make", programs.Path("initdb"), place.Cluster, ClusterSettings.Superuser, ClusterSettings.Tuning, Marker], cancellation);
        if (made.ExitCode != 0)
        {
            throw new StartupException($"A private PostgreSQL could not be made in {place.Cluster}: {made.LastLine}", "See to that, or give a database of your own in ConnectionStrings__Wardwatch.");
        }
    }

    /// <summary>Makes the socket's and the logs' folders and writes who may connect.</summary>
    /// <exception cref="StartupException">A folder belongs to somebody else.</exception>
    public static async Task PrepareStartAsync(ClusterUser user, ClusterPlace place, CancellationToken cancellation)
    {
        if ((await user.RunAsync(["/bin/sh", "-c", PrepareSocket, "prepare", place.Socket], cancellation)).ExitCode != 0)
        {
            throw new StartupException($"The folder {place.Socket} for PostgreSQL's socket belongs to somebody else.", $"Remove it, if that is safe: rm -r {place.Socket}");
        }

        await ReplaceAsync(Path.Combine(place.Cluster, "pg_hba.conf"), ClusterSettings.HostBasedAccess + "\n", cancellation);
        await ReplaceAsync(Path.Combine(place.Cluster, "pg_ident.conf"), ClusterSettings.UserMap(user.Name, Environment.UserName), cancellation);
    }

    // Written into the existing file, so that it keeps its owner and mode.
    private static async Task ReplaceAsync(string path, string content, CancellationToken cancellation)
    {
        if (await File.ReadAllTextAsync(path, cancellation) != content)
        {
            await File.WriteAllTextAsync(path, content, cancellation);
        }
    }
}
