using System.Security.Cryptography;

namespace Wardwatch.Server.Notifications.Sending;

/// <summary>Pauses between attempts: each twice the one before it, drawn from half to one and a half of that, so that what failed together does not come again together.</summary>
internal static class Backoff
{
    private const int Steps = 1000;
    private const int MostDoublings = 40;

    /// <summary>The pause after an attempt.</summary>
    /// <param name="attempt">1 for the first.</param>
    /// <param name="options">The first and the longest pause.</param>
    /// <param name="asked">What the receiver asked for; longer than ours it counts, up to the longest.</param>
    public static TimeSpan After(int attempt, NotificationsOptions options, TimeSpan? asked) => After(attempt, options, asked, RandomNumberGenerator.GetInt32(Steps + 1) / (double)Steps);

    /// <summary>The same with a given draw, 0 to 1.</summary>
    internal static TimeSpan After(int attempt, NotificationsOptions options, TimeSpan? asked, double draw)
    {
        var pause = Math.Min(options.MaxRetrySeconds, options.RetrySeconds * Math.Pow(2, Math.Min(attempt - 1, MostDoublings))) * (0.5 + draw);
        var wanted = Math.Min(asked?.TotalSeconds ?? 0, options.MaxRetrySeconds);
        return TimeSpan.FromSeconds(Math.Max(pause, wanted));
    }
}
