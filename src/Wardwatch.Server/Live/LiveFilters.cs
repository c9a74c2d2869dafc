using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>Reads <c>?ward=</c>, <c>?patient=</c>, <c>?only=alerts</c> and <c>?tests=</c> of a live connection, within what the caller may see. Following is on record like any other look.</summary>
internal sealed class LiveFilters(RecordAccess access)
{
    private const string Alerts = "alerts";

    /// <summary>What the connection carries; or, if a ward or patient is named that is not there for this caller, or a part that it does not have, the answer that says so.</summary>
    /// <param name="context">The request.</param>
    /// <param name="kinds">What this kind of connection carries.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<(LiveFilter? Filter, IResult? Refusal)> ReadAsync(HttpContext context, LiveKinds kinds, CancellationToken cancellation)
    {
        if (context.Request.Query["only"].FirstOrDefault() is { Length: > 0 } only && (only != Alerts || (kinds & LiveKinds.Events) == LiveKinds.None))
        {
            return (null, Problems.InvalidParameter((kinds & LiveKinds.Events) == LiveKinds.None ? "This stream carries readings and nothing else: only cannot be given." : $"only must be {Alerts} or absent."));
        }

        if (context.Request.Query["patient"].FirstOrDefault() is { Length: > 0 } id)
        {
            return await access.OpenAsync(context, id, AuditActions.FollowLive, cancellation) is { } patient
                ? (Of(context, Given(context), patient.Number), null)
                : (null, Problems.PatientNotFound());
        }

        var ward = Given(context);
        return await access.OpenWardAsync(context, ward, AuditActions.FollowLive, cancellation) is null
            ? (null, Problems.WardNotFound())
            : (Of(context, ward, null), null);
    }

    /// <summary>What of everything a caller's connection carries.</summary>
    public static LiveKinds KindsFor(HttpContext context, LiveFilter filter, LiveKinds kinds) => filter.OnlyAlerts ? kinds & ~LiveKinds.Readings
        : context.User.Caller().May(Permissions.ReviewSecurity) ? kinds | LiveKinds.Security
        : kinds;

    private static LiveFilter Of(HttpContext context, string? ward, int? patient)
    {
        var caller = context.User.Caller();
        return new(caller.Visible, ward, patient)
        {
            Account = caller.AccountId,
            Technical = caller.May(Permissions.TechnicalAlerts) ? caller.ScopeOf(Permissions.TechnicalAlerts) : null,
            OnlyAlerts = context.Request.Query["only"].FirstOrDefault() == Alerts,
            WantsTests = context.Request.Query["tests"].FirstOrDefault() == "true",
        };
    }

    private static string? Given(HttpContext context) => context.Request.Query["ward"].FirstOrDefault() is { Length: > 0 } ward ? ward : null;
}
