namespace Wardwatch.UnitTests.Platform;

/// <summary>A clock that stands where the test put it.</summary>
internal sealed class FixedClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
