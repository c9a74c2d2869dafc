using System.Net;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Wardwatch.Server.Staff.Guessing;

/// <summary>
/// How often one address may try one account. The pair counts and not the account alone, so that nobody can lock a colleague out from elsewhere.
/// </summary>
internal sealed class SignInLimiter(IOptions<StaffOptions> options) : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(
        pair => RateLimitPartition.GetFixedWindowLimiter(pair, _ => new FixedWindowRateLimiterOptions
        {
            PermitLimit = options.Value.SignInsPerMinute,
            Window = Window,
            QueueLimit = 0,
        }), StringComparer.Ordinal);

    /// <summary>Counts one attempt. Null: go on; otherwise the time until another may be made.</summary>
    public TimeSpan? Refuse(string user, IPAddress? address)
    {
        using var lease = _limiter.AttemptAcquire($"{SourceNetwork.Of(address)} {user.ToUpperInvariant()}");
        if (lease.IsAcquired)
        {
            return null;
        }

        return lease.TryGetMetadata(MetadataName.RetryAfter, out var after) && after > TimeSpan.Zero ? after : Window;
    }

    /// <inheritdoc />
    public void Dispose() => _limiter.Dispose();
}
