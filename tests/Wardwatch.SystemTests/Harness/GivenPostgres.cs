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
    public string ConnectionString { get; private set; }

    /// <summary>The folder in which it lies.</summary>
    public string Data => _folder;

    /// <summary>Makes and starts one.</summary>
    /// <param name="settings">Settings as <c>fsync=off</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<GivenPostgres> StartAsync(IEnumerable<string> settings, CancellationToken cancellation)
    {
        var folder = ServerProcess.NewFolder();
        var programs = await PostgresPrograms.FindAsync(givenFolder: null, neededMajor: null, cancellation);
        await Prepared.ClusterAsync(folder, template => ClusterMaker.MakeAsync(programs, ClusterUser.Find(), ClusterPlace.Of(DataFolder.Open(template)), CancellationToken.None), cancellation);
        return await RunAsync(folder, programs, settings, cancellation);
    }

    /// <summary>Makes one that has the seeded hospital, and starts it; <see cref="Data"/> has the hospital's keys, devices and accounts.</summary>
    /// <param name="patients">How many patients there are: 3, 8, 24 or 120, each of which is seeded once and copied.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<GivenPostgres> StartSeededAsync(int patients, CancellationToken cancellation)
    {
        var folder = ServerProcess.NewFolder();
        await Prepared.SeedAsync(folder, patients, cancellation);
        var given = await RunAsync(folder, await PostgresPrograms.FindAsync(givenFolder: null, neededMajor: null, cancellation), [], cancellation);

        // For servers it is a given database, whose owner they sign in as.
        await using (var superuser = NpgsqlDataSource.Create(given.ConnectionString))
        await using (var grant = superuser.CreateCommand("grant wardwatch_service, wardwatch_tenant to wardwatch"))
        {
            await grant.ExecuteNonQueryAsync(cancellation);
        }

        given.ConnectionString = ServerProcess.PrivateConnectionString(folder);
        return given;
    }

    private static async Task<GivenPostgres> RunAsync(string folder, PostgresPrograms programs, IEnumerable<string> settings, CancellationToken cancellation)
    {
        var user = ClusterUser.Find();
        var place = ClusterPlace.Of(DataFolder.Open(folder));
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
