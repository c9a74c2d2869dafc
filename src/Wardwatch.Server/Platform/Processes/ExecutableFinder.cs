namespace Wardwatch.Server.Platform.Processes;

/// <summary>Finds programs as the shell would.</summary>
internal static class ExecutableFinder
{
    /// <summary>The full path of a program, or null. The system's own folders are looked through as well, since a service's PATH may lack them.</summary>
    public static string? OnPath(string name) => SearchFolders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>The folders of PATH, then the system's own.</summary>
    public static IEnumerable<string> SearchFolders =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"])
            .Distinct(StringComparer.Ordinal);
}
