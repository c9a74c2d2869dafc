namespace Wardwatch.Server.Cluster.Queue;

/// <summary>The name under which people know this process.</summary>
internal sealed record NodeName(string Value);
