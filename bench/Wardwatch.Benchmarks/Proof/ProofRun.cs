using System.Globalization;
using Wardwatch.Benchmarks.Proof.Faults;
using Wardwatch.Benchmarks.Proof.Order;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Proof;

/// <summary>What to prove.</summary>
/// <param name="Kills">How often to kill; 0 leaves it out.</param>
/// <param name="Order">Whether to check the order of acknowledgement and disk.</param>
/// <param name="Controls">Whether to run the negative controls.</param>
/// <param name="Faults">Whether to run the faults beyond killing.</param>
/// <param name="AwayFor">How long PostgreSQL hangs and is away then.</param>
/// <param name="Seed">Of all choices.</param>
/// <param name="Devices">How many, each of a patient of its own.</param>
/// <param name="Messages">Readings of the check with strace.</param>
/// <param name="Keep">Whether the data folder of the kills stays.</param>
internal sealed record ProofPlan(int Kills, bool Order, bool Controls, bool Faults, TimeSpan AwayFor, int Seed, int Devices, int Messages, bool Keep);

/// <summary>What was shown; a part that was not asked for is null.</summary>
internal sealed record ProofResult(int Seed, KillResult? Kills, OrderResult? Order, IReadOnlyList<ControlResult>? Controls)
{
    /// <summary>What faults beyond killing have shown, by hospital; null if they were not asked for.</summary>
    public IReadOnlyList<FaultsResult>? Faults { get; init; }

    /// <summary>True if nothing is lost, doubled or wrong, the order holds, and every planted fault was found.</summary>
    public bool IsClean => Kills is null or { IsClean: true } && Order is null or { IsClean: true } && (Controls is null || Controls.All(control => control.IsFound))
        && (Faults is null || Faults.All(faults => faults.IsClean));
}

/// <summary>Runs the parts of a plan: first on the real server, then on the one with the planted fault.</summary>
internal sealed class ProofRun(ProofPlan plan, Report report)
{
    private readonly Random _random = new(plan.Seed);

    /// <summary>Runs it.</summary>
    public async Task<ProofResult> RunAsync(CancellationToken cancellation)
    {
        Report.Line(string.Create(CultureInfo.InvariantCulture, $"seed {plan.Seed}"));
        var result = new ProofResult(plan.Seed, Kills: null, Order: null, Controls: null);
        if (plan.Kills > 0 || plan.Order)
        {
            await using var hospital = await HospitalUnderTest.StartAsync(new HospitalPlan(plan.Devices) { Keep = plan.Keep }, cancellation);
            if (plan.Keep) Report.Line($"data folder: {hospital.Data}");
            if (plan.Kills > 0) result = result with { Kills = await new KillRun(hospital, plan.Devices, _random, report).RunAsync(plan.Kills, plan.Seed, cancellation) };
            if (plan.Order) result = result with { Order = await OrderAsync(hospital, cancellation) };
        }

        if (plan.Controls) result = result with { Controls = await ControlsAsync(cancellation) };
        return plan.Faults ? result with { Faults = await new FaultRun(plan.Devices, _random).RunAsync(plan.AwayFor, cancellation) } : result;
    }

    private async Task<OrderResult> OrderAsync(HospitalUnderTest hospital, CancellationToken cancellation)
    {
        var order = await OrderCheck.RunAsync(hospital, plan.Messages, cancellation);
        Report.Line($"order: {ProofTable.Told(order)}");
        return order;
    }

    private async Task<IReadOnlyList<ControlResult>> ControlsAsync(CancellationToken cancellation)
    {
        await using var planted = await HospitalUnderTest.StartAsync(new HospitalPlan(plan.Devices) { Planted = true }, cancellation);
        var controls = new Controls(planted, plan.Devices, _random);
        await controls.RunAsync(cancellation);
        var order = await OrderCheck.RunAsync(planted, plan.Messages, cancellation);
        if (order.Skipped is null)
        {
            // The fault must show at each acknowledgement, not by chance at a few.
            controls.Note(new ControlResult("acknowledgement before fdatasync", ProofTable.Told(order), order.IsWhole && order.Trace!.InOrder < order.Messages / 2));
        }

        return controls.Results;
    }
}
