using System.Diagnostics;

namespace Wardwatch.Benchmarks.Micro;

/// <summary>A part of a reading's way as docs/path-of-a-reading.md tells it.</summary>
/// <param name="Steps">The numbers of its steps there: <c>5</c>, or <c>7, 18</c>.</param>
/// <param name="Name">The step's heading; for several steps together, what they are.</param>
internal sealed record WayStage(string Steps, string Name)
{
    /// <summary>Sockets, threads and the committer: what is left of the server's processor time beside the steps that are measured one by one.</summary>
    public static readonly WayStage Rest = new("4, 8, 9, 15, 16", "Sockets, TLS, hand-overs, gathering and sending of transactions");

    /// <summary>PostgreSQL's part.</summary>
    public static readonly WayStage Transaction = new("17", "One statement, one transaction");

    /// <summary>All of them, in the order of their first step.</summary>
    public static readonly IReadOnlyList<WayStage> All =
    [
        new("1", "Values become a payload"),
        new("2", "The payload is sealed"),
        new("3", "The envelope is published"),
        Rest,
        new("5", "Bytes become packets"),
        new("6", "May this device publish there?"),
        new("7, 18", "The envelope joins a batch, and its PUBACK leaves"),
        new("10", "The envelope is opened"),
        new("11", "The payload is read"),
        new("12", "Whose is it, and is it current?"),
        new("13", "Scores"),
        new("14", "The record is sealed"),
        Transaction,
        new("19", "The state becomes a document"),
    ];

    /// <summary>Whether the server takes this step for every reading, screens or not.</summary>
    public bool IsServers => Steps is not ("1" or "2" or "3" or "19");
}

/// <summary>What a stage costs one reading; NaN where that cannot be told.</summary>
internal sealed record StageCost(string Steps, string Name, double Microseconds, double Bytes, string How);

/// <summary>Measures the stages that need neither socket nor database.</summary>
internal static class WayStages
{
    private const int Rounds = 200;
    private const int Samples = 300;

    /// <summary>Measures them in this process, which is to be one of <see cref="FullyCompiled"/>.</summary>
    public static Dictionary<string, (double Microseconds, double Bytes)> Measure()
    {
        var path = new HotPath();
        using var way = new WaySteps();
        return new Dictionary<string, (double, double)>(StringComparer.Ordinal)
        {
            ["1"] = Of(() => way.WritePayload()),
            ["2"] = Of(() => way.SealPayload()),
            ["3"] = Of(() => way.WritePublish()),
            ["5"] = Of(() => path.ReadPublish()),
            ["6"] = Of(() => way.MayPublish()),
            ["7, 18"] = Of(() => way.BatchAndAcknowledge(), WaySteps.BatchReadings),
            ["10"] = Of(() => path.OpenEnvelope()),
            ["11"] = Of(() => path.ParseVitals()),
            ["12"] = Of(() => way.FindAndJudge()),
            ["13"] = Of(() => way.Score()),
            ["14"] = Of(() => way.AddRow()),
            ["19"] = Of(() => way.WriteDocument()),
        };
    }

    // The least of many short samples: what others do on the machine makes a sample longer and none shorter.
    private static (double Microseconds, double Bytes) Of(Action action, int readings = 1)
    {
        var rounds = Math.Max(1, Rounds / readings);
        for (var i = 0; i < 10 * rounds; i++) action();
        var least = double.PositiveInfinity;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var sample = 0; sample < Samples; sample++)
        {
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < rounds; i++) action();
            least = Math.Min(least, Stopwatch.GetElapsedTime(began).TotalMicroseconds);
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return (least / (rounds * readings), (double)allocated / (Samples * rounds * readings));
    }
}
