using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.History;

/// <summary>
/// Companions are committed in the order in which lanes brought them about, however many writers there are: the end of an alert after its beginning. Whichever batch has companions gets
/// a turn when it leaves the queue, and waits for the one before; batches of rows alone pass by.
/// </summary>
/// <remarks>What the database refused goes before everything newer, in transactions of its own, and is tried again though no further readings come.</remarks>
internal sealed class CompanionOrder(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;

    // Replaced by whoever's turn it is.
    private volatile ICommitCompanion[] _late = [];
    private long _triedAt;

    /// <summary>Whether the database refused some that are still to be stored.</summary>
    public bool HasLate => _late.Length > 0;

    /// <summary>What was refused, oldest first. To be read by whoever's turn it is.</summary>
    public ICommitCompanion[] Late => _late;

    /// <summary>How long to wait until what was refused is tried again.</summary>
    public TimeSpan UntilTriedAgain => Pause - time.GetElapsedTime(Volatile.Read(ref _triedAt)) is var rest && rest > TimeSpan.Zero ? rest : TimeSpan.Zero;

    /// <summary>Fills a batch and gives it its turn if it needs one; no other batch is filled meanwhile.</summary>
    /// <param name="fill">Fills it; answers whether it has companions.</param>
    /// <param name="last">Nothing comes any more: what was refused is tried once more at once.</param>
    /// <returns>Null: it may be committed at any time.</returns>
    public Turn? Next(Func<bool> fill, bool last)
    {
        lock (_gate)
        {
            if (!fill() && !(HasLate && (last || UntilTriedAgain == TimeSpan.Zero)))
            {
                return null;
            }

            var turn = new Turn(_last);
            _last = turn.Ended;
            return turn;
        }
    }

    /// <summary>Keeps what the database refused, in place of what it had refused before.</summary>
    public void Keep(IEnumerable<ICommitCompanion> refused)
    {
        _late = [.. refused];
        Volatile.Write(ref _triedAt, time.GetTimestamp());
    }

    /// <summary>The turn of one batch.</summary>
    internal sealed class Turn(Task before)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The turns before this one have ended.</summary>
        public Task Come => before;

        /// <summary>This one has.</summary>
        public Task Ended => _ended.Task;

        /// <summary>Ends it; again does nothing.</summary>
        public void End() => _ended.TrySetResult();
    }
}
