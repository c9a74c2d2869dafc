using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>One limit that is to differ.</summary>
internal sealed record OverrideRequest(string? Type, double? Limit, double? DelaySeconds, bool? On);

/// <summary>The limits that are to differ, why, and until when. They replace those there were; none takes all away.</summary>
internal sealed record LimitsRequest(IReadOnlyList<OverrideRequest>? Overrides, string? Reason, DateTimeOffset? ExpiresAt);

/// <summary>A limit as the catalogue has it.</summary>
internal sealed record DefaultLimit(double? Limit, double DelaySeconds);

/// <summary>The limit that would be in force if the patient, or the ward that is asked about, had none of their own.</summary>
/// <param name="Limit">The limit, or null where the type has none.</param>
/// <param name="DelaySeconds">For how long it must be passed.</param>
/// <param name="On">Whether it would alert at all.</param>
/// <param name="From">default or ward: who made it so.</param>
internal sealed record OtherLimit(double? Limit, double DelaySeconds, bool On, string From)
{
    /// <summary>A limit that is in force without any of their own.</summary>
    public static OtherLimit Of(LimitInForce limit) => new(limit.Limit, limit.DelaySeconds, limit.On, limit.From);
}

/// <summary>A limit that is in force.</summary>
/// <param name="Type">The alert type's code.</param>
/// <param name="Name">The type in words.</param>
/// <param name="Vital">The vital concerned, or null.</param>
/// <param name="Limit">The limit, or null where the type has none.</param>
/// <param name="DelaySeconds">For how long it must be passed.</param>
/// <param name="On">Whether it alerts at all.</param>
/// <param name="Default">As the catalogue has it.</param>
/// <param name="Otherwise">As it would be without one of their own.</param>
/// <param name="From">default, ward or patient: who made it so.</param>
/// <param name="Owner">Who changed it, or null.</param>
/// <param name="Reason">Why, or null.</param>
/// <param name="ExpiresAt">Until when, or null.</param>
internal sealed record LimitInForce(
    string Type, string Name, string? Vital, double? Limit, double DelaySeconds, bool On, DefaultLimit Default, OtherLimit Otherwise, string From, string? Owner, string? Reason, DateTimeOffset? ExpiresAt);

/// <summary>All limits of a patient or a ward; <see cref="Version"/> is their ETag, and another one after each change of their own.</summary>
internal sealed record LimitsPage(IReadOnlyList<LimitInForce> Items, long Version);

/// <summary>Alert limits of patients and of wards: seeing those in force, and setting others for a while.</summary>
internal static class LimitEndpoints
{
    private const int LeastReason = 3, MostReason = 500, MostOverrides = AlertCatalogue.Count;

