using Npgsql;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Postgres;
using Wardwatch.Server.Platform.Processes;

namespace Wardwatch.SystemTests.Harness;

/// <summary>A PostgreSQL that is not the server's own, as a hospital would give it one: started by the test, with settings of the test's choice.</summary>
public sealed class GivenPostgres : IAsyncDisposable
{
    private static readonly TimeSpan AnswersWithin = Poll.Patience;

    private readonly string _folder;
    private readonly string _cluster;
    private readonly WatchedProcess _process;

    private GivenPostgres(string folder, string cluster, WatchedProcess process, string connectionString)
    {
        _folder = folder;
        _cluster = cluster;
        _process = process;
        ConnectionString = connectionString;
    }

    /// <summary>How it is reached, without a password: the socket's other end is checked.</summary>
    public string ConnectionString { get; }

    /// <summary>Makes and starts one.</summary>
    /// <param name="settings">Settings as <c>fsync=off</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<GivenPostgres> StartAsync(IEnumerable<string> settings, CancellationToken cancellation)
    {
        var folder = ServerProcess.NewFolder();
        var user = ClusterUser.Find();
        var place = ClusterPlace.Of(DataFolder.Open(folder));
        var programs = await PostgresPrograms.FindAsync(givenFolder: null, neededMajor: null, cancellation);
        await Prepared.ClusterAsync(folder, template => ClusterMaker.MakeAsync(programs, user, ClusterPlace.Of(DataFolder.Open(template)), CancellationToken.None), cancellation);
        await ClusterMaker.PrepareStartAsync(user, place, cancellation);
        string[] command =
        [
            .. user.Prefix, programs.Path("postgres"), "-D", place.Cluster, "-c", "listen_addresses=", "-c", "unix_socket_directories=" + place.Socket,
            .. settings.SelectMany(setting => new[] { "-c", setting }),
        ];
        var process = WatchedProcess.Start(command, "INT", ClusterMaker.CleanEnvironment, onLine: null);
        var connectionString = $"Host={place.Socket};Username={ClusterSettings.Superuser};Database=postgres;Pooling=false";
        await Poll.UntilAsync(() => AnswersAsync(connectionString, cancellation), AnswersWithin, "the given PostgreSQL answers", cancellation);
        return new GivenPostgres(folder, place.Cluster, process, connectionString);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(AnswersWithin);
        await _process.StopAsync(deadline.Token);
        _process.Dispose();
        await PostgresProcesses.WaitUntilNoneAsync(Path.GetDirectoryName(_cluster)!, CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<bool> AnswersAsync(string connectionString, CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
