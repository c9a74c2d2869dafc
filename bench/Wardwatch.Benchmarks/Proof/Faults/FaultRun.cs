using System.Globalization;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Proof.Faults;

/// <summary>What a fault has shown.</summary>
/// <param name="Fault">Its name.</param>
/// <param name="Seconds">How long it lasted.</param>
/// <param name="Skipped">Why it was left out; null if it was not.</param>
/// <param name="Seen">What was seen meanwhile.</param>
/// <param name="AcknowledgedDuring">Acknowledgements while it lasted, but for its first five seconds, when what was committed before it may still be answered.</param>
/// <param name="StoresNothing">Whether nothing can be stored while it lasts, and so nothing may be acknowledged.</param>
/// <param name="RecoverySeconds">From its end until storage is said to be well again and a new reading was acknowledged.</param>
/// <param name="SameServer">Whether the same process of the server was there in the end.</param>
internal sealed record FaultResult(string Fault, double Seconds, string? Skipped, FaultSightings? Seen, long AcknowledgedDuring, bool StoresNothing, double RecoverySeconds, bool SameServer)
{
    /// <summary>
    /// True if devices were answered, screens were told the truth, and the server came back by itself. Whether readings were lost is the account's to say.
    /// </summary>
    public bool IsClean => Skipped is not null || (SameServer && !(StoresNothing && AcknowledgedDuring > 0) && Seen is { LiveFalse: 0, NotAlive: 0, RequestsFailed: 0, NotReadyAfterSeconds: not null } seen
        && seen.PingsAnswered == seen.Pings && seen.LiveNewest == seen.LiveAsked && seen.StorageSaid.Keys.Any(said => said != "stored"));
}

/// <summary>The faults of one hospital, and the account over all of them.</summary>
internal sealed record FaultsResult(IReadOnlyList<FaultResult> Faults, Account Account)
{
    /// <summary>True if all of it holds.</summary>
    public bool IsClean => Account.IsClean && Faults.All(fault => fault.IsClean);
}

/// <summary>Faults beyond killing: each begins under load, lasts, and ends; the server must live through it and tell the truth meanwhile.</summary>
internal sealed class FaultRun(int devices, Random random)
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RecoverWithin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    /// <summary>Every fault that this machine can have.</summary>
    public async Task<IReadOnlyList<FaultsResult>> RunAsync(TimeSpan awayFor, CancellationToken cancellation)
    {
        var results = new List<FaultsResult>();
        await using (var hospital = await HospitalUnderTest.StartAsync(new HospitalPlan(devices + 1), cancellation))
        {
            results.Add(await RunAsync(hospital, [Fault.Hung(awayFor), Fault.Away(awayFor), Fault.SyncFails(TimeSpan.FromSeconds(10))], cancellation));
        }

        await using var disk = await SmallDisk.MountAsync(cancellation);
        if (disk is null)
        {
            Report.Line("fault: disk full: skipped, since no file system can be mounted in a namespace of our own");
            return results;
        }

        await using var small = await HospitalUnderTest.StartAsync(new HospitalPlan(devices + 1) { Data = disk.Data }, cancellation);
        results.Add(await RunAsync(small, [Fault.DiskFull(TimeSpan.FromSeconds(20))], cancellation));
        return results;
    }

    private async Task<FaultsResult> RunAsync(HospitalUnderTest hospital, IReadOnlyList<Fault> faults, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var fleet = Fleet.Start(hospital, devices, random, ended.Token);
        try
        {
            using var client = await hospital.OpenClientAsync(cancellation);
            await using var bystander = await Publisher.ConnectAsync(hospital, hospital.Devices()[devices], cancellation);
            var results = new List<FaultResult>();
            foreach (var fault in faults)
            {
                await fleet.LoadAsync(500, cancellation);
                results.Add(await RunAsync(hospital, fault, fleet, new FaultWatch(hospital, client, bystander), cancellation));
                Report.Line($"fault: {Told(results[^1])}");
            }

            await bystander.WhenAcknowledgedAsync(cancellation);
            await fleet.FinishAsync(cancellation);
            var account = await Accountant.TakeAsync(hospital.Data, fleet.Devices, cancellation);
            Report.Line(string.Create(CultureInfo.InvariantCulture, $"after these faults: acknowledged {account.Acknowledged:N0}, lost {account.Lost:N0}, doubled {account.Doubled:N0}, wrong {account.Wrong:N0}, refused {account.Refused:N0}"));
            return new FaultsResult(results, account);
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private static async Task<FaultResult> RunAsync(HospitalUnderTest hospital, Fault fault, Fleet fleet, FaultWatch watch, CancellationToken cancellation)
    {
        var server = hospital.ServerProcess;
        FaultSightings seen;
        long during;
        var end = await fault.BeginAsync(hospital, cancellation);
        if (end is null) return new FaultResult(fault.Name, 0, "this machine cannot have it", Seen: null, 0, fault.StoresNothing, 0, SameServer: true);
        await using (end)
        {
            var watching = watch.RunAsync(fault.Duration, cancellation);
            await Task.Delay(Settling, cancellation);
            var before = fleet.Acknowledged;
            seen = await watching;
            during = fleet.Acknowledged - before;
        }

        var ended = TimeProvider.System.GetTimestamp();
        await RecoverAsync(fleet, watch, fault, cancellation);
        return new FaultResult(fault.Name, fault.Duration.TotalSeconds, Skipped: null, seen, during, fault.StoresNothing, TimeProvider.System.GetElapsedTime(ended).TotalSeconds,
            PostgresProcesses.Server(hospital.Data) == server);
    }

    private static async Task RecoverAsync(Fleet fleet, FaultWatch watch, Fault fault, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        await fleet.RecoverAsync(cancellation);
        while (await watch.StorageAsync(cancellation) != "stored" || !await watch.IsReadyAsync(cancellation))
        {
            if (TimeProvider.System.GetElapsedTime(began) > RecoverWithin) throw new BenchmarkException($"{fault.Name}: the server is not ready {RecoverWithin.TotalMinutes:0} minutes after its end.");
            await Task.Delay(Between, cancellation);
        }
    }

    /// <summary>A fault in words.</summary>
    public static string Told(FaultResult result)
    {
        if (result is not { Seen: { } seen }) return $"{result.Fault}: skipped, {result.Skipped}";
        var said = string.Join(", ", seen.StorageSaid.OrderBy(said => said.Value).Select(said => string.Create(CultureInfo.InvariantCulture, $"\"{said.Key}\" at {said.Value:0.0} s")));
        var ready = seen.NotReadyAfterSeconds is { } after ? string.Create(CultureInfo.InvariantCulture, $"not ready at {after:0.0} s") : "said to be ready all the time";
        return string.Create(CultureInfo.InvariantCulture,
            $"{result.Fault}, {result.Seconds:0} s: {(result.IsClean ? "as it should be" : "NOT AS IT SHOULD BE")}; storage {said}; {ready}; {seen.PingsAnswered} of {seen.Pings} pings answered, longest {seen.LongestPingMilliseconds:0} ms; newest number shown {seen.LiveNewest} of {seen.LiveAsked} times, falsely fresh {seen.LiveFalse}; requests failed {seen.RequestsFailed}; acknowledged meanwhile {result.AcknowledgedDuring:N0}; well again {result.RecoverySeconds:0.0} s after its end{(result.SameServer ? "" : "; ANOTHER SERVER PROCESS")}");
    }
}
