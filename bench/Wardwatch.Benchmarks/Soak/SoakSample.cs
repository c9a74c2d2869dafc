using System.Globalization;

namespace Wardwatch.Benchmarks.Soak;

/// <summary>What the server held at one moment of a soak.</summary>
/// <param name="Seconds">Since the measured time began.</param>
/// <param name="LiveHeap">Managed memory after a full collection, bytes; NaN where none was asked for.</param>
/// <param name="WorkingSet">Memory that is in RAM, bytes.</param>
/// <param name="Handles">Open files, sockets and pipes.</param>
/// <param name="Threads">Threads.</param>
/// <param name="UnderWay">Readings received and not yet acknowledged: whatever waits in lanes, groups and transactions.</param>
/// <param name="LaneBatches">Batches that wait for a lane.</param>
/// <param name="Conflated">Messages joined into newer ones for slow screens, since the start.</param>
/// <param name="DatabaseBytes">The size of the database; it grows by what is stored.</param>
/// <param name="Stored">Readings stored since the start.</param>
/// <param name="AllocatedPerReading">Bytes that the server allocated per reading since the sample before.</param>
/// <param name="ProcessorPerReading">Microseconds of processor that the server took per reading since the sample before.</param>
internal readonly record struct SoakSample(
    double Seconds, double LiveHeap, double WorkingSet, double Handles, double Threads, double UnderWay, double LaneBatches, double Conflated, double DatabaseBytes, double Stored,
    double AllocatedPerReading, double ProcessorPerReading)
{
    /// <summary>The names of the columns of <see cref="ToLine"/>.</summary>
    public const string Heading = "seconds,live_heap_bytes,working_set_bytes,handles,threads,under_way,lane_batches,conflated,database_bytes,stored,allocated_bytes_per_reading,processor_us_per_reading";

    /// <summary>A line of the file of samples; an empty field where nothing was measured.</summary>
    public string ToLine()
    {
        double[] fields = [Seconds, LiveHeap, WorkingSet, Handles, Threads, UnderWay, LaneBatches, Conflated, DatabaseBytes, Stored, AllocatedPerReading, ProcessorPerReading];
        return string.Join(',', fields.Select(field => double.IsNaN(field) ? "" : field.ToString("0.##", CultureInfo.InvariantCulture)));
    }
}
