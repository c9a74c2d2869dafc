using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Nodes;

/// <summary>Who this process is among those of its installation.</summary>
internal sealed class NodeIdentity
{
    /// <summary>Where a name that nobody gave is kept.</summary>
    public const string NameFile = "node-name";

    public NodeIdentity(ProcessRoles roles, IOptions<ClusterOptions> options, InstallationFiles files, TimeProvider time)
    {
        Name = string.IsNullOrWhiteSpace(options.Value.Node) ? KeptName(files) : options.Value.Node;
        (Roles, StartedAt) = (roles.Names, time.GetUtcNow());
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Drawn at each start.</summary>
    public Guid Instance { get; } = Guid.NewGuid();

    /// <summary>What it does.</summary>
    public IReadOnlyList<string> Roles { get; }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>The program's version, without the commit it was built from.</summary>
    public static string Version { get; } =
        typeof(NodeIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    // A data folder serves one process at a time, so that what is kept there names one process.
    private static string KeptName(InstallationFiles files)
    {
        if (files.Lines(NameFile) is [{ Length: > 0 } kept, ..])
        {
            return kept;
        }

        var machine = new string([.. Environment.MachineName.ToLowerInvariant().Where(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-').Take(40)]);
        var drawn = $"{(machine.Length > 0 ? machine : "node")}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}";
        files.Append(NameFile, [drawn]);
        return drawn;
    }
}
