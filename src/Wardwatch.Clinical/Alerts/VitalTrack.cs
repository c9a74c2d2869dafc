namespace Wardwatch.Clinical.Alerts;

/// <summary>
/// How the values of one vital have been coming: as a stream, where delays apply, or one by one, where each value is what somebody took on purpose and counts at once.
/// </summary>
internal struct VitalTrack
{
    /// <summary>
    /// Values that are closer than this are of one stream: monitors that send once a minute are. A longer gap begins anew what was building up or clearing. Wardwatch's own choice.
    /// </summary>
    public const long StreamGap = 90_000_000;

    private long _at;
    private double _value;
    private byte _far; // bit 0: the last interval was long, bit 1: the one before it

    /// <summary>When the last value was measured; 0: there is none.</summary>
    public readonly long At => _at;

    /// <summary>Whether a value came after a gap.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Whether the last value stands alone.</summary>
    public bool IsAlone { get; private set; }

    /// <summary>Whether this value has not been judged yet. One with the same time and another value is a correction.</summary>
    public readonly bool IsNew(long at, double value) => at > _at || (at == _at && value != _value);

    /// <summary>
    /// Whether the last value of a cuff or a thermometer turns out to stand alone: it was one of a few in quick succession, and nothing has come since for longer than a stream's gap.
    /// True once; without it a pressure that was taken again and found well would leave its alert active until somebody takes the next one.
    /// </summary>
    public bool Settles(long now)
    {
        if (IsAlone || _at == 0 || now - _at <= StreamGap)
            return false;
        return IsAlone = true;
    }

    /// <summary>Takes a value.</summary>
    /// <param name="at">When it was measured.</param>
    /// <param name="value">The value.</param>
    /// <param name="isContinuous">
    /// Whether a monitor measures this vital all the time. Its values count as alone only when two long intervals in a row have shown it, since the first values
    /// after a probe is put back are often artefacts; of a cuff or a thermometer values count as a stream only when two short ones have.
    /// </param>
    public void Take(long at, double value, bool isContinuous)
    {
        if (at > _at)
        {
            bool isFirst = _at == 0;
            if (isFirst)
                _far = (byte)(isContinuous ? 0 : 0b11);
            else
                _far = (byte)(((_far << 1) | (at - _at > StreamGap ? 1 : 0)) & 0b11);
            IsBroken = !isFirst && (_far & 1) != 0;
            IsAlone = isContinuous ? _far == 0b11 : _far != 0;
        }

        _at = at;
        _value = value;
    }
}

/// <summary>How far a vital has fallen within a window: below the best mean of a twelfth of it. Means, so that one stray value is no fall.</summary>
internal sealed class FallTrack(double windowSeconds)
{
    private const int Buckets = 12;

    private readonly long _bucketMicros = (long)(windowSeconds * 1e6) / Buckets;
    private readonly double[] _sums = new double[Buckets];
    private readonly int[] _counts = new int[Buckets];
    private long _current = long.MinValue;

    /// <summary>Takes a value and tells how far it lies below the best of the window before it; NaN while nothing is there to compare with.</summary>
    public double Take(long at, double value)
    {
        long bucket = at / _bucketMicros;
        Forget(bucket);
        double best = double.NaN;
        for (int i = 0; i < Buckets; i++)
        {
            if (_counts[i] > 0 && i != Slot(bucket) && !(_sums[i] / _counts[i] <= best))
                best = _sums[i] / _counts[i];
        }

        _sums[Slot(bucket)] += value;
        _counts[Slot(bucket)]++;
        return best - value;
    }

    private static int Slot(long bucket) => (int)(bucket % Buckets);

    private void Forget(long bucket)
    {
        if (bucket <= _current)
            return;
        long first = Math.Max(_current + 1, bucket - Buckets + 1);
        for (long old = _current == long.MinValue ? bucket - Buckets + 1 : first; old <= bucket; old++)
            (_sums[Slot(old)], _counts[Slot(old)]) = (0, 0);
        _current = bucket;
    }
}
