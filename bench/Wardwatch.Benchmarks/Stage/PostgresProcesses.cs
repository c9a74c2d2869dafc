namespace Wardwatch.Benchmarks.Stage;

/// <summary>The processes of an installation, as the operating system shows them: its private PostgreSQL, found by the data folder, and its server.</summary>
public static class PostgresProcesses
{
    private static readonly TimeSpan GoneWithin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);

    /// <summary>The postmaster's process, or null if none runs on the folder.</summary>
    public static int? Postmaster(string data)
    {
        var cluster = Path.Combine(data, "postgres");
        return Find(command => command is [var program, "-D", var place, ..] && place == cluster && program.EndsWith("/postgres", StringComparison.Ordinal));
    }

    /// <summary>The server's process, or null if none runs on the folder.</summary>
    public static int? Server(string data) =>
        Find(command => Path.GetFileName(command[0]) is Programs.ServerName or Programs.BenchName && command.Any(word => word is "demo" or "serve") && command.Contains(data, StringComparer.Ordinal));

    /// <summary>The processes that a postmaster has started, by their titles: one of each connection, and those that write.</summary>
    public static IReadOnlyDictionary<int, string> Children(int postmaster)
    {
        var children = new Dictionary<int, string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && ParentOf(folder) == postmaster)
            {
                children.Add(id, CommandLine(folder).FirstOrDefault() ?? "");
            }
        }

        return children;
    }

    /// <summary>True while a process is there and not just waiting to be reaped.</summary>
    public static bool IsAlive(int process) => Stat($"/proc/{process}") is { } stat && stat[0] is not ("Z" or "X");

    /// <summary>Waits until no PostgreSQL runs on the folder.</summary>
    /// <exception cref="TimeoutException">One still does.</exception>
    public static async Task WaitUntilNoneAsync(string data, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(GoneWithin);
        try
        {
            while (Postmaster(data) is not null)
            {
                await Task.Delay(Between, deadline.Token);
            }
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"PostgreSQL on {data} is still there after {GoneWithin.TotalSeconds:0} s.", late);
        }
    }

    private static int? Find(Predicate<string[]> isIt)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && CommandLine(folder) is { Length: > 0 } command && isIt(command) && IsAlive(id))
            {
                return id;
            }
        }

        return null;
    }

    private static int? ParentOf(string folder) => Stat(folder) is { } stat ? int.Parse(stat[1]) : null;

    /// <summary>The fields of <c>stat</c> from the third on; the second is the program's name in brackets and may hold anything.</summary>
    private static string[]? Stat(string folder)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string[] CommandLine(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The process has ended meanwhile, or is somebody else's.
            return [];
        }
    }
}
