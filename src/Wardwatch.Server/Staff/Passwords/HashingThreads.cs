using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;

namespace Wardwatch.Server.Staff.Passwords;

/// <summary>
/// A few threads of their own for hashing passwords, which takes a processor for a tenth of a second each. The queue before them is bounded, and on Linux they
/// give way to everything else: a thousand people who sign in at the change of shift must not delay an alert.
/// </summary>
internal sealed class HashingThreads : IDisposable
{
    // The niceness of a thread: of two that want a processor, one at 10 gets a tenth of it.
    private const int Niceness = 10;

    private readonly BlockingCollection<Action> _queue;
    private readonly Thread[] _threads;

    public HashingThreads(IOptions<StaffOptions> options, StaffMetrics metrics)
    {
        var count = options.Value.HashingThreads > 0 ? options.Value.HashingThreads : Math.Clamp(Environment.ProcessorCount, 1, 8);
        _queue = new(options.Value.QueuedHashes);
        _threads = [.. Enumerable.Range(0, count).Select(number => new Thread(Work) { IsBackground = true, Name = $"password hashing {number}" })];
        foreach (var thread in _threads)
        {
            thread.Start();
        }

        metrics.ObserveHashing(() => _queue.IsAddingCompleted ? 0 : _queue.Count);
    }

    /// <summary>Has it done on one of the threads. False: the queue is full; somebody must try again later.</summary>
    public bool TryRun<T>(Func<T> work, out Task<T> result)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        result = done.Task;
        return _queue.TryAdd(() => Run(work, done));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _queue.CompleteAdding();
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _queue.Dispose();
    }

    private static void Run<T>(Func<T> work, TaskCompletionSource<T> done)
    {
        try
        {
            done.SetResult(work());
        }
        catch (Exception failure)
        {
            // It belongs to whoever waits for the result, not to this thread.
            done.SetException(failure);
        }
    }

    private void Work()
    {
        if (OperatingSystem.IsLinux())
        {
            // Of a thread and not of the process: on Linux, 0 is the thread that calls. A refusal costs nothing but the courtesy.
            _ = SetPriority(which: 0, who: 0, Niceness);
        }

        foreach (var work in _queue.GetConsumingEnumerable())
        {
            work();
        }
    }

    [DllImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, uint who, int niceness);
}
