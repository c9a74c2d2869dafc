using System.Globalization;
using Npgsql;
using Spectre.Console;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Mqtt;

namespace Wardwatch.Benchmarks.Proof.Nodes;

/// <summary>Kills among several nodes, or their orderly restart one after another.</summary>
/// <param name="Nodes">How many, each gateway and monitor; beside them is one that has the database and is not killed.</param>
/// <param name="Length">How long load lasts.</param>
/// <param name="KillEvery">The time between two kills.</param>
/// <param name="Drains">Instead of killing, each node in its turn is drained and started again when it has ended; the next one then.</param>
/// <param name="Rate">Readings a second in all.</param>
/// <param name="Seed">Of the choices.</param>
internal sealed record NodesPlan(int Nodes, TimeSpan Length, TimeSpan KillEvery, bool Drains, int Rate, int Seed);

/// <summary>What kills among several nodes have shown.</summary>
/// <param name="Seed">Repeats the choices, though not the scheduling.</param>
/// <param name="Kills">How many, or how many restarts.</param>
/// <param name="AcknowledgedPerSecond">Of readings, while nodes were killed.</param>
/// <param name="LongestWithoutOwner">The longest that a partition was without a living owner, in seconds.</param>
/// <param name="LongestUnseen">The longest time between two frames of one patient at a screen, in seconds.</param>
/// <param name="WrongOrder">Readings that were taken as current although their device had measured later ones that were received before.</param>
/// <param name="Account">Acknowledged against stored.</param>
internal sealed record NodesResult(int Seed, int Kills, double AcknowledgedPerSecond, double LongestWithoutOwner, double LongestUnseen, long WrongOrder, Account Account)
{
    /// <summary>True if nothing is lost, doubled or wrong, and the order holds.</summary>
    public bool IsClean => Account.IsClean && WrongOrder == 0 && Account.Acknowledged > 0;
}

/// <summary>Load on several nodes, one of which is killed every few seconds and started again; then the account.</summary>
internal sealed class NodesRun(NodesPlan plan)
{
    private const int PerDevice = 75; // a device of two per tick at most
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StoredWithin = TimeSpan.FromMinutes(2);

    // What was taken as current was received after everything that its device had measured before, whichever gateway had it.
    private const string WrongOrder = """
        select count(*) from (
            select flags, received_at, max(received_at) over (partition by device_no, boot_id order by counter rows between unbounded preceding and 1 preceding) as before from readings) as r
        where flags & 1 = 0 and received_at < before
        """;

    private readonly Random _random = new(plan.Seed);
    private readonly Dictionary<int, (long Epoch, long Since)> _ownerless = [];
    private readonly Lock _gate = new();
    private double _longest;

