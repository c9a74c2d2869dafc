namespace Wardwatch.UnitTests.Gateway;

/// <summary>A clock that goes forward when the test says so; its time of day stands still.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private long _milliseconds = 1_000_000;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => _milliseconds;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;

    public void Step(double seconds) => _milliseconds += (long)(seconds * 1000);
}
