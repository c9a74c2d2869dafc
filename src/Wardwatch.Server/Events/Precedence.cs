namespace Wardwatch.Server.Events;

/// <summary>
/// While many events wait for a consumer that people wait for, the others of this process rest between their batches: in a storm of alerts, figures can come later, and a nurse cannot.
/// Nobody rests for longer than a while, so that nothing waits for ever.
/// </summary>
internal sealed class Precedence(TimeProvider time)
{
    // Fewer are handled within some tens of milliseconds.
    private const int Many = 100;

    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    // When an urgent consumer last had many events; 0: never.
    private long _busyAt;

    private bool IsBusy => Volatile.Read(ref _busyAt) is var at and not 0 && time.GetElapsedTime(at) < Memory;

    /// <summary>An urgent consumer takes so many events at once.</summary>
    public void Taken(int events)
    {
        if (events >= Many)
        {
            Volatile.Write(ref _busyAt, time.GetTimestamp());
        }
    }

    /// <summary>Waits while an urgent consumer has much to do.</summary>
    public async Task GiveWayAsync(CancellationToken cancellation)
    {
        for (var began = time.GetTimestamp(); IsBusy && time.GetElapsedTime(began) < Longest;)
        {
            await Task.Delay(Step, time, cancellation);
        }
    }
}
