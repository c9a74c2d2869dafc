using System.Collections.Concurrent;

namespace Wardwatch.SystemTests.Harness;

/// <summary>
/// Data folders that are made once and then copied: making a cluster, its tables and the demo's accounts takes several seconds of processor, and most tests
/// are about what comes after. Those of the first start make their own.
/// </summary>
public static class Prepared
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Made = new(StringComparer.Ordinal);
    private static readonly ConcurrentBag<string> Folders = [];

    static Prepared() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => RemoveAll();

    /// <summary>Fills a new folder with an installation without anybody.</summary>
    public static Task FillAsync(string folder, CancellationToken cancellation) => FillAsync(folder, ["migrate"], cancellation);

    /// <summary>Fills a new folder with the seeded hospital.</summary>
    /// <param name="folder">It may exist, and is empty.</param>
    /// <param name="patients">How many patients there are; null: as many as the demo has.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task SeedAsync(string folder, int? patients, CancellationToken cancellation) =>
        FillAsync(folder, patients is null ? ["seed"] : ["seed", "--patients", patients.Value.ToString()], cancellation);

    /// <summary>An empty PostgreSQL cluster of the version that the tests find, as <paramref name="make"/> makes it in a folder.</summary>
    public static async Task ClusterAsync(string folder, Func<string, Task> make, CancellationToken cancellation) =>
        await CopyAsync(await MadeAsync("cluster", make), folder, cancellation);

    private static async Task FillAsync(string folder, string[] verb, CancellationToken cancellation)
    {
        var made = await MadeAsync(string.Join(' ', verb), async template =>
        {
            // Not the test's own token: others wait for this as well.
            var result = await Tool.RunAsync(Programs.Server, [.. verb, "--data", template], CancellationToken.None);
            if (result.ExitCode != 0)
            {
                throw new InvalidOperationException($"ward {verb[0]} ended with code {result.ExitCode}: {result.Error}");
            }
        });
        await CopyAsync(made, folder, cancellation);
    }

    private static Task<string> MadeAsync(string name, Func<string, Task> make) => Made.GetOrAdd(name, _ => new Lazy<Task<string>>(async () =>
    {
        var template = ServerProcess.NewFolder();
        Folders.Add(template);
        await make(template);
        await PostgresProcesses.WaitUntilNoneAsync(template, CancellationToken.None);
        return template;
    })).Value;

    // Owners and modes as they are: as root, the cluster belongs to another user.
    private static async Task CopyAsync(string template, string folder, CancellationToken cancellation)
    {
        var copied = await Tool.RunAsync("cp", ["-a", template + "/.", folder], cancellation);
        if (copied.ExitCode != 0)
        {
            throw new InvalidOperationException(copied.Error);
        }
    }

    private static void RemoveAll()
    {
        foreach (var folder in Folders)
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
