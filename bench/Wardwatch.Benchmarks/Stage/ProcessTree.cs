using System.Globalization;

namespace Wardwatch.Benchmarks.Stage;

/// <summary>What one process has used up to a moment.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Parent">Its parent's.</param>
/// <param name="Name">Its program's name, cut to 15 characters by the kernel.</param>
/// <param name="CpuSeconds">User and system time since its start, with that of its children that have ended.</param>
internal readonly record struct ProcessUse(int Id, int Parent, string Name, double CpuSeconds);

/// <summary>All processes of this machine at one moment, from <c>/proc</c> (Linux only).</summary>
internal sealed class ProcessTree
{
    // USER_HZ, which the kernel has fixed for programs at 100 on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    private readonly Dictionary<int, ProcessUse> _all;

    private ProcessTree(Dictionary<int, ProcessUse> all, double busySeconds)
    {
        _all = all;
        BusySeconds = busySeconds;
    }

    /// <summary>What the whole machine has worked since it started, over all processors.</summary>
    public double BusySeconds { get; }

    /// <summary>Reads the tree.</summary>
    /// <exception cref="BenchmarkException">There is no <c>/proc</c>.</exception>
    public static ProcessTree Read()
    {
        if (!OperatingSystem.IsLinux()) throw new BenchmarkException("Processor time by process is read from /proc, which this system does not have.");
        var all = new Dictionary<int, ProcessUse>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && TryRead(id, out var use)) all.Add(id, use);
        }

        return new ProcessTree(all, Busy());
    }

    /// <summary>The processor time of the programs of one name below a process (itself included), in seconds.</summary>
    public double CpuSeconds(int root, string name) => Below(root).Where(use => use.Name == name).Sum(use => use.CpuSeconds);

    /// <summary>The name of a process.</summary>
    public string NameOf(int id) => _all[id].Name;

    /// <summary>The numbers of the programs of one name below a process.</summary>
    public IReadOnlyList<int> Find(int root, string name) => [.. Below(root).Where(use => use.Name == name).Select(use => use.Id)];

    /// <summary>The most memory that a process has held at once since <see cref="ForgetPeak"/>, in bytes; 0 if it has ended.</summary>
    public static long PeakBytes(int id)
    {
        try
        {
            var line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line.AsSpan(6).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Begins the peak anew, where the kernel lets us; otherwise it counts from the start of the process.</summary>
    public static void ForgetPeak(int id)
    {
        try
        {
            File.WriteAllText($"/proc/{id}/clear_refs", "5");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Then the peak is that of the whole life, which is no smaller.
        }
    }

    private List<ProcessUse> Below(int root)
    {
        var children = _all.Values.ToLookup(use => use.Parent);
        var found = new List<ProcessUse>();
        var open = new Stack<int>([root]);
        while (open.TryPop(out var id))
        {
            if (_all.TryGetValue(id, out var use)) found.Add(use);
            foreach (var child in children[id]) open.Push(child.Id);
        }

        return found;
    }

    // proc(5): "pid (name) state ppid …", utime, stime, cutime and cstime are fields 14 to 17; a name may hold blanks and parentheses.
    private static bool TryRead(int id, out ProcessUse use)
    {
        use = default;
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var nameEnd = text.LastIndexOf(')');
            var fields = text[(nameEnd + 2)..].Split(' ');
            long Ticks(int field) => long.Parse(fields[field - 3], CultureInfo.InvariantCulture);
            var name = text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..nameEnd];
            use = new ProcessUse(id, (int)Ticks(4), name, (Ticks(14) + Ticks(15) + Ticks(16) + Ticks(17)) / TicksPerSecond);
            return true;
        }
        catch (IOException)
        {
            return false; // it has ended meanwhile
        }
    }

    // /proc/stat: "cpu user nice system idle iowait irq softirq steal …"; guest time is part of user time.
    private static double Busy()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long Ticks(int field) => long.Parse(fields[field], CultureInfo.InvariantCulture);
        return (Ticks(1) + Ticks(2) + Ticks(3) + Ticks(6) + Ticks(7)) / TicksPerSecond;
    }
}
