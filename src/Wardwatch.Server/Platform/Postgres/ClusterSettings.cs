using Wardwatch.Server.Platform.Database;

namespace Wardwatch.Server.Platform.Postgres;

/// <summary>How the private PostgreSQL is configured.</summary>
internal static class ClusterSettings
{
    /// <summary>The database and its owner, which is no superuser.</summary>
    public const string Role = "wardwatch";

    /// <summary>The superuser that <c>initdb</c> makes.</summary>
    public const string Superuser = "postgres";

    /// <summary>
    /// Appended to <c>postgresql.conf</c> once, when the cluster is made: an administrator may change these there. Sized for a small machine
    /// that also runs the server.
    /// </summary>
    public const string Tuning = """

        # Wardwatch: sizes for a small machine; change them freely.
        shared_buffers = 256MB
        work_mem = 16MB
        maintenance_work_mem = 64MB
        max_connections = 50
        wal_buffers = 16MB
        min_wal_size = 256MB
        max_wal_size = 1GB
        checkpoint_timeout = 15min
        jit = off
        idle_in_transaction_session_timeout = 60s
        timezone = 'UTC'
        log_timezone = 'UTC'
        log_filename = 'postgresql-%a.log'
        log_truncate_on_rotation = on
        log_rotation_age = 1d
        log_rotation_size = 50MB
        log_line_prefix = '%m [%p] '
        log_checkpoints = off

        """;

    /// <summary>
    /// Given on the command line, above every file: what the promises rest on. Nobody reaches the server but through its socket; what is acknowledged is
    /// on disk; no value of a statement reaches a log.
    /// </summary>
    public static IEnumerable<string> Fixed(string socketFolder, string logFolder) =>
    [
        "listen_addresses=",
        "unix_socket_directories=" + socketFolder,
        "unix_socket_permissions=0700",
        "port=5432",
        "fsync=on",
        "full_page_writes=on",
        "synchronous_commit=on",
        "logging_collector=on",
        "log_directory=" + logFolder,
        "log_destination=stderr",
        "log_statement=none",
        "log_parameter_max_length=0",
        "log_parameter_max_length_on_error=0",
        "log_error_verbosity=terse",
    ];

    /// <summary>The operating system says who is at the other end of the socket; there is no password to lose. The superuser may copy the cluster: that is a base backup.</summary>
    public const string HostBasedAccess = """
        # Written by Wardwatch at each start.
        local  all  all  peer  map=wardwatch
        local  replication  postgres  peer  map=wardwatch
        """;

    /// <summary>Which users of the operating system may be which role: whoever runs PostgreSQL, whoever runs the server, and root, who can become either.</summary>
    public static string UserMap(string clusterUser, string serverUser) =>
        "# Written by Wardwatch at each start.\n" + string.Concat(
            new[] { clusterUser, serverUser, "root" }.Distinct(StringComparer.Ordinal)
                .SelectMany(user => new[] { Role, DatabaseRoles.Service, DatabaseRoles.Tenant, Superuser }.Select(role => $"wardwatch  \"{user}\"  {role}\n")));
}
