using Microsoft.AspNetCore.Http.HttpResults;

namespace Wardwatch.Server.Notifications.Outside;

/// <summary>Refuses addresses when they are given, so that whoever gives one is told; each message asks again.</summary>
internal static class OutsideProblems
{
    /// <summary>Whether an address may be sent to now, as far as can be told within a time.</summary>
    public static async Task<bool> MayReachAsync(GuardedHttp http, Uri address, TimeSpan within, TimeProvider time, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(within, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return await http.MayReachAsync(address, both.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>400: the address leads to nobody, or where nobody outside may be sent to; which of both is not told.</summary>
    public static ProblemHttpResult AddressRefused(string field) => TypedResults.Problem(
        statusCode: 400, type: "urn:wardwatch:address-refused", title: "The address is not one that may be sent to",
        detail: $"{field} must be an https address whose name is known and leads to public addresses, or to networks that the installation allows.");
}
