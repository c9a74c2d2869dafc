using Shouldly;
using Wardwatch.Server.Platform.Processes;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Platform;

/// <summary>The shell that stands between the server and what it starts.</summary>
public sealed class WatchedProcessTests
{
    // Takes its time to end, as PostgreSQL does: for as long as a file is there. Says who its watcher is.
    private const string SlowToEnd = "trap 'while [ -e \"$0\" ]; do sleep 0.1; done; exit 7' TERM; echo watcher $PPID; while :; do sleep 0.1; done";

    private static readonly TimeSpan Soon = Poll.Patience;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whom_the_watcher_kills_at_the_end_is_there_until_then_so_that_nobody_else_has_its_number()
    {
        var watcher = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var busy = Path.GetTempFileName();
        using var process = WatchedProcess.Start(["/bin/sh", "-c", SlowToEnd, busy], "TERM", new Dictionary<string, string?>(StringComparer.Ordinal), line => watcher.TrySetResult(int.Parse(line.Split(' ')[1])));
        var id = await watcher.Task.WaitAsync(Soon, Cancellation);
        var stopping = process.StopAsync(Cancellation);

        await Poll.UntilAsync(() => Task.FromResult(ChildrenOf(id).Any(child => child.Command is "sleep")), Soon, "having signalled, the reader sleeps", Cancellation);
        var reader = ChildrenOf(id).Single(child => child.Command is "sleep").Id;
        process.Exited.IsCompleted.ShouldBeFalse("what is watched still ends");

        File.Delete(busy);
        (await stopping).ShouldBeTrue();
        (await process.Exited).ShouldBe(7);
        await Poll.UntilAsync(() => Task.FromResult(!Directory.Exists($"/proc/{reader}")), Soon, "the reader does not stay behind", Cancellation);
    }

    private static List<(int Id, string Command)> ChildrenOf(int parent) =>
    [
        .. from folder in Directory.EnumerateDirectories("/proc")
           let name = Path.GetFileName(folder)
           where int.TryParse(name, out _)
           let stat = Read(Path.Combine(folder, "stat"))
           where stat.Length > 0 && stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == $"{parent}"
           select (int.Parse(name), stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..stat.LastIndexOf(')')]),
    ];

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
