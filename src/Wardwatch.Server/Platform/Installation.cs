using Npgsql;
using Wardwatch.Server.Platform.Certificates;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Database;
using Wardwatch.Server.Platform.Keys;
using Wardwatch.Server.Platform.Postgres;

namespace Wardwatch.Server.Platform;

/// <summary>
/// One installation, opened: its folder, its database (up, durable, migrated) and its keys. The server holds one while it serves; a command of the
/// command-line tool holds one while it works, beside a running server or alone.
/// </summary>
public sealed class Installation : IAsyncDisposable
{
    private const string ConnectionName = "Wardwatch";

    private readonly FileStream? _lock;
    private PrivateCluster? _cluster;
    private Keyring? _keyring;
    private ServerCertificates? _certificates;

    private Installation(DataFolder data, FileStream? folderLock, string? given)
    {
        Data = data;
        _lock = folderLock;
        ConnectionString = given ?? PrivateCluster.ConnectionString(data);
        Database = Source("wardwatch", DatabaseRoles.Service, static _ => { });
        OneTenant = Source("wardwatch-tenant", DatabaseRoles.Tenant, TenantDatabase.Configure);

        // The private PostgreSQL lets the roles in by name; to a given one the owner connects, and works as them.
        NpgsqlDataSource Source(string name, string role, Action<NpgsqlConnectionStringBuilder> configure)
        {
            var source = new NpgsqlDataSourceBuilder(given is null ? PrivateCluster.ConnectionString(data, role) : given) { Name = name };
            if (given is not null)
            {
                source.ConnectionStringBuilder.Options = $"-c role={role}";
            }

            configure(source.ConnectionStringBuilder);
            return source.Build();
        }
    }

    /// <summary>The folder.</summary>
    public DataFolder Data { get; }

    /// <summary>How to connect to the database as its owner; it names no password where the database is the private one.</summary>
    public string ConnectionString { get; }

    /// <summary>The database, for what concerns all hospitals at once; not as its owner.</summary>
    public NpgsqlDataSource Database { get; }

    /// <summary>The database, for what concerns one hospital.</summary>
    public TenantDatabase Tenants => new(OneTenant);

    private NpgsqlDataSource OneTenant { get; }

    /// <summary>The names of the migrations that opening applied.</summary>
    public IReadOnlyList<string> AppliedMigrations { get; private set; } = [];

    /// <summary>The keys; those of every stored tenant are open.</summary>
    public IKeyring Keyring => _keyring ?? throw new InvalidOperationException("The keys are opened with the installation.");

    /// <summary>The keys, for what rotates them.</summary>
    internal Keyring Keys => _keyring ?? throw new InvalidOperationException("The keys are opened with the installation.");

    /// <summary>The database as its owner, for what rotates keys and for nothing that serves anybody. The caller disposes of it.</summary>
    internal NpgsqlDataSource OpenAsOwner() => new NpgsqlDataSourceBuilder(ConnectionString) { Name = "owner" }.Build();

    /// <summary>The certificates for devices and for HTTPS.</summary>
    public IServerCertificates Certificates => OwnCertificates;

    /// <summary>The same, for what renews them.</summary>
    internal ServerCertificates OwnCertificates => _certificates ?? throw new InvalidOperationException("The certificates are opened with the installation.");

    /// <summary>Opens the installation for a server: nobody else may serve from it at the same time.</summary>
    /// <exception cref="StartupException">Something that the operator can remove.</exception>
    public static Task<Installation> OpenAsync(PlatformOptions options, IConfiguration configuration, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation) =>
        OpenAsync(options, configuration, beside: false, time, loggers, cancellation);

    /// <summary>Opens the installation for a command: beside a running server, whose database it uses, or alone.</summary>
    /// <exception cref="StartupException">Something that the operator can remove.</exception>
    public static Task<Installation> OpenBesideAsync(PlatformOptions options, IConfiguration configuration, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation) =>
        OpenAsync(options, configuration, beside: true, time, loggers, cancellation);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await OneTenant.DisposeAsync();
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        _keyring?.Dispose();
        _certificates?.Dispose();
        if (_lock is not null)
        {
            await _lock.DisposeAsync();
        }
    }

    private static async Task<Installation> OpenAsync(PlatformOptions options, IConfiguration configuration, bool beside, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var log = loggers.CreateLogger<Installation>();
        var data = DataFolder.Open(options.DataFolder);
        var folderLock = data.TryLock();
        if (folderLock is null && !beside)
        {
            throw new StartupException($"Another Wardwatch server uses the data folder {data.Root}.", "Stop it, or name another folder with --data DIR.");
        }

        var given = configuration.GetConnectionString(ConnectionName);
        var isGiven = !string.IsNullOrWhiteSpace(given);
        var installation = new Installation(data, folderLock, isGiven ? Complete(given!) : null);
        try
        {
            if (!isGiven && folderLock is not null)
            {
                installation._cluster = await PrivateCluster.StartAsync(data, options, time, loggers.CreateLogger<PrivateCluster>(), cancellation);
            }

            await installation.PrepareDatabaseAsync(isGiven, log, cancellation);
            await ErasureReplay.RunAsync(installation.Database, new ErasedPatients(data, time), time, log, cancellation);
            installation._keyring = await KeyOpening.OpenAsync(installation.Database, data, options, cancellation);
            installation._certificates = ServerCertificates.Open(data, options, time);
            return installation;
        }
        catch
        {
            await installation.DisposeAsync();
            throw;
        }
    }

    private static string Complete(string given)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(given) { ApplicationName = "wardwatch" };
            return settings.ConnectionString;
        }
        catch (ArgumentException error)
        {
            throw new StartupException($"ConnectionStrings__Wardwatch is not a connection string: {error.Message}", "It looks like: Host=db.example;Username=wardwatch;Password=…;Database=wardwatch", error);
        }
    }

    private async Task PrepareDatabaseAsync(bool given, ILogger log, CancellationToken cancellation)
    {
        await using var owner = new NpgsqlDataSourceBuilder(ConnectionString + ";Pooling=false") { Name = "owner" }.Build();
        await ReachDatabaseAsync(owner, given, cancellation);
        await Durability.RequireAsync(owner, cancellation);
        if (given)
        {
            await DatabaseRoles.RequireAsync(owner, cancellation);
        }

        AppliedMigrations = await MigrationRunner.RunAsync(owner, Migration.Embedded, log, cancellation);
    }

    private async Task ReachDatabaseAsync(NpgsqlDataSource owner, bool given, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await owner.OpenConnectionAsync(cancellation);
        }
        catch (NpgsqlException error)
        {
            throw given
                ? new StartupException($"The database given in ConnectionStrings__Wardwatch cannot be used: {error.Message}", "Check host, port, database, user and password, and that PostgreSQL runs there.", error)
                : new StartupException($"The private PostgreSQL of {Data.Root} cannot be used: {error.Message}", "Run this as the user who runs the server, or as root.", error);
        }
    }
}
