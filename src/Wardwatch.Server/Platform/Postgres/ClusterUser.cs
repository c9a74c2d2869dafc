using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Processes;

namespace Wardwatch.Server.Platform.Postgres;

/// <summary>The operating system's user under whom the private PostgreSQL runs: this one, or <c>postgres</c> when this one is root, which PostgreSQL refuses.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="Prefix">What comes before a command so that it runs as that user.</param>
internal sealed record ClusterUser(string Name, IReadOnlyList<string> Prefix)
{
    private const string ForRoot = "postgres";

    /// <summary>True if commands change the user.</summary>
    public bool IsAnother => Prefix.Count > 0;

    /// <summary>Finds out which user that is.</summary>
    /// <exception cref="StartupException">Root, without a user or a program to change to.</exception>
    public static ClusterUser Find()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new ClusterUser(Environment.UserName, []);
        }

        if (!File.ReadLines("/etc/passwd").Any(line => line.StartsWith(ForRoot + ":", StringComparison.Ordinal)))
        {
            throw new StartupException("PostgreSQL does not run as root, and there is no user 'postgres' to run it as.", "Start Wardwatch as an ordinary user, or install PostgreSQL from your distribution, which makes that user.");
        }

        if (ExecutableFinder.OnPath("setpriv") is { } setpriv)
        {
            return new ClusterUser(ForRoot, [setpriv, "--reuid=" + ForRoot, "--regid=" + ForRoot, "--init-groups", "--"]);
        }

        return ExecutableFinder.OnPath("runuser") is { } runuser
            ? new ClusterUser(ForRoot, [runuser, "-u", ForRoot, "--"])
            : throw new StartupException("PostgreSQL does not run as root, and neither setpriv nor runuser is there to change the user.", "Start Wardwatch as an ordinary user, or install util-linux.");
    }

    /// <summary>Runs a short command as this user.</summary>
    public Task<ShortCommand.Result> RunAsync(IReadOnlyList<string> command, CancellationToken cancellation) =>
        ShortCommand.RunAsync([.. Prefix, .. command], cancellation);
}
