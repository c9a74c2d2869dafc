namespace Wardwatch.SystemTests.Harness;

/// <summary>Where the built programs lie.</summary>
public static class Programs
{
    /// <summary>The root of the source tree.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The server, of the same configuration as the tests.</summary>
    public static string Server { get; } = Find("Wardwatch.Server", "wardwatch");

    /// <summary>The simulator, of the same configuration as the tests.</summary>
    public static string Simulator { get; } = Find("Wardwatch.Simulator", "wardwatch-simulator");

    /// <summary>The program that measures and proves, of the same configuration as the tests.</summary>
    public static string Bench { get; } = Find("Wardwatch.Benchmarks", "wardwatch-bench", folder: "bench");

    private static string Find(string project, string program, string folder = "src")
    {
        var build = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        return Path.Combine(Root, folder, project, "bin", build.Parent!.Name, build.Name, program);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Wardwatch.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run from a checkout.");
        }

        return folder.FullName;
    }
}
