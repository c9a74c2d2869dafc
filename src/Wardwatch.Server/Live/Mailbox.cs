using System.Threading.Channels;

namespace Wardwatch.Server.Live;

/// <summary>
/// What waits for one subscriber. A subscriber that keeps up gets every message in order; for one that does not, messages of which a newer one says the same
/// patient's whole state are joined, so that it gets the newest state and never a backlog. Memory is bounded by the number of patients, not by time.
/// </summary>
internal sealed class Mailbox(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private List<LiveMessage> _waiting = [];
    private int _joinAt;

    /// <summary>How many messages were joined into newer ones.</summary>
    public long Conflated { get; private set; }

    /// <summary>Adds a message; never blocks.</summary>
    public void Offer(LiveMessage message)
    {
        lock (_gate)
        {
            _waiting.Add(message);
            if (_waiting.Count > Math.Max(_joinAt, capacity))
            {
                Conflate();
            }
        }

        _signal.Writer.TryWrite(true);
    }

    /// <summary>Waits until there is something.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellation) => await _signal.Reader.ReadAsync(cancellation);

    /// <summary>Waits until there is something; false, without an exception, once <paramref name="ended"/> fires: a stream ends like a loop.</summary>
    public async ValueTask<bool> TryWaitAsync(CancellationToken ended)
    {
        try
        {
            return await _signal.Reader.ReadAsync(ended);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Takes everything that waits, oldest first, in exchange for an empty list.</summary>
    public List<LiveMessage> Take(List<LiveMessage> empty)
    {
        empty.Clear();
        lock (_gate)
        {
            (var taken, _waiting) = (_waiting, empty);
            _joinAt = 0;
            return taken;
        }
    }

    /// <summary>Keeps the newest message of each key, in order. The next time comes only after as many more, so that joining stays cheap.</summary>
    private void Conflate()
    {
        var seen = new HashSet<(LiveKind, int)>();
        var kept = new List<LiveMessage>();
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            if (seen.Add(_waiting[i].Key))
            {
                kept.Add(_waiting[i]);
            }
        }

        Conflated += _waiting.Count - kept.Count;
        kept.Reverse();
        _waiting = kept;
        _joinAt = kept.Count * 2;
    }
}
