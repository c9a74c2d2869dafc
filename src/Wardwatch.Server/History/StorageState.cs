using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.History;

/// <summary>Holds whether readings reach the disk. One owner: the committer's writers.</summary>
internal sealed partial class StorageState(TimeProvider time, ILogger<StorageState> logger) : IOwnStorage
{
    private readonly Lock _gate = new();
    private readonly ILogger<StorageState> _logger = logger;
    private StorageStatus _current = new(Stored: true, time.GetUtcNow());

    public StorageStatus Current => Volatile.Read(ref _current);

    public event Action<StorageStatus>? Changed;

    /// <summary>A commit succeeded, or failed.</summary>
    public void Set(bool stored) => Set(stored, delayed: false);

    /// <summary>A commit has been under way for too long. What has failed stays failed.</summary>
    public void Delay()
    {
        if (Volatile.Read(ref _current).Stored)
        {
            Set(stored: false, delayed: true);
        }
    }

    private void Set(bool stored, bool delayed)
    {
        if (Volatile.Read(ref _current) is var current && current.Stored == stored && current.Delayed == delayed)
        {
            return;
        }

        StorageStatus changed;
        lock (_gate)
        {
            if ((_current.Stored == stored && _current.Delayed == delayed) || (delayed && !_current.Stored))
            {
                return;
            }

            // What was delayed and then failed has not been stored since the delay began.
            var since = _current.Stored || stored ? time.GetUtcNow() : _current.Since;
            changed = new StorageStatus(stored, since) { Delayed = delayed };
            Volatile.Write(ref _current, changed);
        }

        if (stored)
        {
            LogStored();
        }
        else
        {
            LogAway();
        }

        Changed?.Invoke(changed);
    }

    [LoggerMessage(3030, LogLevel.Information, "Readings are being stored again.")]
    private partial void LogStored();

    [LoggerMessage(3031, LogLevel.Error, "Readings are not being stored. They are shown and scored from memory, and not acknowledged until they are.")]
    private partial void LogAway();
}
