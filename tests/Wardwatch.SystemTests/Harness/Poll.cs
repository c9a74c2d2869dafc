namespace Wardwatch.SystemTests.Harness;

/// <summary>Waits for what a real process will do, with a deadline in place of a guess.</summary>
public static class Poll
{
    /// <summary>
    /// How long anything is waited for that is not measured: far longer than it takes on a machine that is slow and busy. What takes longer does not happen.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until the answer is true.</summary>
    /// <param name="condition">What is asked.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="between">How long to wait before it is asked again; null: so short that nobody notices.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> came first.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellation, TimeSpan? between = null)
    {
        while (!await condition())
        {
            await Task.Delay(between ?? Between, cancellation);
        }
    }

    /// <summary>Asks until the answer is true, at most so long.</summary>
    /// <exception cref="TimeoutException">It did not come true in time.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan within, string what, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(within);
        try
        {
            await UntilAsync(condition, deadline.Token);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"Not within {within.TotalSeconds:0.#} s: {what}", late);
        }
    }
}
