using Microsoft.AspNetCore.Http.HttpResults;

namespace Wardwatch.Server.Alerts;

/// <summary>Errors of alerts and limits. Their types are stable.</summary>
internal static class AlertProblems
{
    /// <summary>404: there is no such alert, or it is not the caller's to see.</summary>
    public static ProblemHttpResult NotFound() =>
        TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, type: "urn:wardwatch:alert-not-found", title: "There is no such alert");

    /// <summary>409: the condition has ended.</summary>
    public static ProblemHttpResult HasEnded() => TypedResults.Problem(
        statusCode: StatusCodes.Status409Conflict, type: "urn:wardwatch:alert-ended", title: "The alert has ended", detail: "What has ended does not sound and cannot be silenced.");

    /// <summary>409: the condition is measured, and ends when it does not hold any more.</summary>
    public static ProblemHttpResult IsMeasured() => TypedResults.Problem(
        statusCode: StatusCodes.Status409Conflict, type: "urn:wardwatch:alert-measured", title: "The alert ends by itself",
        detail: "Only an alert that somebody raised by hand is ended by hand. Acknowledge it, or silence it for a while.");

    /// <summary>412: the limits are not those that were seen.</summary>
    public static ProblemHttpResult LimitsChanged() => TypedResults.Problem(
        statusCode: StatusCodes.Status412PreconditionFailed, type: "urn:wardwatch:version-changed", title: "Somebody changed the limits in between", detail: "Load the limits again.");

    /// <summary>428: which version is to be changed is said in a way that cannot be read.</summary>
    public static ProblemHttpResult LimitsVersionRequired() => TypedResults.Problem(
        statusCode: StatusCodes.Status428PreconditionRequired, type: "urn:wardwatch:version-required", title: "Say which version is to be changed",
        detail: "Send the ETag of the answer that you saw as If-Match, or none for whichever there is.");

    /// <summary>400: limits cannot be as asked for; each with the reason.</summary>
    public static ProblemHttpResult InvalidLimits(IReadOnlyDictionary<string, string[]> errors) => TypedResults.Problem(
        statusCode: StatusCodes.Status400BadRequest, type: "urn:wardwatch:invalid-limits", title: "The limits are not valid",
        extensions: [KeyValuePair.Create<string, object?>("errors", errors)]);
}