    /// <summary>Runs it.</summary>
    public async Task<NodesResult> RunAsync(CancellationToken cancellation)
    {
        Report.Line(string.Create(CultureInfo.InvariantCulture, $"seed {plan.Seed}"));
        var count = Math.Max(1, plan.Rate / PerDevice);
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Wardwatch__Staff__SecondFactorRequired"] = "false" };
        await using var cluster = await ClusterUnderTest.StartAsync(count, settings, cancellation, "worker,web");
        for (var i = 0; i < plan.Nodes; i++) await cluster.StartNodeAsync("gateway,monitor", cancellation);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var devices = Devices(cluster);
        var running = devices.Select(device => device.RunAsync(ended.Token)).ToList();
        var watching = WatchAsync(cluster, ended.Token);
        var gaps = new LiveGaps();
        await using var screen = new Screen(cluster.Hospital, gaps.Take);
        try
        {
            var began = TimeProvider.System.GetTimestamp();
            var kills = await (plan.Drains ? RestartAsync(cluster, devices, cancellation) : KillAsync(cluster, devices, cancellation));
            var rate = devices.Sum(device => (long)device.Acknowledged) / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            var (seen, unseen) = gaps.Read();
            if (seen < count) throw new BenchmarkException($"The screen has seen {seen} of {count} patients ({screen.Problem ?? "it was connected all the time"}).");
            devices.ForEach(device => device.Finish());
            await Task.WhenAll(running).WaitAsync(StoredWithin, cancellation);
            await StoredAsync(cluster.Database, devices.Sum(device => (long)device.Acknowledged), cancellation);
            var account = await Accountant.TakeAsync(cluster.Hospital.Data, devices, cancellation);
            return new(plan.Seed, kills, rate, _longest, unseen.TotalSeconds, await ScalarAsync(cluster.Database, WrongOrder, cancellation), account);
        }
        finally
        {
            await ended.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The result as a table.</summary>
    public static Table Table(NodesResult result) => new Table().AddColumns("Kills or restarts", "Acknowledged", "a second", "Lost", "Doubled", "Wrong", "Order", "Longest without owner", "Longest between frames")
        .AddRow($"{result.Kills}", $"{result.Account.Acknowledged:N0}", Report.Number(result.AcknowledgedPerSecond), $"{result.Account.Lost}", $"{result.Account.Doubled}",
            $"{result.Account.Wrong + result.Account.Foreign}", $"{result.WrongOrder + result.Account.OutOfOrder}", string.Create(CultureInfo.InvariantCulture, $"{result.LongestWithoutOwner:0.0} s"), string.Create(CultureInfo.InvariantCulture, $"{result.LongestUnseen:0.0} s"));

    // A device goes to any node, and after a lost connection to the next one that answers.
    private List<ProofDevice> Devices(ClusterUnderTest cluster)
    {
        var addresses = cluster.Nodes.Select(node => node.MqttAddress()).ToArray();
        return [.. cluster.Hospital.Devices().Select((credentials, index) =>
        {
            var next = index;
            return new ProofDevice(
                credentials, cancel => addresses[next++ % addresses.Length].DialAsync(cancel), new DeviceHabits(index % 2 == 0 ? MqttVersion.V500 : MqttVersion.V311, _random.Next(), MayForget: false, Window: 200, MostPerTick: 2));
        })];
    }

    private async Task<int> KillAsync(ClusterUnderTest cluster, List<ProofDevice> devices, CancellationToken cancellation)
    {
        var (began, kills, restarting) = (TimeProvider.System.GetTimestamp(), 0, new Dictionary<ClusterNode, Task>());
        while (TimeProvider.System.GetElapsedTime(began) + plan.KillEvery < plan.Length)
        {
            await Task.Delay(plan.KillEvery, cancellation);
            var alive = cluster.Nodes.Where(node => restarting.GetValueOrDefault(node, Task.CompletedTask).IsCompletedSuccessfully).ToList(); // one that is still starting is let be
            if (alive.Count < 2) continue;
            var victim = alive[_random.Next(alive.Count)];
            await victim.KillAsync(cancellation);
            await OrphanedAsync(cluster, victim, cancellation);
            restarting[victim] = victim.StartAsync(cancellation);
            kills++;
            Report.Line(string.Create(CultureInfo.InvariantCulture, $"kill {kills} at {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s; {devices.Sum(device => (long)device.Acknowledged):N0} acknowledged"));
        }

        await Task.WhenAll(restarting.Values);
        return kills;
    }

    // As a new version is brought in: the next node goes when the one before is there again and has its share.
    private async Task<int> RestartAsync(ClusterUnderTest cluster, List<ProofDevice> devices, CancellationToken cancellation)
    {
        var (began, restarts) = (TimeProvider.System.GetTimestamp(), 0);
        while (TimeProvider.System.GetElapsedTime(began) < plan.Length)
        {
            var node = cluster.Nodes[restarts % cluster.Nodes.Count];
            await cluster.DrainAsync(node, cancellation);
            await OrphanedAsync(cluster, node, cancellation);
            var code = await node.EndAsync(cancellation);
            if (code != 0) throw new BenchmarkException($"{node.Name} was drained and ended with code {code}:\n{node.Log}");
            await node.StartAsync(cancellation);
            while ((await cluster.PartitionsAsync(cancellation)).All(partition => partition.Node != node.Name)) await Task.Delay(Look, cancellation);
            restarts++;
            Report.Line(string.Create(CultureInfo.InvariantCulture, $"restart {restarts} at {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s; {devices.Sum(device => (long)device.Acknowledged):N0} acknowledged"));
        }

        return restarts;
    }

    // What the killed node had has no owner until somebody, who may be the same node after its start, takes it under the next epoch.
    private async Task OrphanedAsync(ClusterUnderTest cluster, ClusterNode victim, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetTimestamp();
        foreach (var (number, epoch, _) in (await cluster.PartitionsAsync(cancellation)).Where(partition => partition.Node == victim.Name))
        {
            lock (_gate) _ownerless.TryAdd(number, (epoch, now));
        }
    }

    /// <summary>Measures how long partitions stay with a process that is gone.</summary>
    private async Task WatchAsync(ClusterUnderTest cluster, CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(Look, cancellation);
            foreach (var (number, epoch, node) in await cluster.PartitionsAsync(cancellation))
            {
                lock (_gate)
                {
                    if (node is null || !_ownerless.TryGetValue(number, out var gone) || epoch <= gone.Epoch) continue;
                    _ownerless.Remove(number);
                    _longest = Math.Max(_longest, TimeProvider.System.GetElapsedTime(gone.Since).TotalSeconds);
                }
            }
        }
    }

    private static async Task StoredAsync(NpgsqlDataSource database, long wanted, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (await ScalarAsync(database, "select count(*) from readings", cancellation) < wanted)
        {
            if (TimeProvider.System.GetElapsedTime(began) > StoredWithin) return; // the account says what is missing
            await Task.Delay(500, cancellation);
        }
    }

    private static async Task<long> ScalarAsync(NpgsqlDataSource database, string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 300;
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
