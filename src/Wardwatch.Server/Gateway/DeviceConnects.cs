namespace Wardwatch.Server.Gateway;

/// <summary>
/// How often one device may connect, and how often a connection of it may put off another. Only right credentials come this far, so that nobody else can use
/// up a device's share, and there are no more entries than devices.
/// </summary>
internal sealed class DeviceConnects(GatewayOptions options)
{
    private const int PrunedFrom = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Shares> _devices = new(StringComparer.Ordinal);
    private int _pruneAt = PrunedFrom;

    /// <summary>Devices that are remembered.</summary>
    public int Known
    {
        get
        {
            lock (_gate)
            {
                return _devices.Count;
            }
        }
    }

    /// <summary>Whether the device may connect once more.</summary>
    /// <param name="device">Its id.</param>
    /// <param name="takesOver">True if it has a session already, which this one would end.</param>
    /// <param name="nowMilliseconds">Of a clock that only goes forward.</param>
    public ConnectAnswer Judge(string device, bool takesOver, long nowMilliseconds)
    {
        lock (_gate)
        {
            if (!_devices.TryGetValue(device, out var shares))
            {
                Prune(nowMilliseconds);
                shares = new Shares(options);
                _devices.Add(device, shares);
            }

            if (!shares.Connects.TryTake(nowMilliseconds))
            {
                return ConnectAnswer.TooOften;
            }

            return takesOver && !shares.TakeOvers.TryTake(nowMilliseconds) ? ConnectAnswer.Flapping : ConnectAnswer.Welcome;
        }
    }

    // Devices come and go over the years; one that has not connected for a minute needs no entry.
    private void Prune(long nowMilliseconds)
    {
        if (_devices.Count < _pruneAt)
        {
            return;
        }

        foreach (var (device, shares) in _devices)
        {
            if (shares.Connects.IsFull(nowMilliseconds) && shares.TakeOvers.IsFull(nowMilliseconds))
            {
                _devices.Remove(device);
            }
        }

        _pruneAt = Math.Max(PrunedFrom, 2 * _devices.Count);
    }

    private sealed class Shares(GatewayOptions options)
    {
        public TokenBucket Connects = new(options.ConnectsPerMinute / 60.0, options.ConnectsPerMinute);
        public TokenBucket TakeOvers = new(options.TakeOversPerMinute / 60.0, options.TakeOversPerMinute);
    }
}

/// <summary>What becomes of a CONNECT with right credentials.</summary>
internal enum ConnectAnswer
{
    /// <summary>Let in.</summary>
    Welcome,

    /// <summary>The device connects more often than any device should.</summary>
    TooOften,

    /// <summary>Two boxes with the same credentials put each other off.</summary>
    Flapping,
}
