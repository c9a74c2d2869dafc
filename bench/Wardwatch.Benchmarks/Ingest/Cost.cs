using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Ingest;

/// <summary>Processor time by process between two moments, in seconds.</summary>
/// <param name="Seconds">The time between.</param>
/// <param name="Server">The server or broker that is measured.</param>
/// <param name="Database">PostgreSQL, all its processes.</param>
/// <param name="Generator">The load generator.</param>
/// <param name="Receiver">This program where it receives what a broker relays; otherwise what little it does.</param>
/// <param name="Others">Whatever else ran on this machine: where this is much, the numbers say little.</param>
internal sealed record Cost(double Seconds, double Server, double Database, double Generator, double Receiver, double Others)
{
    /// <summary>The share of the machine that others used, 0 to 1.</summary>
    public double OthersShare => Others / (Seconds * Environment.ProcessorCount);
}

/// <summary>Takes the processes' use at the beginning and the end of a measurement.</summary>
internal sealed class CostMeter(string server)
{
    private ProcessTree? _before;
    private long _began;

    /// <summary>Begins.</summary>
    public void Begin()
    {
        _before = ProcessTree.Read();
        _began = TimeProvider.System.GetTimestamp();
        foreach (var id in _before.Find(Environment.ProcessId, server)) ProcessTree.ForgetPeak(id);
    }

    /// <summary>Ends, and answers what was used since the beginning and the server's peak of memory in bytes.</summary>
    public (Cost Cost, long PeakBytes) End()
    {
        var (before, after) = (_before!, ProcessTree.Read());
        var seconds = TimeProvider.System.GetElapsedTime(_began).TotalSeconds;
        double Used(string name) => after.CpuSeconds(Environment.ProcessId, name) - before.CpuSeconds(Environment.ProcessId, name);
        var (serverUse, database, generator) = (Used(server), Used("postgres"), Used(Programs.GeneratorProcess));
        var self = Used(after.NameOf(Environment.ProcessId));
        var others = Math.Max(0, after.BusySeconds - before.BusySeconds - serverUse - database - generator - self);
        return (new Cost(seconds, serverUse, database, generator, self, others), after.Find(Environment.ProcessId, server).Select(ProcessTree.PeakBytes).DefaultIfEmpty(0).Max());
    }
}
