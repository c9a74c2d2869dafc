using System.CommandLine;
using System.Text.Json;
using Npgsql;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Cluster.Contracts;
using Wardwatch.Server.Cluster.Nodes;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cli;

/// <summary><c>ward drain</c>: empties a node, and waits until it has ended.</summary>
internal static class DrainVerb
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(500);

    public static Command Create()
    {
        var data = VerbOptions.Data();
        var json = VerbOptions.Json();
        var node = new Option<string?>("--node") { HelpName = "NAME", Description = "The node (default: the one that serves from the data folder, or the only one)." };
        var force = new Option<bool>("--force") { Description = "Even if nobody else does what it does." };
        var command = new Command("drain", "Let a node take nothing new, give back what it has, and end; waits until it has.") { node, force, data, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            await using var installation = await CommandInstallation.OpenAsync(arguments.GetValue(data), cancellation);
            var list = new NodeList(installation.Database);
            var name = arguments.GetValue(node) ?? await OwnAsync(installation, list, cancellation);
            switch (await list.DrainAsync(name, arguments.GetValue(force), cancellation))
            {
                case DrainOutcome.Unknown:
                    throw new StartupException($"There is no node {name}, or it is gone.", "GET /api/system and the system page list the nodes.");
                case DrainOutcome.LastNode:
                    throw new StartupException($"Nobody else does what node {name} does.", "Start another node first, or say --force.");
            }

            await RecordAsync(installation, name, cancellation);
            await WaitAsync(list, name, arguments.GetValue(json), cancellation);
            return CommandLine.Success;
        });
        return command;
    }

    private static async Task<string> OwnAsync(Installation installation, NodeList list, CancellationToken cancellation)
    {
        var up = (await list.ReadAsync(cancellation)).Where(node => node.State != NodeState.Gone).Select(node => node.Name).ToList();
        var kept = new InstallationFiles(installation.Data).Lines(NodeIdentity.NameFile) is [var first, ..] ? first : null;
        return kept is not null && up.Contains(kept) ? kept
            : up is [var only] ? only
            : throw new StartupException("It is not clear which node is meant.", up.Count == 0 ? "No node is up." : $"Name one with --node: {string.Join(", ", up)}.");
    }

    // It concerns every hospital of the installation.
    private static async Task RecordAsync(Installation installation, string name, CancellationToken cancellation)
    {
        var audit = new ToolAudit(installation);
        foreach (var hospital in await new HospitalRegistry(installation.Database, installation.Keyring).AllAsync(cancellation))
        {
            await audit.RecordAsync(AuditEntry.OfTool(hospital.TenantId, AuditActions.DrainNode) with { Detail = name }, cancellation);
        }
    }

    private static async Task WaitAsync(NodeList list, string name, bool json, CancellationToken cancellation)
    {
        string? said = null;
        while (await FindAsync(list, name, cancellation) is { State: not NodeState.Gone } node)
        {
            var line = $"{name}: {(node.State == NodeState.Draining ? "draining" : "asked")}, {node.Devices ?? 0} devices, {node.Partitions ?? 0} partitions, {node.Queues.Sum(queue => queue.Waiting)} waiting";
            if (!json && line != said)
            {
                Console.WriteLine(said = line);
            }

            await Task.Delay(Between, cancellation);
        }

        Console.WriteLine(json ? JsonSerializer.Serialize(new { name, state = "gone" }, JsonSerializerOptions.Web) : $"{name} has ended.");
    }

    /// <summary>The node; null when it is gone, also together with its own PostgreSQL.</summary>
    private static async Task<NodeEntry?> FindAsync(NodeList list, string name, CancellationToken cancellation)
    {
        try
        {
            return (await list.ReadAsync(cancellation)).FirstOrDefault(node => node.Name == name);
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }
}
