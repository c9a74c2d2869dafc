using System.CommandLine;
using System.Security.Cryptography;
using Wardwatch.Benchmarks.Proof.Faults;
using Wardwatch.Benchmarks.Proof.Nodes;

namespace Wardwatch.Benchmarks.Proof;

/// <summary><c>prove</c>: kills, the order of acknowledgement and disk, negative controls, faults.</summary>
internal static class ProveVerb
{
    private const int DefaultKills = 20;
    private const int MostKills = 100_000;

    private static readonly Option<int?> Kills = new("--kills") { Description = $"Kill so often, 0 to {MostKills:N0} (default: {DefaultKills})" };
    private static readonly Option<bool> Order = new("--order") { Description = "Only check with strace that the log is on disk before each PUBACK is sent" };
    private static readonly Option<bool> Controls = new("--controls") { Description = "Only the negative controls: faults that are planted must be found" };
    private static readonly Option<bool> Faults = new("--faults") { Description = "Only faults beyond killing: PostgreSQL hangs, is away, fails at fdatasync, the disk is full" };
    private static readonly Option<double> Minutes = new("--minutes") { Description = "How long PostgreSQL hangs and is away in --faults, 0.1 to 60", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> NodeCount = new("--nodes") { Description = "Only kills among so many nodes over RabbitMQ, 2 to 8; --minutes says for how long", DefaultValueFactory = _ => 0 };
    private static readonly Option<double> KillEvery = new("--kill-every") { Description = "Seconds between two kills of a node", DefaultValueFactory = _ => 5 };
    private static readonly Option<bool> Drain = new("--drain") { Description = "With --nodes: no kills; each node in its turn is drained, ends, and starts again" };
    private static readonly Option<int> Rate = new("--rate") { Description = "Readings a second in all, with --nodes", DefaultValueFactory = _ => 3000 };
    private static readonly Option<int?> Seed = new("--seed") { Description = "Repeat an earlier run's choices, though not its scheduling" };
    private static readonly Option<int> Devices = new("--devices") { Description = "Devices, each of a patient of its own, 4 to 1,000", DefaultValueFactory = _ => 24 };
    private static readonly Option<int> Messages = new("--messages") { Description = "Readings of the check with strace, 10 to 10,000", DefaultValueFactory = _ => 200 };
    private static readonly Option<bool> Keep = new("--keep") { Description = "Leave the data folder behind" };

    public static Command Create(Option<bool> json)
    {
        var command = new Command("prove", "Kill server and database under load, and compare what was acknowledged with what the database decrypts to")
        {
            Kills, Order, Controls, Faults, NodeCount, KillEvery, Drain, Rate, Minutes, Seed, Devices, Messages, Keep,
        };
        command.SetAction((parsed, cancellation) => parsed.GetValue(NodeCount) > 0 ? RunNodesAsync(parsed, new Report(parsed.GetValue(json)), cancellation) : RunAsync(Plan(parsed), new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunNodesAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var plan = new NodesPlan(
            parsed.GetValue(NodeCount), TimeSpan.FromMinutes(Math.Clamp(parsed.GetValue(Minutes), 0.1, 600)), TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(KillEvery), 0.5, 3600)),
            parsed.GetValue(Drain), Math.Clamp(parsed.GetValue(Rate), 75, 100_000), parsed.GetValue(Seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue));
        if (plan.Nodes is < 2 or > 8) throw new BenchmarkException("Nodes are from 2 to 8.");
        var result = await new NodesRun(plan).RunAsync(cancellation);
        report.Result(NodesRun.Table(result), result);
        return result.IsClean ? 0 : 1;
    }

    private static ProofPlan Plan(ParseResult parsed)
    {
        var (order, controls, faults) = (parsed.GetValue(Order), parsed.GetValue(Controls), parsed.GetValue(Faults));
        var all = !order && !controls && !faults;
        var plan = new ProofPlan(
            parsed.GetValue(Kills) ?? (all ? DefaultKills : 0), order || all, controls || all, faults, TimeSpan.FromMinutes(Math.Clamp(parsed.GetValue(Minutes), 0.1, 60)),
            parsed.GetValue(Seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue),
            parsed.GetValue(Devices), parsed.GetValue(Messages), parsed.GetValue(Keep));
        if (plan.Kills is < 0 or > MostKills || plan.Devices is < 4 or > 1_000 || plan.Messages is < 10 or > 10_000)
            throw new BenchmarkException($"Kills are from 0 to {MostKills:N0}, devices from 4 to 1,000, messages from 10 to 10,000.");
        return plan;
    }

    private static async Task<int> RunAsync(ProofPlan plan, Report report, CancellationToken cancellation)
    {
        if (plan.Faults && await FaultVerb.RunInNamespaceAsync(Environment.GetCommandLineArgs()[1..], cancellation) is { } code) return code;
        var result = await new ProofRun(plan, report).RunAsync(cancellation);
        report.Result(ProofTable.Create(result), result);
        return result.IsClean ? 0 : 1;
    }
}
