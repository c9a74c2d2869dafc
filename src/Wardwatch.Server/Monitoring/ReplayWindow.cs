namespace Wardwatch.Server.Monitoring;

/// <summary>What memory knows of a counter.</summary>
internal enum ReplayVerdict : byte
{
    /// <summary>Never seen, and the newest of its boot.</summary>
    Newest,

    /// <summary>Never seen, but newer ones were: it came out of order.</summary>
    OutOfOrder,

    /// <summary>Seen: the same message again, or a nonce used twice. The database tells which.</summary>
    Seen,

    /// <summary>Outside what memory knows exactly; the database decides.</summary>
    Unknown,
}

/// <summary>
/// The cache of the counters seen in one boot of a device: a bitmap of the last <see cref="Size"/> below the highest. The exact window is the unique
/// index in the database; this only spares it the question in the usual case. Changed only after the tag of a message was right.
/// </summary>
internal struct ReplayWindow
{
    /// <summary>Counters that are remembered one by one.</summary>
    public const int Size = 256;

    private const int Words = Size / 64;

    private Bits _bits;
    private ulong _highest;

    // Counters up to here came before this process; which of them are stored, only the database knows.
    private ulong _inheritedUpTo;

    /// <summary>A window that begins with a message whose like memory has not met.</summary>
    /// <param name="inheritedUpTo">The highest counter that is known from the database, or 0.</param>
    public ReplayWindow(ulong inheritedUpTo) => _highest = _inheritedUpTo = inheritedUpTo;

    /// <summary>Looks a counter up without changing anything.</summary>
    public readonly ReplayVerdict Judge(ulong counter)
    {
        if (counter > _highest)
        {
            return ReplayVerdict.Newest;
        }

        if (_highest - counter >= Size)
        {
            return ReplayVerdict.Unknown;
        }

        if (IsSet(counter))
        {
            return ReplayVerdict.Seen;
        }

        return counter <= _inheritedUpTo ? ReplayVerdict.Unknown : ReplayVerdict.OutOfOrder;
    }

    /// <summary>Remembers a counter.</summary>
    public void Mark(ulong counter)
    {
        if (counter > _highest)
        {
            Advance(counter);
        }
        else if (_highest - counter >= Size)
        {
            return;
        }

        _bits[(int)(counter / 64 % Words)] |= 1UL << (int)(counter % 64);
    }

    /// <summary>The same window, with everything up to <paramref name="counter"/> known to be of an earlier process.</summary>
    public readonly ReplayWindow InheritUpTo(ulong counter)
    {
        var window = this;
        window.Mark(counter);
        window._inheritedUpTo = counter;
        return window;
    }

    private readonly bool IsSet(ulong counter) => (_bits[(int)(counter / 64 % Words)] >> (int)(counter % 64) & 1) != 0;

    /// <summary>Frees the places between the old and the new highest counter, which a counter 256 lower may still occupy.</summary>
    private void Advance(ulong counter)
    {
        if (counter - _highest >= Size)
        {
            _bits = default;
        }
        else
        {
            // Up to and not past the new one: behind the highest counter there is, counting would begin at 0 again.
            for (var next = _highest; next != counter;)
            {
                next++;
                _bits[(int)(next / 64 % Words)] &= ~(1UL << (int)(next % 64));
            }
        }

        _highest = counter;
    }

    [System.Runtime.CompilerServices.InlineArray(Words)]
    private struct Bits
    {
        private ulong _first;
    }
}
