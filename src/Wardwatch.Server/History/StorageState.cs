using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.History;

/// <summary>Holds whether readings reach the disk. One owner: the committer's writers.</summary>
internal sealed class StorageState(TimeProvider time) : IStorageState
{
    private readonly Lock _gate = new();
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

        Changed?.Invoke(changed);
    }
}
