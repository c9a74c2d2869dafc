namespace Wardwatch.Server.History.Contracts;

/// <summary>Whether readings reach the disk, as the screen shows it.</summary>
/// <param name="Stored">True while commits succeed.</param>
/// <param name="Since">Since when.</param>
public sealed record StorageStatus(bool Stored, DateTimeOffset Since)
{
    /// <summary>True if nothing has failed, but a commit takes longer than it should: a database that hangs says nothing.</summary>
    public bool Delayed { get; init; }
}

/// <summary>The state of storage, changed by the committer.</summary>
public interface IStorageState
{
    /// <summary>The state now.</summary>
    StorageStatus Current { get; }

    /// <summary>Raised after each change, on the committer's thread.</summary>
    event Action<StorageStatus>? Changed;
}

/// <summary>Whether this process's own commits succeed, apart from what is known of other processes.</summary>
public interface IOwnStorage : IStorageState;

/// <summary>The state of storage as the API shows it.</summary>
/// <param name="State">stored, delayed or away.</param>
/// <param name="Since">Since when.</param>
public sealed record StorageDocument(string State, DateTimeOffset Since)
{
    /// <summary>Puts a state into words.</summary>
    public static StorageDocument Of(StorageStatus status) => new(status.Stored ? "stored" : status.Delayed ? "delayed" : "away", status.Since);
}
