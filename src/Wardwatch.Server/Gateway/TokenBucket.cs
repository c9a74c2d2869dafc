namespace Wardwatch.Server.Gateway;

/// <summary>
/// So much a second on average, and so much at once. It may be overdrawn: what came has come, and the debt says how long to wait before more is asked for.
/// Reads no clock; its owner sees to it that one thread at a time uses it.
/// </summary>
/// <param name="perSecond">What flows in.</param>
/// <param name="most">What it holds when nobody has taken from it, at least 1.</param>
internal struct TokenBucket(double perSecond, double most)
{
    private readonly double _perMillisecond = perSecond / 1000;
    private readonly double _most = most;
    private double _tokens = most;
    private long _filledAt = long.MinValue;

    /// <summary>Takes one if there is one.</summary>
    /// <param name="nowMilliseconds">Of a clock that only goes forward.</param>
    public bool TryTake(long nowMilliseconds)
    {
        Fill(nowMilliseconds);
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }

    /// <summary>Takes, whether there is enough or not; answers the milliseconds until the debt is paid, 0 if there is none.</summary>
    public int Take(double count, long nowMilliseconds)
    {
        Fill(nowMilliseconds);
        _tokens -= count;
        return _tokens >= 0 ? 0 : (int)Math.Min(int.MaxValue, Math.Ceiling(-_tokens / _perMillisecond));
    }

    /// <summary>True if it is as full as one that was never used, so that it can be forgotten.</summary>
    public bool IsFull(long nowMilliseconds)
    {
        Fill(nowMilliseconds);
        return _tokens >= _most;
    }

    private void Fill(long nowMilliseconds)
    {
        if (_filledAt != long.MinValue)
        {
            _tokens = Math.Min(_most, _tokens + (nowMilliseconds - _filledAt) * _perMillisecond);
        }

        _filledAt = nowMilliseconds;
    }
}
