using System.Globalization;

namespace Wardwatch.Benchmarks.Stage;

/// <summary>What a process holds at one moment, from <c>/proc</c> (Linux only).</summary>
/// <param name="WorkingSetBytes">Memory that is in RAM.</param>
/// <param name="Handles">Open files, sockets and pipes.</param>
/// <param name="Threads">Threads.</param>
internal readonly record struct ProcessStatus(long WorkingSetBytes, int Handles, int Threads)
{
    /// <summary>Reads them.</summary>
    /// <exception cref="BenchmarkException">The process has ended.</exception>
    public static ProcessStatus Read(int id)
    {
        try
        {
            long Field(string name, IEnumerable<string> lines)
            {
                var line = lines.First(line => line.StartsWith(name, StringComparison.Ordinal));
                return long.Parse(line.AsSpan(name.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
            }

            var status = File.ReadAllLines($"/proc/{id}/status");
            return new ProcessStatus(1024 * Field("VmRSS:", status), Directory.EnumerateFileSystemEntries($"/proc/{id}/fd").Count(), (int)Field("Threads:", status));
        }
        catch (IOException problem)
        {
            throw new BenchmarkException($"Process {id} has ended.", problem);
        }
    }
}
