using System.Globalization;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Database;
using Wardwatch.Server.Platform.Processes;

namespace Wardwatch.Server.Platform.Postgres;

/// <summary>
/// A PostgreSQL of this installation's own: made at the first start, started and stopped with the server, reached through a socket that only its user and
/// the server's may open. It ends when the server ends, in whatever way, and is started again when it dies alone.
/// </summary>
internal sealed partial class PrivateCluster : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan OldPostmasterGoes = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FastStop = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenRestarts = TimeSpan.FromSeconds(1);

    private readonly PostgresPrograms _programs;
    private readonly ClusterUser _user;
    private readonly ClusterPlace _place;
    private readonly TimeProvider _time;
    private readonly TimeSpan _startDeadline;
    private readonly ILogger _log;
    private readonly NpgsqlDataSource _superuser;
    private readonly CancellationTokenSource _stopping = new();
    private WatchedProcess? _process;
    private Task _supervision = Task.CompletedTask;

    private PrivateCluster(PostgresPrograms programs, ClusterUser user, ClusterPlace place, TimeSpan startDeadline, TimeProvider time, ILogger log)
    {
        _programs = programs;
        _user = user;
        _place = place;
        _startDeadline = startDeadline;
        _time = time;
        _log = log;
        _superuser = new NpgsqlDataSourceBuilder(ConnectionString(place, ClusterSettings.Superuser, "postgres") + ";Pooling=false") { Name = "superuser" }.Build();
    }

    /// <summary>How a client of the installation's database connects; PostgreSQL need not run for the answer.</summary>
    public static string ConnectionString(DataFolder data) => ConnectionString(ClusterPlace.Of(data), ClusterSettings.Role, ClusterSettings.Role);

    /// <summary>The same as a role of the server's own, which the socket lets in as it does the owner.</summary>
    public static string ConnectionString(DataFolder data, string role) => ConnectionString(ClusterPlace.Of(data), role, ClusterSettings.Role);

    /// <summary>Makes the cluster if there is none, starts it, and waits until it answers.</summary>
    /// <exception cref="StartupException">PostgreSQL is missing, may not run, or does not come up.</exception>
    public static async Task<PrivateCluster> StartAsync(DataFolder data, PlatformOptions options, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        var user = ClusterUser.Find();
        var place = await ClusterPlace.PrepareAsync(data, user, cancellation);
        var programs = await PostgresPrograms.FindAsync(options.PostgresFolder, place.Major, cancellation);
        var cluster = new PrivateCluster(programs, user, place, TimeSpan.FromSeconds(options.PostgresStartSeconds), time, log);
        try
        {
            if (place.Major is null)
            {
                LogMaking(log, place.Cluster, programs.Major);
                await ClusterMaker.MakeAsync(programs, user, place, cancellation);
            }

            await ClusterMaker.PrepareStartAsync(user, place, cancellation);
            await cluster.StartOnceAsync(cancellation);
            await cluster.EnsureDatabaseAsync(cancellation);
            cluster._supervision = cluster.SuperviseAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops PostgreSQL in order: open transactions are rolled back, everything is on disk, the next start needs no recovery.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervision;
        await _superuser.DisposeAsync();
        if (_process is { } process)
        {
            using var deadline = new CancellationTokenSource(FastStop, _time);
            if (!await process.StopAsync(deadline.Token))
            {
                LogImmediate(_log, FastStop.TotalSeconds);
                await PgCtlAsync("immediate", CancellationToken.None);
            }

            process.Dispose();
            _process = null;
            RemoveSocketFolder();
        }

        _stopping.Dispose();
    }

    /// <summary>Nothing of the installation stays behind in the folder for temporary files. What is still in it, or belongs to somebody else, stays.</summary>
    private void RemoveSocketFolder()
    {
        try
        {
            Directory.Delete(_place.Socket);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogFolderStays(_log, _place.Socket, e.Message);
        }
    }

    private static string ConnectionString(ClusterPlace place, string role, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = place.Socket,
        Port = 5432,
        Username = role,
        Database = database,
        ApplicationName = "wardwatch",

        // Of the 50 connections that a cluster allows; a request needs one for as long as its statements run.
        MaxPoolSize = 20,

        // Also how long a cancellation waits for a database that hangs: it is on this machine, so that more would only delay the news.
        Timeout = 5,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    private async Task StartOnceAsync(CancellationToken cancellation)
    {
        await ClearOldPostmasterAsync(cancellation);
        _process?.Dispose();
        string[] command =
        [
            .. _user.Prefix, _programs.Path("postgres"), "-D", _place.Cluster,
            .. ClusterSettings.Fixed(_place.Socket, _place.Logs).SelectMany(setting => new[] { "-c", setting }),
        ];
        _process = WatchedProcess.Start(command, "INT", ClusterMaker.CleanEnvironment, onLine: null);
        await WaitUntilAnsweringAsync(_process, cancellation);
    }

    // After the server was killed, its watcher is stopping PostgreSQL: wait for that. If the watcher was killed as well, the old PostgreSQL is
    // ours to stop, since the lock on the data folder says that no other server uses it.
    private async Task ClearOldPostmasterAsync(CancellationToken cancellation)
    {
        var began = _time.GetTimestamp();
        while (OldPostmaster() is { } process)
        {
            if (_time.GetElapsedTime(began) > OldPostmasterGoes)
            {
                LogStoppingOld(_log, process);
                await PgCtlAsync("fast", cancellation);
                began = _time.GetTimestamp();
            }

            await Task.Delay(Poll, _time, cancellation);
        }
    }

    private int? OldPostmaster()
    {
        try
        {
            var first = File.ReadLines(Path.Combine(_place.Cluster, "postmaster.pid")).FirstOrDefault();
            return int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var process) && IsOurPostmaster(process) ? process : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    // The file may be left from before a reboot, and its number may be another program's by now.
    private bool IsOurPostmaster(int process)
    {
        if (!Directory.Exists("/proc/self"))
        {
            return Environment.ProcessId != process && System.Diagnostics.Process.GetProcesses().Any(p => p.Id == process && p.ProcessName.Contains("postgres", StringComparison.Ordinal));
        }

        var commandLine = $"/proc/{process}/cmdline";
        return File.Exists(commandLine) && File.ReadAllText(commandLine).Split('\0').Contains(_place.Cluster, StringComparer.Ordinal);
    }

    private async Task WaitUntilAnsweringAsync(WatchedProcess process, CancellationToken cancellation)
    {
        var began = _time.GetTimestamp();
        while (true)
        {
            if (process.Exited.IsCompleted)
            {
                throw new StartupException($"PostgreSQL did not start: {LastLine(process)}", $"Its logs are in {_place.Logs}.");
            }

            try
            {
                await using var connection = await _superuser.OpenConnectionAsync(cancellation);
                LogAnswering(_log, _programs.Major, (int)_time.GetElapsedTime(began).TotalMilliseconds);
                return;
            }
            catch (NpgsqlException error) when (error is not PostgresException { SqlState: not (PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections) })
            {
                if (_time.GetElapsedTime(began) > _startDeadline)
                {
                    throw new StartupException($"PostgreSQL did not answer within {_startDeadline.TotalSeconds:0} s: {error.Message}", $"Its logs are in {_place.Logs}; a long recovery may need a larger Wardwatch__Platform__PostgresStartSeconds.", error);
                }
            }

            await Task.Delay(Poll, _time, cancellation);
        }
    }

    private static string LastLine(WatchedProcess process) =>
        process.LastLines.Split('\n').LastOrDefault(line => line.Contains("FATAL", StringComparison.Ordinal) || line.Contains("ERROR", StringComparison.Ordinal))
            ?? process.LastLines.Split('\n').Last();

    private async Task EnsureDatabaseAsync(CancellationToken cancellation)
    {
        await using var connection = await _superuser.OpenConnectionAsync(cancellation);
        await using var exists = new NpgsqlCommand("select exists (select from pg_roles where rolname = $1), exists (select from pg_database where datname = $1)", connection);
        exists.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ClusterSettings.Role });
        bool role;
        bool database;
        await using (var reader = await exists.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            (role, database) = (reader.GetBoolean(0), reader.GetBoolean(1));
        }

        if (!role)
        {
            await using var create = new NpgsqlCommand($"create role {ClusterSettings.Role} login", connection);
            await create.ExecuteNonQueryAsync(cancellation);
        }

        if (!database)
        {
            await using var create = new NpgsqlCommand($"create database {ClusterSettings.Role} owner {ClusterSettings.Role}", connection);
            await create.ExecuteNonQueryAsync(cancellation);
        }

        await using var roles = new NpgsqlCommand(DatabaseRoles.Make, connection);
        await roles.ExecuteNonQueryAsync(cancellation);
    }

    private async Task SuperviseAsync()
    {
        try
        {
            while (true)
            {
                var code = await _process!.Exited.WaitAsync(_stopping.Token);
                LogDied(_log, code);
                await Task.Delay(BetweenRestarts, _time, _stopping.Token);
                try
                {
                    await StartOnceAsync(_stopping.Token);
                }
                catch (StartupException error)
                {
                    LogRestartFailed(_log, error.Message);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The server stops, and PostgreSQL with it.
        }
    }

    private Task<ShortCommand.Result> PgCtlAsync(string mode, CancellationToken cancellation) =>
        _user.RunAsync([_programs.Path("pg_ctl"), "stop", "-D", _place.Cluster, "-m", mode, "-t", "30"], cancellation);

    [LoggerMessage(1000, LogLevel.Information, "Making a private PostgreSQL {Major} in {Cluster}")]
    private static partial void LogMaking(ILogger log, string cluster, int major);

    [LoggerMessage(1001, LogLevel.Information, "The private PostgreSQL {Major} answers after {Milliseconds} ms")]
    private static partial void LogAnswering(ILogger log, int major, int milliseconds);

    [LoggerMessage(1002, LogLevel.Warning, "A PostgreSQL of an earlier start still runs (process {Process}): stopping it")]
    private static partial void LogStoppingOld(ILogger log, int process);

    [LoggerMessage(1003, LogLevel.Error, "The private PostgreSQL ended by itself (code {Code}): starting it again")]
    private static partial void LogDied(ILogger log, int code);

    [LoggerMessage(1004, LogLevel.Error, "The private PostgreSQL could not be started again: {Cause}")]
    private static partial void LogRestartFailed(ILogger log, string cause);

    [LoggerMessage(1006, LogLevel.Debug, "The folder {Socket} stays: {Reason}")]
    private static partial void LogFolderStays(ILogger log, string socket, string reason);

    [LoggerMessage(1005, LogLevel.Warning, "The private PostgreSQL did not stop within {Seconds} s: stopping it at once; its next start recovers")]
    private static partial void LogImmediate(ILogger log, double seconds);
}
