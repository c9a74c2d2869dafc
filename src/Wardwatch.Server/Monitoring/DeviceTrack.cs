namespace Wardwatch.Server.Monitoring;

/// <summary>What a lane remembers of one device: the counters of its latest boots, and how far its readings have come. Owned by the lane.</summary>
internal sealed class DeviceTrack
{
    // A device that restarts while old messages of its last boot still arrive needs two; more means somebody replays.
    private const int RememberedBoots = 4;

    private readonly Boot[] _boots = new Boot[RememberedBoots];
    private int _count;
    private int _next;

    /// <summary>The latest measurement time of this device that was taken into the live state.</summary>
    public long NewestMeasuredAt { get; set; }

    /// <summary>The time of the latest status of this device that was taken into the live state.</summary>
    public long NewestStatusAt { get; set; }

    /// <summary>When the last reading of who wears it came; 0: none that is remembered.</summary>
    public long HeardAt { get; set; }

    /// <summary>Looks a message up. A boot that memory has not met is <see cref="ReplayVerdict.Unknown"/>: it may be an old one, replayed.</summary>
    public ReplayVerdict Judge(uint keyId, ulong bootId, ulong counter)
    {
        var index = Find(keyId, bootId);
        return index < 0 ? ReplayVerdict.Unknown : _boots[index].Window.Judge(counter);
    }

    /// <summary>Remembers a message whose tag was right.</summary>
    public void Mark(uint keyId, ulong bootId, ulong counter)
    {
        var index = Find(keyId, bootId);
        if (index < 0)
        {
            // What came of this boot before it was met here (before a restart, in another lane, or before it was forgotten), only the database knows.
            index = Begin(keyId, bootId, inheritedUpTo: counter - 1);
        }

        _boots[index].Window.Mark(counter);
    }

    /// <summary>Takes over a message that the database holds, when the lane rebuilds itself.</summary>
    public void Inherit(uint keyId, ulong bootId, ulong counter)
    {
        var index = Find(keyId, bootId);
        if (index < 0)
        {
            index = Begin(keyId, bootId, counter);
        }
        else if (_boots[index].Window.Judge(counter) == ReplayVerdict.Newest)
        {
            _boots[index].Window = _boots[index].Window.InheritUpTo(counter);
        }

        _boots[index].Window.Mark(counter);
    }

    private int Find(uint keyId, ulong bootId)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_boots[i].BootId == bootId && _boots[i].KeyId == keyId)
            {
                return i;
            }
        }

        return -1;
    }

    private int Begin(uint keyId, ulong bootId, ulong inheritedUpTo)
    {
        var index = _count < RememberedBoots ? _count++ : _next;
        _next = (index + 1) % RememberedBoots;
        _boots[index] = new Boot { KeyId = keyId, BootId = bootId, Window = new ReplayWindow(inheritedUpTo) };
        return index;
    }

    private struct Boot
    {
        public uint KeyId;
        public ulong BootId;
        public ReplayWindow Window;
    }
}
