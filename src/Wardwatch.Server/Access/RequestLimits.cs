using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Access;

/// <summary>
/// How often somebody may ask. Whoever is signed in is counted by account and never by address: a ward's screens share one, and must not lock each other out. What
/// stays open is counted by how many there are. Pages, health, metrics and the description of the interface are not counted.
/// </summary>
internal static class RequestLimits
{
    private const int Segments = 6;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly PathString[] Counted = ["/api", "/v1", "/ws", "/sse", "/hubs"];
    private static readonly PathString[] Live = ["/ws", "/sse", "/hubs"];

    // A whole shift signs in behind one address, and its pages renew their sessions from there.
    private static readonly PathString[] Entrances = ["/api/auth/refresh", "/api/auth/login", "/api/auth/passkey"];

    /// <summary>Whom a limit counts together.</summary>
    internal readonly record struct Key(Class Class, Guid Account, ClientAddress Address);

    /// <summary>The classes of requests.</summary>
    internal enum Class
    {
        /// <summary>Not counted.</summary>
        Free,

        /// <summary>Nobody is signed in.</summary>
        Anonymous,

        /// <summary>Signs in or renews a session; attempts are limited by account, too.</summary>
        Entrance,

        /// <summary>A patient's account.</summary>
        Patient,

        /// <summary>Any other account.</summary>
        Staff,

        /// <summary>Stays open.</summary>
        Live,
    }

    /// <summary>Adds the limits to the middleware, which stands behind the sign-in and before permissions.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<IConfigureOptions<RateLimiterOptions>>(provider => new ConfigureNamedOptions<RateLimiterOptions>(Options.DefaultName, limiter =>
        {
            var limits = provider.GetRequiredService<IOptions<LimitsOptions>>().Value;
            limiter.GlobalLimiter = Create(limits);
            limiter.OnRejected = RefuseAsync;
        }));
    }

    /// <summary>A limiter with these limits.</summary>
    internal static PartitionedRateLimiter<HttpContext> Create(LimitsOptions limits) =>
        PartitionedRateLimiter.Create<HttpContext, Key>(context => Partition(KeyOf(context), limits));

    /// <summary>Whom a request counts with.</summary>
    internal static Key KeyOf(HttpContext context)
    {
        var path = context.Request.Path;
        if (!Array.Exists(Counted, counted => path.StartsWithSegments(counted, StringComparison.OrdinalIgnoreCase)))
        {
            return default;
        }

        if (context.User.FindCaller() is not { } caller)
        {
            var enters = Array.Exists(Entrances, entrance => path.StartsWithSegments(entrance, StringComparison.OrdinalIgnoreCase));
            return new(enters ? Class.Entrance : Class.Anonymous, default, ClientAddress.Of(context.Connection.RemoteIpAddress));
        }

        var kind = StaysOpen(context) ? Class.Live : caller.Role == AccountRoles.Patient ? Class.Patient : Class.Staff;
        return new(kind, caller.AccountId, default);
    }

    // What a client of the hub sends beside its stream is short and counts as any request does.
    private static bool StaysOpen(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsConnect(context.Request.Method))
        && Array.Exists(Live, live => context.Request.Path.StartsWithSegments(live, StringComparison.OrdinalIgnoreCase));

    private static RateLimitPartition<Key> Partition(Key key, LimitsOptions limits) => key.Class switch
    {
        Class.Free => RateLimitPartition.GetNoLimiter(key),
        Class.Anonymous => Sliding(key, limits.AnonymousPerMinute),
        Class.Entrance => Sliding(key, limits.EntrancesPerMinute),
        Class.Patient => Sliding(key, limits.PatientPerMinute),
        Class.Live => RateLimitPartition.GetConcurrencyLimiter(key, _ => new() { PermitLimit = limits.LiveConnectionsPerAccount, QueueLimit = 0 }),
        _ => RateLimitPartition.GetTokenBucketLimiter(key, _ => BucketOf(limits)),
    };

    // A token at a time where they are few; else some, ten times a second.
    private static TokenBucketRateLimiterOptions BucketOf(LimitsOptions limits)
    {
        var each = Math.Max(1, limits.StaffPerMinute / 600);
        return new() { TokenLimit = limits.StaffBurst, TokensPerPeriod = each, ReplenishmentPeriod = Window * each / limits.StaffPerMinute, QueueLimit = 0 };
    }

    private static RateLimitPartition<Key> Sliding(Key key, int perMinute) =>
        RateLimitPartition.GetSlidingWindowLimiter(key, _ => new() { PermitLimit = perMinute, Window = Window, SegmentsPerWindow = Segments, QueueLimit = 0 });

    private static async ValueTask RefuseAsync(OnRejectedContext refused, CancellationToken cancellation)
    {
        var context = refused.HttpContext;
        var wait = refused.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) && after > TimeSpan.Zero ? after : Window / Segments;
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var problem = KeyOf(context).Class == Class.Live
            ? TypedResults.Problem(statusCode: 429, type: "urn:wardwatch:too-many-live-connections", title: "This account has too many live connections; close one")
            : TypedResults.Problem(statusCode: 429, type: "urn:wardwatch:too-many-requests", title: "Too many requests; wait a moment");
        await problem.ExecuteAsync(context);
    }
}
