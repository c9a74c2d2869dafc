namespace Wardwatch.SystemTests.Harness;

/// <summary>The processes of the private PostgreSQL of a data folder, as the operating system shows them.</summary>
public static class PostgresProcesses
{
    private static readonly TimeSpan GoneWithin = TimeSpan.FromSeconds(30);

    /// <summary>The postmaster's process, or null if none runs on the folder.</summary>
    public static int? Postmaster(string data)
    {
        var cluster = Path.Combine(data, "postgres");
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && CommandLine(folder) is [var program, "-D", var place, ..] && place == cluster && program.EndsWith("/postgres", StringComparison.Ordinal))
            {
                return id;
            }
        }

        return null;
    }

    /// <summary>The processes that a postmaster has started: one of each connection, and those that write.</summary>
    public static List<int> Children(int postmaster)
    {
        var children = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && ParentOf(folder) == postmaster)
            {
                children.Add(id);
            }
        }

        return children;
    }

    /// <summary>Waits until no PostgreSQL runs on the folder.</summary>
    public static Task WaitUntilNoneAsync(string data, CancellationToken cancellation) =>
        Poll.UntilAsync(() => Task.FromResult(Postmaster(data) is null), GoneWithin, $"PostgreSQL on {data} is gone", cancellation);

    /// <summary>The fourth field of <c>stat</c>; the second is the program's name in brackets and may hold anything.</summary>
    private static int? ParentOf(string folder)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]);
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
            return File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The process has ended meanwhile, or is somebody else's.
            return [];
        }
    }
}
