using Microsoft.AspNetCore.Http.HttpResults;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>Errors that more than one module answers with. Their types are stable: clients may rely on them.</summary>
public static class Problems
{
    /// <summary>404: there is no such patient, or it is not the caller's to see; which of both is not told.</summary>
    public static ProblemHttpResult PatientNotFound() =>
        TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, type: "urn:wardwatch:patient-not-found", title: "There is no such patient");

    /// <summary>404: there is no such ward, or it is not the caller's to see.</summary>
    public static ProblemHttpResult WardNotFound() =>
        TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, type: "urn:wardwatch:ward-not-found", title: "There is no such ward");

    /// <summary>400: a parameter cannot be used; <paramref name="detail"/> says which and why.</summary>
    public static ProblemHttpResult InvalidParameter(string detail) =>
        TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, type: "urn:wardwatch:invalid-parameter", title: "A parameter is not valid", detail: detail);

    /// <summary>503: the database does not answer; what is shown live still works.</summary>
    public static ProblemHttpResult HistoryAway() =>
        TypedResults.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, type: "urn:wardwatch:history-away", title: "The history cannot be read at the moment",
            detail: "The database does not answer. Live values are not affected. Try again shortly.");
}
