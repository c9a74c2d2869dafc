namespace Wardwatch.Server.Events.Broker;

/// <summary>
/// Which deliveries of a channel are to be acknowledged, with few messages to the broker: as soon as a delivery and all before it are done, one acknowledgement is of all of them.
/// Those that are done while an earlier one is not are acknowledged one by one when they become many, so that one that takes long does not use up the prefetch. Thread-safe.
/// </summary>
/// <param name="mostHeld">How many may be done and not acknowledged yet.</param>
internal sealed class DeliveryTags(int mostHeld)
{
    private readonly Lock _gate = new();
    private readonly Queue<ulong> _open = new();
    private readonly HashSet<ulong> _done = [];
    private readonly HashSet<ulong> _acknowledged = [];

    /// <summary>Something was delivered, in the order of delivery.</summary>
    public void Add(ulong tag)
    {
        lock (_gate)
        {
            _open.Enqueue(tag);
        }
    }

    /// <summary>Some are done; answers what is to be acknowledged now, in this order.</summary>
    public IReadOnlyList<(ulong Tag, bool WithAllBefore)> Done(IEnumerable<ulong> tags)
    {
        lock (_gate)
        {
            _done.UnionWith(tags);
            var result = new List<(ulong, bool)>();
            ulong? last = null;
            while (_open.TryPeek(out var first) && (_done.Contains(first) || _acknowledged.Contains(first)))
            {
                _open.Dequeue();
                _acknowledged.Remove(first);
                if (_done.Remove(first))
                {
                    last = first;
                }
            }

            if (last is { } withAllBefore)
            {
                result.Add((withAllBefore, true));
            }

            if (_done.Count >= mostHeld)
            {
                result.AddRange(_done.Order().Select(tag => (tag, false)));
                _acknowledged.UnionWith(_done);
                _done.Clear();
            }

            return result;
        }
    }
}
