using System.Globalization;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Postgres;

/// <summary>Where a cluster, its logs and its socket lie.</summary>
/// <param name="Cluster">The cluster's folder.</param>
/// <param name="Logs">The folder of PostgreSQL's own logs.</param>
/// <param name="Socket">The folder of the socket.</param>
internal sealed record ClusterPlace(string Cluster, string Logs, string Socket)
{
    /// <summary>The major version of the cluster, or null if there is none yet.</summary>
    public int? Major
    {
        get
        {
            var version = Path.Combine(Cluster, "PG_VERSION");
            return File.Exists(Path.Combine(Cluster, ClusterMaker.Marker)) ? int.Parse(File.ReadAllText(version).Trim(), CultureInfo.InvariantCulture) : null;
        }
    }

    /// <summary>The place of an installation's cluster, as a client needs it.</summary>
    public static ClusterPlace Of(DataFolder data)
    {
        var cluster = File.Exists(data.PostgresElsewhere) ? File.ReadLines(data.PostgresElsewhere).First().Trim() : data.Postgres;
        var logs = cluster == data.Postgres ? data.At("logs") : Path.Combine(Path.GetDirectoryName(cluster)!, "logs");
        return new ClusterPlace(cluster, logs, SocketFolder(data));
    }

    /// <summary>The same, after making sure that <paramref name="user"/> reaches it: below a folder that is closed to PostgreSQL's user (as <c>/root</c> is), the cluster goes elsewhere.</summary>
    public static async Task<ClusterPlace> PrepareAsync(DataFolder data, ClusterUser user, CancellationToken cancellation)
    {
        var place = Of(data);
        if (place.Major is null && user.IsAnother && place.Cluster == data.Postgres
            && (await user.RunAsync(["/bin/sh", "-c", "test -x \"$1\"", "sh", data.Root], cancellation)).ExitCode != 0)
        {
            var elsewhere = $"/var/lib/wardwatch/{data.Hash}";
            await File.WriteAllTextAsync(data.PostgresElsewhere, $"{elsewhere}/postgres\nThe private PostgreSQL lies there, since its user ({user.Name}) cannot reach {data.Root}.\n", cancellation);
            place = Of(data);
        }

        return place;
    }

    // Short, since a socket's path holds 103 bytes at most (macOS; 107 on Linux), and a data folder may lie deep.
    private static string SocketFolder(DataFolder data) => $"/tmp/wardwatch-{data.Hash}";
}
