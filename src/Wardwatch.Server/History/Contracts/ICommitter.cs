namespace Wardwatch.Server.History.Contracts;

/// <summary>
/// Makes groups of readings durable. What a lane submits is committed in one transaction with whatever the other lanes submitted meanwhile.
/// </summary>
public interface ICommitter
{
    /// <summary>
    /// Hands a group over; false if the committer's queue is full, which is how a slow database pushes back to the lanes.
    /// Once taken, the group belongs to the committer, which returns it to its pool after completing it.
    /// </summary>
    bool TrySubmit(CommitGroup group);

    /// <summary>Ends when there may be room.</summary>
    ValueTask WaitForRoomAsync(CancellationToken cancellation);

    /// <summary>An empty group.</summary>
    CommitGroup Rent();
}

/// <summary>Whoever waits for rows of a group: told once per group, after the commit or its final failure.</summary>
public interface ICommitListener
{
    /// <summary>Entry <paramref name="entry"/> was set aside durably instead of being stored. Called before <see cref="Committed"/>.</summary>
    void Refuse(int entry, RefusalReason reason);

    /// <summary>The message as it came, for setting it aside. Valid until <see cref="Committed"/> or <see cref="Failed"/>.</summary>
    void Describe(int entry, out ReadOnlyMemory<byte> topic, out ReadOnlyMemory<byte> envelope);

    /// <summary>Everything that was handed over is durable.</summary>
    void Committed();

    /// <summary>It is unknown or false that everything is durable: nothing may be acknowledged.</summary>
    void Failed();
}
