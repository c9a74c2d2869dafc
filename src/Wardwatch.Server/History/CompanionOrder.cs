using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.History;

/// <summary>
/// Companions are committed in the order in which lanes brought them about, however many writers there are: the end of an alert after its beginning. Whichever batch has companions gets
/// a turn when it leaves the queue, and waits for the one before; batches of rows alone pass by.
/// </summary>
/// <remarks>
/// What the database refused waits here, and with it everything newer of the same patients, lest a later alert be ended by the beginning of an earlier one. It is tried again from time to time in
/// transactions of its own, though no further readings come.
/// </remarks>
internal sealed class CompanionOrder(TimeProvider time)
{
    /// <summary>How long it takes until what was refused is tried again; twice as long each time that nothing of it goes in, up to <see cref="LongestPause"/>.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause: an alert must not wait long for a lock that is free again.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;

    // Replaced by whoever's turn it is.
    private volatile LateCompanion[] _late = [];
    private TimeSpan _pause = FirstPause;
    private long _triedAt;

    /// <summary>Whether the database refused some that are still to be stored.</summary>
    public bool HasLate => _late.Length > 0;

    /// <summary>What was refused or waits for it, oldest first. To be read by whoever's turn it is.</summary>
    public IReadOnlyList<LateCompanion> Late => _late;

    /// <summary>How long to wait until what was refused is tried again; while somebody else has a turn, a whole pause.</summary>
    public TimeSpan UntilTriedAgain
    {
        get
        {
            lock (_gate)
            {
                return !_last.IsCompleted ? FirstPause : IsDue ? TimeSpan.Zero : _pause - time.GetElapsedTime(_triedAt);
            }
        }
    }

    private bool IsDue => HasLate && time.GetElapsedTime(_triedAt) >= _pause;

    /// <summary>Fills a batch and gives it its turn if it needs one; no other batch is filled meanwhile.</summary>
    /// <param name="fill">Fills it; answers whether it has companions.</param>
    /// <param name="last">Nothing comes any more: what was refused is tried once more at once.</param>
    /// <returns>Null: it may be committed at any time.</returns>
    public Turn? Next(Func<bool> fill, bool last)
    {
        lock (_gate)
        {
            // For what was refused alone nobody waits in line: whoever's turn it is now sees to it, and readings are committed meanwhile.
            if (!fill() && !(HasLate && _last.IsCompleted && (last || IsDue)))
            {
                return null;
            }

            var turn = new Turn(_last, last);
            _last = turn.Ended;
            return turn;
        }
    }

    /// <summary>Whether what was refused is to be tried again in this turn.</summary>
    public bool IsToTry(Turn turn)
    {
        lock (_gate)
        {
            return HasLate && (turn.IsLast || IsDue);
        }
    }

    /// <summary>Whether something of these patients waits, so that what is newer must not overtake it.</summary>
    public bool HoldsBack(IEnumerable<LateCompanion> companions)
    {
        var late = LatePatients();
        return late.Count > 0 && companions.Any(companion => late.Contains(companion.Patient));
    }

    /// <summary>The patients of whom something waits.</summary>
    public HashSet<int> LatePatients() => [.. _late.Select(companion => companion.Patient)];

    /// <summary>Everything was tried again: keeps what is still refused.</summary>
    public void Keep(IReadOnlyCollection<LateCompanion> refused)
    {
        lock (_gate)
        {
            var longer = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
            _pause = refused.Count < _late.Length ? FirstPause : longer;
            _late = [.. refused];
            _triedAt = time.GetTimestamp();
        }
    }

    /// <summary>Keeps what was refused for the first time, or must wait, behind what waits already.</summary>
    public void Add(IReadOnlyCollection<LateCompanion> refused)
    {
        lock (_gate)
        {
            if (!HasLate)
            {
                _pause = FirstPause;
                _triedAt = time.GetTimestamp();
            }

            _late = [.. _late, .. refused];
        }
    }

    /// <summary>The turn of one batch.</summary>
    internal sealed class Turn(Task before, bool isLast)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The turns before this one have ended.</summary>
        public Task Come => before;

        /// <summary>Nothing comes after it but what was refused.</summary>
        public bool IsLast => isLast;

        /// <summary>This one has.</summary>
        public Task Ended => _ended.Task;

        /// <summary>Ends it; again does nothing.</summary>
        public void End() => _ended.TrySetResult();
    }
}
