using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Processes;

namespace Wardwatch.Server.Cli;

/// <summary>The simulated bedside devices, a process of their own: started again when it dies, and gone when the server is.</summary>
internal sealed partial class DemoSimulator
{
    private const string Program = "wardwatch-simulator";

    // The simulator's exit codes for options, files and keys that cannot be used: another start would end the same way.
    private static readonly int[] WrongInput = [2, 3, 4];

    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly string[] _command;

    private DemoSimulator(string[] command) => _command = command;

    /// <summary>Finds the program: beside this one when installed, in the checkout otherwise.</summary>
    /// <exception cref="StartupException">It is not there.</exception>
    public static DemoSimulator Find(IEnumerable<string> arguments)
    {
        var beside = Path.Combine(AppContext.BaseDirectory, Program);
        var build = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var path = File.Exists(beside) ? beside : Checkout.Find($"src/Wardwatch.Simulator/bin/{build.Parent?.Name}/{build.Name}/{Program}");
        return path is not null
            ? new DemoSimulator([path, .. arguments])
            : throw new StartupException("The simulator is not built.", "Build it with: dotnet build -c Release src/Wardwatch.Simulator, or start with --no-simulator.");
    }

    /// <summary>What stands before a line that tells a story: it is meant for whoever watches, and passed on as it is.</summary>
    private const string Story = "story ";

    /// <summary>Runs the devices until told to stop. Each new start waits longer, so that one that cannot run does not fill the log.</summary>
    /// <param name="pages">Where the pages are, through which simulated staff answer; null: nobody does.</param>
    /// <param name="log">Where it is said that they ended.</param>
    /// <param name="time">For the pauses.</param>
    /// <param name="stop">Ends them.</param>
    /// <exception cref="StartupException">An option or a file cannot be used.</exception>
    public async Task RunAsync(string? pages, ILogger log, TimeProvider time, CancellationToken stop)
    {
        var pause = FirstPause;
        string[] command = pages is null ? _command : [.. _command, "--staff", pages];
        try
        {
            while (true)
            {
                var began = time.GetTimestamp();
                using var process = WatchedProcess.Start(command, "TERM", new Dictionary<string, string?>(StringComparer.Ordinal), line => Console.WriteLine(line.StartsWith(Story, StringComparison.Ordinal) ? line : "devices  " + line));
                try
                {
                    var code = await process.Exited.WaitAsync(stop);
                    if (WrongInput.Contains(code))
                    {
                        throw new StartupException($"The simulated devices cannot run: {process.LastLines.Split('\n').Last()}", "Correct the option or the file, or start with --no-simulator.");
                    }

                    LogEnded(log, code, pause.TotalSeconds);
                }
                catch (OperationCanceledException)
                {
                    using var deadline = new CancellationTokenSource(StopWithin, time);
                    await process.StopAsync(deadline.Token);
                    return;
                }

                await Task.Delay(pause, time, stop);
                pause = time.GetElapsedTime(began) > LongestPause ? FirstPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop between two runs.
        }
    }

    [LoggerMessage(1031, LogLevel.Warning, "The simulated devices ended (code {Code}): starting them again in {Seconds} s")]
    private static partial void LogEnded(ILogger log, int code, double seconds);
}
