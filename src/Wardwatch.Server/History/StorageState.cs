using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.History;

/// <summary>Holds whether readings reach the disk. One owner: the committer's writers.</summary>
internal sealed partial class StorageState(TimeProvider time, ILogger<StorageState> logger) : IStorageState
{
    private readonly Lock _gate = new();
    private readonly ILogger<StorageState> _logger = logger;
    private StorageStatus _current = new(Stored: true, time.GetUtcNow());

    public StorageStatus Current => Volatile.Read(ref _current);

    public event Action<StorageStatus>? Changed;

    public void Set(bool stored)
    {
        if (Volatile.Read(ref _current).Stored == stored)
        {
            return;
        }

        StorageStatus changed;
        lock (_gate)
        {
            if (_current.Stored == stored)
            {
                return;
            }

            changed = new StorageStatus(stored, time.GetUtcNow());
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
