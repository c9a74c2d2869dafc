using System.Collections.Concurrent;
using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Staff;

/// <summary>
/// Compares what stays open with what the directory of staff knows, after each change of it, and keeps a timer for the end of the token.
/// </summary>
internal sealed partial class SessionWatch : ISessionWatch, IDisposable
{
    // Timers take no longer times; what lies further off is looked at again then.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<Watched, bool> _watched = new();
    private readonly StaffDirectory _directory;
    private readonly TimeProvider _time;
    private readonly ILogger<SessionWatch> _log;

    public SessionWatch(StaffDirectory directory, TimeProvider time, ILogger<SessionWatch> log)
    {
        (_directory, _time, _log) = (directory, time, log);
        _directory.Changed += EndWhatIsOver;
    }

    /// <inheritdoc />
    public IDisposable Watch(Caller caller, Action ended)
    {
        var watched = new Watched(this, caller, ended);
        _watched.TryAdd(watched, true);
        watched.Wait();

        // After it was added: a change that comes meanwhile is seen by one of both.
        EndIfOver(watched);
        return watched;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _directory.Changed -= EndWhatIsOver;
        foreach (var watched in _watched.Keys)
        {
            watched.Dispose();
        }
    }

    /// <summary>How many are watched.</summary>
    internal int Count => _watched.Count;

    private void EndWhatIsOver()
    {
        foreach (var watched in _watched.Keys)
        {
            EndIfOver(watched);
        }
    }

    private void EndIfOver(Watched watched)
    {
        if (IsOver(watched.Caller))
        {
            watched.End();
        }
    }

    private bool IsOver(Caller caller)
    {
        var now = _time.GetUtcNow();
        if (now >= caller.Until || _directory.IsRevoked(caller.SessionId) || _directory.IsLocked(caller.SessionId)
            || _directory.Find(caller.AccountId) is not { IsDisabled: false } account || account.TenantId != caller.TenantId)
        {
            return true;
        }

        var current = account.CallerIn(caller.SessionId, now, caller.Until);
        return current.Role != caller.Role || !current.Wards.SetEquals(caller.Wards) || !current.Patients.SetEquals(caller.Patients) || !current.Opened.SetEquals(caller.Opened);
    }

    [LoggerMessage(2010, LogLevel.Error, "What was told of the end of a session failed")]
    private static partial void LogFailed(ILogger log, Exception failure);

    private sealed class Watched : IDisposable
    {
        private readonly SessionWatch _owner;
        private readonly Action _ended;
        private readonly ITimer _timer;
        private int _over;

        public Watched(SessionWatch owner, Caller caller, Action ended)
        {
            (_owner, Caller, _ended) = (owner, caller, ended);
            _timer = owner._time.CreateTimer(static state => ((Watched)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public Caller Caller { get; }

        public void End()
        {
            if (Leave())
            {
                // Not on the thread that reads the directory: whatever this closes must not hold up the next change.
                ThreadPool.UnsafeQueueUserWorkItem(static watched => watched.Tell(), this, preferLocal: false);
            }
        }

        public void Dispose() => Leave();

        private bool Leave()
        {
            if (Interlocked.Exchange(ref _over, 1) != 0)
            {
                return false;
            }

            _owner._watched.TryRemove(this, out _);
            _timer.Dispose();
            return true;
        }

        private void Look()
        {
            _owner.EndIfOver(this);
            if (Volatile.Read(ref _over) == 0)
            {
                Wait();
            }
        }

        public void Wait()
        {
            var left = Caller.Until - _owner._time.GetUtcNow();
            var wait = left <= TimeSpan.Zero ? TimeSpan.Zero : left < LongestTimer ? left : LongestTimer;

            // A timer counts whole milliseconds; one that ends too early would find nothing over.
            _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        }

        private void Tell()
        {
            try
            {
                _ended();
            }
            catch (Exception failure)
            {
                // On a thread of the pool this would end the process, and with it every other patient's screen.
                LogFailed(_owner._log, failure);
            }
        }
    }
}
