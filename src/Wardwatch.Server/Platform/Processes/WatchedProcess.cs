using System.Diagnostics;

namespace Wardwatch.Server.Platform.Processes;

/// <summary>
/// A child process that cannot outlive this one, not even when this one is killed: a small shell stands between, holds the reading end of a pipe,
/// and when the pipe closes it signals the child. It has a session of its own (where <c>setsid</c> exists), so that Ctrl-C at the
/// terminal reaches this process only, which then stops its children in order.
/// </summary>
internal sealed class WatchedProcess : IDisposable
{
    private const int KeptLines = 30;

    // $1: signal, the rest: the command. The reader outlives even the death of the shell above it. Having signalled, it sleeps until it is killed instead of ending:
    // the shell reaps whoever ends, numbers of processes come round, and the last kill must not reach a stranger who has the reader's number by then.
    private const string Script = """
        signal=$1; shift
        exec 3<&0 </dev/null
        "$@" 3<&- &
        child=$!
        ( trap '' INT TERM HUP; while read -r _ <&3; do :; done; kill -"$signal" "$child" 2>/dev/null; exec sleep 3600 3<&- ) >/dev/null 2>&1 &
        reader=$!
        exec 3<&-
        trap '' INT TERM HUP
        wait "$child"
        status=$?
        kill -KILL "$reader" 2>/dev/null
        exit $status
        """;

    private readonly Process _process;
    private readonly Queue<string> _lastLines = new();
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WatchedProcess(Process process) => _process = process;

    /// <summary>Completes with the exit code when the child has ended; what it left running behind it is not waited for.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>What the child wrote last, for an error message.</summary>
    public string LastLines
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _lastLines);
            }
        }
    }

    /// <summary>Starts a command.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="stopSignal">The signal that asks the child to end: <c>INT</c> or <c>TERM</c>.</param>
    /// <param name="environment">Changes to the environment; null removes a variable.</param>
    /// <param name="onLine">Called with each line that the child writes.</param>
    public static WatchedProcess Start(IEnumerable<string> command, string stopSignal, IReadOnlyDictionary<string, string?> environment, Action<string>? onLine)
    {
        string[] session = ExecutableFinder.OnPath("setsid") is { } setsid ? [setsid] : [];
        string[] whole = [.. session, "/bin/sh", "-c", Script, "watch", stopSignal, .. command];
        var start = new ProcessStartInfo(whole[0], whole[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        var watched = new WatchedProcess(process);
        process.OutputDataReceived += (_, line) => watched.Take(line.Data, onLine);
        process.ErrorDataReceived += (_, line) => watched.Take(line.Data, onLine);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => watched._exited.TrySetResult(process.ExitCode);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return watched;
    }

    /// <summary>Asks the child to end and waits for it, at most until <paramref name="cancellation"/>. True if it has ended.</summary>
    public async Task<bool> StopAsync(CancellationToken cancellation)
    {
        try
        {
            _process.StandardInput.Close();
            await Exited.WaitAsync(cancellation);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _process.Dispose();

    private void Take(string? line, Action<string>? onLine)
    {
        if (line is null)
        {
            return;
        }

        lock (_gate)
        {
            if (_lastLines.Count == KeptLines)
            {
                _lastLines.Dequeue();
            }

            _lastLines.Enqueue(line);
        }

        onLine?.Invoke(line);
    }
}