    // A patient's limits are looked at again with the patient; a ward's, every quarter of a year.
    internal static readonly TimeSpan LongestOfPatient = TimeSpan.FromDays(7), LongestOfWard = TimeSpan.FromDays(90);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/patients/{id}/limits", OfPatientAsync).RequireAuthorization(Permissions.ReadPatients).WithTags("Alerts").WithName("getPatientLimits")
            .WithSummary("The limits in force for a patient, and who made them so.");
        routes.MapPut("/api/patients/{id}/limits", SetOfPatientAsync).RequireAuthorization(Permissions.SetLimits).WithTags("Alerts").WithName("setPatientLimits")
            .WithSummary("Replaces a patient's own limits: with a reason, for seven days at most.");
        routes.MapGet("/api/wards/{id}/limits", OfWardAsync).RequireAuthorization(Permissions.ReadPatients).WithTags("Alerts").WithName("getWardLimits")
            .WithSummary("The limits in force for patients of a ward who have none of their own.");
        routes.MapPut("/api/wards/{id}/limits", SetOfWardAsync).RequireAuthorization(Permissions.SetLimits).WithTags("Alerts").WithName("setWardLimits")
            .WithSummary("Replaces a ward's limits: with a reason, for ninety days at most.");
    }

    private static async Task<Results<Ok<LimitsPage>, ProblemHttpResult>> OfPatientAsync(string id, HttpContext context, RecordAccess records, LimitStore store, CancellationToken cancellation) =>
        await records.OpenAsync(context, id, AuditActions.ReadLimits, cancellation) is { } patient
            ? Show(context, await store.OfPatientAsync(patient, cancellation))
            : Problems.PatientNotFound();

    private static async Task<Results<Ok<LimitsPage>, ProblemHttpResult>> OfWardAsync(string id, HttpContext context, IPatientDirectory patients, LimitStore store, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        return IsWard(patients, caller, id) && caller.ScopeOf(Permissions.ReadPatients).CoversWard(caller.TenantId, id)
            ? Show(context, await store.OfWardAsync(caller.TenantId, id, cancellation))
            : Problems.WardNotFound();
    }

    private static async Task<Results<Ok<LimitsPage>, ProblemHttpResult>> SetOfPatientAsync(
        string id, LimitsRequest request, HttpContext context, RecordAccess records, LimitStore store, TimeProvider time, CancellationToken cancellation)
    {
        if (await records.FindAsync(context, id, Permissions.SetLimits, AuditActions.SetLimits, cancellation) is not { IsPresent: true } patient)
        {
            return Problems.PatientNotFound();
        }

        var match = IfMatch.Of(context).OrAny;
        if ((Check(request, time.GetUtcNow(), LongestOfPatient, out var overrides) ?? (match.IsGiven ? null : AlertProblems.LimitsVersionRequired())) is { } refused)
        {
            return refused;
        }

        var entry = AuditEntry.Of(context, AuditActions.SetLimits) with { Patients = [patient.Number], Purpose = request.Reason };
        return await store.SetAsync(new(patient.TenantId, null, patient, overrides, request.Reason?.Trim() ?? "", request.ExpiresAt, context.User.Caller(), entry, match), cancellation)
            ? Show(context, await store.OfPatientAsync(patient, cancellation))
            : AlertProblems.LimitsChanged();
    }

    private static async Task<Results<Ok<LimitsPage>, ProblemHttpResult>> SetOfWardAsync(
        string id, LimitsRequest request, HttpContext context, IPatientDirectory patients, LimitStore store, TimeProvider time, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        if (!IsWard(patients, caller, id) || !caller.ScopeOf(Permissions.SetLimits).CoversWard(caller.TenantId, id))
        {
            return Problems.WardNotFound();
        }

        var match = IfMatch.Of(context).OrAny;
        if ((Check(request, time.GetUtcNow(), LongestOfWard, out var overrides) ?? (match.IsGiven ? null : AlertProblems.LimitsVersionRequired())) is { } refused)
        {
            return refused;
        }

        var entry = AuditEntry.Of(context, AuditActions.SetLimits) with { Purpose = request.Reason, Detail = $"ward {id}" };
        return await store.SetAsync(new(caller.TenantId, id, null, overrides, request.Reason?.Trim() ?? "", request.ExpiresAt, caller, entry, match), cancellation)
            ? Show(context, await store.OfWardAsync(caller.TenantId, id, cancellation))
            : AlertProblems.LimitsChanged();
    }

    private static Ok<LimitsPage> Show(HttpContext context, LimitsPage limits)
    {
        context.Response.Headers.ETag = $"\"{limits.Version}\"";
        return TypedResults.Ok(limits);
    }

    private static bool IsWard(IPatientDirectory patients, Caller caller, string id) => patients.Wards.Any(ward => ward.TenantId == caller.TenantId && ward.Id == id);

    // Every override is looked at, so that somebody who mistyped two learns of both.
    private static ProblemHttpResult? Check(LimitsRequest request, DateTimeOffset now, TimeSpan longest, out List<AlertOverride> overrides)
    {
        overrides = [];
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (request.Overrides is null || request.Overrides.Count > MostOverrides)
        {
            errors["overrides"] = [$"must be a list of at most {MostOverrides}; an empty one takes all away."];
        }

        if ((request.Reason?.Trim().Length ?? 0) is < LeastReason or > MostReason)
        {
            errors["reason"] = [$"must have {LeastReason} to {MostReason} characters."];
        }

        if (request.Overrides is { Count: > 0 } && (request.ExpiresAt is not { } expires || expires <= now || expires > now + longest))
        {
            errors["expiresAt"] = [$"must be within the next {longest.TotalDays:0} days."];
        }

        foreach (var wanted in errors.ContainsKey("overrides") ? [] : request.Overrides!)
        {
            if (AlertCatalogue.Find(wanted.Type ?? "") is not { } type)
            {
                errors[wanted.Type ?? "type"] = ["is no alert type."];
                continue;
            }

            var changed = new AlertOverride(type.Index, wanted.Limit, wanted.DelaySeconds, wanted.On);
            if (overrides.Exists(other => other.TypeIndex == type.Index))
            {
                errors[type.Code] = ["is named twice."];
            }
            else if (type.Validate(changed) is { } reason)
            {
                errors[type.Code] = [reason];
            }

            overrides.Add(changed);
        }

        return errors.Count == 0 ? null : AlertProblems.InvalidLimits(errors);
    }
}
