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
    // By how much they stand behind the others: of two threads that want a processor, one that is nicer by 5 gets a quarter of it. More would keep
    // everybody out of a server whose machine is busy.
    private const int Niceness = 5;

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
            // On Linux this is of the thread that calls, not of the process. A refusal costs nothing but the courtesy.
            _ = Nice(Niceness);
        }

        foreach (var work in _queue.GetConsumingEnumerable())
        {
            work();
        }
    }

    [DllImport("libc", EntryPoint = "nice", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Nice(int increment);
}
