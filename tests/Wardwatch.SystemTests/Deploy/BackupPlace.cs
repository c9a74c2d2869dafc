using Npgsql;
using Shouldly;
using Wardwatch.Server.Platform.Postgres;
using Wardwatch.SystemTests.Harness;

namespace Wardwatch.SystemTests.Deploy;

/// <summary>Where backups go, and the programs of deploy/backup as they would be installed: in a folder that PostgreSQL's user may read.</summary>
internal sealed class BackupPlace : IAsyncDisposable
{
    private static readonly TimeSpan ArchivedWithin = Poll.Patience;

    private readonly ClusterUser _user;

    private BackupPlace(string folder, ClusterUser user)
    {
        Folder = folder;
        _user = user;
    }

    /// <summary>Everything lies in it.</summary>
    public string Folder { get; }

    /// <summary>The base backups.</summary>
    public string Bases => Path.Combine(Folder, "bases");

    /// <summary>The archived log.</summary>
    public string Log => Path.Combine(Folder, "wal");

    /// <summary>A folder in which PostgreSQL's user may make others.</summary>
    public string Open => Path.Combine(Folder, "open");

    private string Installed => Path.Combine(Folder, "installed");

    /// <summary>Makes one.</summary>
    public static async Task<BackupPlace> MakeAsync(CancellationToken cancellation)
    {
        var place = new BackupPlace(ServerProcess.NewFolder(), ClusterUser.Find());
        Directory.CreateDirectory(place.Installed);
        foreach (var program in Directory.GetFiles(Path.Combine(Programs.Root, "deploy", "backup")))
        {
            System.IO.File.Copy(program, Path.Combine(place.Installed, Path.GetFileName(program)));
        }

        foreach (var folder in new[] { place.Bases, place.Log, place.Open })
        {
            Directory.CreateDirectory(folder);
            await OwnAsync(place._user, folder, cancellation);
        }

        return place;
    }

    /// <summary>Runs one of the programs as PostgreSQL's user.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="ward">Whose PostgreSQL it asks, if any.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <param name="asRoot">As the user who runs the test, who is the one who runs the server.</param>
    public Task<Tool.Result> RunAsync(string program, IEnumerable<string> arguments, DemoWard? ward, CancellationToken cancellation, bool asRoot = false)
    {
        string[] connection = ward is null ? [] : ["PGHOST=" + new NpgsqlConnectionStringBuilder(ServerProcess.PrivateConnectionString(ward.Server.Data)).Host, "PGUSER=" + ClusterSettings.Superuser];
        string[] command = [.. asRoot ? [] : _user.Prefix, "env", .. connection, Path.Combine(Installed, program), .. arguments];
        return Tool.RunAsync(command[0], command[1..], cancellation);
    }

    /// <summary>Has the ward's private PostgreSQL archive its log here, as an administrator would in its settings.</summary>
    public async Task ArchiveAsync(DemoWard ward, CancellationToken cancellation)
    {
        var conf = Path.Combine(ClusterPlace.Of(Wardwatch.Server.Platform.DataFolder.Open(ward.Server.Data)).Cluster, "postgresql.conf");
        await System.IO.File.AppendAllTextAsync(conf, $"\narchive_mode = on\narchive_command = '{Path.Combine(Installed, "archive-wal")} %p %f {Log}'\n", cancellation);
        (await ward.Server.TerminateAsync(cancellation)).ShouldBe(0);
        await ward.Server.StartAsync(cancellation);
        await ward.SignInAsync(cancellation);
    }

    /// <summary>Waits until everything that was committed is archived.</summary>
    public async Task FlushAsync(DemoWard ward, CancellationToken cancellation)
    {
        await using var superuser = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ward.Database.ConnectionString) { Username = ClusterSettings.Superuser }.ConnectionString);
        await using var name = superuser.CreateCommand("select pg_walfile_name(pg_switch_wal())");
        var segment = (string)(await name.ExecuteScalarAsync(cancellation))!;
        await Poll.UntilAsync(() => Task.FromResult(System.IO.File.Exists(Path.Combine(Log, segment + ".gz"))), ArchivedWithin, segment + " is archived", cancellation);
    }

    /// <summary>A server in a new folder with what is kept apart from the database.</summary>
    public async Task<ServerProcess> NewInstallationAsync(ServerProcess lost, CancellationToken cancellation)
    {
        var server = ServerProcess.Create();
        foreach (var name in new[] { "master.key", "erased-patients", "audit-checkpoints.txt", "ca.pem", "ca.key", "demo-credentials.json" })
        {
            System.IO.File.Copy(Path.Combine(lost.Data, name), Path.Combine(server.Data, name));
        }

        var cluster = Directory.CreateDirectory(Path.Combine(server.Data, "postgres")).FullName;
        await OwnAsync(_user, cluster, cancellation);
        await OwnAsync(_user, Directory.CreateDirectory(Path.Combine(server.Data, "logs")).FullName, cancellation);
        return server;
    }

    /// <summary>A file that PostgreSQL's user may read and write.</summary>
    public string File(string name, string content)
    {
        var path = Path.Combine(Folder, name);
        System.IO.File.WriteAllText(path, content);
        System.IO.File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        return path;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task OwnAsync(ClusterUser user, string folder, CancellationToken cancellation) =>
        (await Tool.RunAsync("chown", [user.Name, folder], cancellation)).ExitCode.ShouldBe(0);
}
