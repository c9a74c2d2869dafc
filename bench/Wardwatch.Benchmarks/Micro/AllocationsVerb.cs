using System.CommandLine;
using Spectre.Console;

namespace Wardwatch.Benchmarks.Micro;

/// <summary>What a step allocated.</summary>
/// <param name="Step">Its name.</param>
/// <param name="BytesPerReading">Measured.</param>
/// <param name="Budget">Allowed.</param>
internal sealed record Allocation(string Step, double BytesPerReading, double Budget)
{
    public bool IsWithinBudget => BytesPerReading <= Budget;
}

/// <summary>
/// <c>bench allocations</c>: the bytes that each step of the hot path allocates, against its budget. It takes no time and needs no quiet machine, so that it can
/// fail a build.
/// </summary>
internal static class AllocationsVerb
{
    private const int Rounds = 1_000;

    // A device that a lane meets for the first time gets its track: some hundred bytes once, spread over the run's readings.
    private const double LaneBudget = 1;

    public static Command Create(Option<bool> json)
    {
        var command = new Command("allocations", "Bytes that each step of a reading's way allocates, against its budget; fails where one is over");
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!FullyCompiled.Is) return await FullyCompiled.RunAgainAsync(cancellation);
            var allocations = Measure();
            new Report(parsed.GetValue(json)).Result(Table(allocations), allocations);
            return allocations.TrueForAll(allocation => allocation.IsWithinBudget) ? 0 : 1;
        });
        return command;
    }

    /// <summary>Measures every step.</summary>
    public static List<Allocation> Measure()
    {
        var path = new HotPath();
        using var way = new WaySteps();
        return
        [
            Of("Ascon seal", () => path.AsconSeal()),
            Of("Ascon open", () => path.AsconOpen()),
            Of("Read frame and PUBLISH", () => path.ReadPublish()),
            Of("Read frame and PUBLISH, 3.1.1", () => path.ReadPublish311()),
            Of("May the device publish there", () => way.MayPublish()),
            new Allocation("Batch of envelopes, and its PUBACKs", Bytes(() => way.BatchAndAcknowledge(), Rounds) / WaySteps.BatchReadings, Budget: 0),
            Of("Open envelope", () => path.OpenEnvelope()),
            Of("Parse vitals", () => path.ParseVitals()),
            Of("Forest, score", () => path.ForestScore()),
            Of("Forest, score and drivers", () => path.ForestScoreWithDrivers()),
            Of("Forest, one vital missing", () => path.ForestScoreWithDriversOneMissing()),
            Of("NEWS2", () => path.News2Score()),
            Of("Alerts, a step", () => path.AlertStep()),
            Of("ReadingRecord.Write", () => path.WriteRecord()),
            Of("DataKey.Seal", () => path.SealRecord()),
            Of("Binding, patient, counter", () => way.FindAndJudge()),
            Of("Scores", () => way.Score()),
            Of("Row of a group", () => way.AddRow()),
            new Allocation("Lane, whole step", Bytes(() => path.Lane.Run(), rounds: 4) / LaneStep.Readings, LaneBudget),
        ];
    }

    private static Allocation Of(string step, Action action) => new(step, Bytes(action, Rounds), Budget: 0);

    // What static constructors, tables and buffers that grow once allocate is not the path's.
    private static double Bytes(Action action, int rounds)
    {
        for (var i = 0; i < rounds; i++) action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < rounds; i++) action();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)rounds;
    }

    private static Table Table(List<Allocation> allocations)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Step").AddColumn(new TableColumn("Bytes per reading").RightAligned()).AddColumn(new TableColumn("Budget").RightAligned());
        foreach (var allocation in allocations)
            table.AddRow(allocation.Step, $"{allocation.BytesPerReading:0.##}", allocation.IsWithinBudget ? $"{allocation.Budget:0}" : $"[red]OVER {allocation.Budget:0}[/]");
        return table;
    }
}
