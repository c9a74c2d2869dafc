using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Timers.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>An alert that somebody raises.</summary>
internal sealed record RaiseAlertRequest(string? Patient, string? Priority, string? Text);

/// <summary>For how long an alert does not sound, and why.</summary>
internal sealed record SilenceRequest(int? Seconds, string? Reason);

/// <summary>What an alert turned out to be.</summary>
internal sealed record JudgeRequest(string? Judgement);

/// <summary>A page of alerts.</summary>
internal sealed record AlertPage(IReadOnlyList<AlertDocument> Items, string? Next);

/// <summary>Seeing alerts, and what one does about a single one: raise by hand, silence, judge.</summary>
internal static class AlertEndpoints
{
    private const int DefaultLimit = 50, MaxLimit = 500;
    private const int LeastReason = 3, MostReason = 200;

    /// <summary>The longest silence, in seconds; of high priority, the second. Nothing is muted for ever.</summary>
    internal const int MostSilence = 3600, MostSilenceHigh = 900;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/alert-types", () => TypedResults.Ok(AlertTypePage.All)).RequireAuthorization().WithTags("Alerts").WithName("listAlertTypes")
            .WithSummary("The catalogue of alert types with their rules, limits, delays and sources.");
        routes.MapGet("/api/alerts", ListAsync).RequireAuthorization(Policies.SeeAlerts).WithTags("Alerts").WithName("listAlerts").WithSummary("Alerts, newest first.");
        routes.MapGet("/api/alerts/{id}", GetAsync).RequireAuthorization(Policies.SeeAlerts).WithTags("Alerts").WithName("getAlert").WithSummary("One alert, with its frozen cause.");
        routes.MapPost("/api/alerts", RaiseAsync).RequireAuthorization(Permissions.ActOnAlerts).WithTags("Alerts").WithName("raiseAlert").WithSummary("Raises an alert by hand.");
        routes.MapPost("/api/alerts/{id}/end", EndAsync).RequireAuthorization(Permissions.ActOnAlerts).WithTags("Alerts").WithName("endAlert").WithSummary("Ends an alert that was raised by hand.");
        routes.MapPost("/api/alerts/{id}/silence", SilenceAsync).RequireAuthorization(Policies.ActOnAnyAlerts).WithTags("Alerts").WithName("silenceAlert")
            .WithSummary("An active alert does not sound for a while. Worsening breaks through.");
        routes.MapDelete("/api/alerts/{id}/silence", EndSilenceAsync).RequireAuthorization(Policies.ActOnAnyAlerts).WithTags("Alerts").WithName("endSilence").WithSummary("It sounds again.");
        routes.MapPost("/api/alerts/{id}/judge", JudgeAsync).RequireAuthorization(Policies.ActOnAnyAlerts).WithTags("Alerts").WithName("judgeAlert")
            .WithSummary("Says what an alert turned out to be: real, no-action, artefact.");
    }

    private static async Task<Results<Ok<AlertPage>, ProblemHttpResult>> ListAsync(
        HttpContext context, AlertReader reader, IAuditTrail audit, IPatientDirectory patients, string? ward = null, string? patient = null, string? condition = null, DateTimeOffset? since = null,
        int limit = DefaultLimit, string? after = null, CancellationToken cancellation = default)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidParameter($"limit must be between 1 and {MaxLimit}.");
        }

        if (!Paging.TryReadCursor(after, out var before))
        {
            return Problems.InvalidParameter("after must be the next of an earlier answer.");
        }

        if (condition is not (null or AlertWords.Active or AlertWords.Ended))
        {
            return Problems.InvalidParameter("condition must be active or ended.");
        }

        var caller = context.User.Caller();
        int? number = null;
        if (patient is not null)
        {
            var found = await patients.FindAsync(caller.TenantId, patient, cancellation);
            if (found is null || !caller.ScopeOf(Permissions.ReadPatients).Covers(found.TenantId, found.Ward, found.Number))
            {
                return Problems.PatientNotFound();
            }

            number = found.Number;
        }

        var items = await reader.PageAsync(caller, new(ward, number, condition is null ? null : condition == AlertWords.Active, since, before, limit + 1), cancellation);
        var next = Paging.Cut(items, limit, item => $"{item.Number}");
        await audit.RecordAsync(AuditEntry.Of(context, AuditActions.ListAlerts) with { Patients = [.. items.Where(item => item.PatientNumber is not null).Select(item => item.PatientNumber!.Value).Distinct()] }, cancellation);
        return TypedResults.Ok(new AlertPage([.. items.Select(item => item.Document)], next));
    }

    private static async Task<Results<Ok<AlertDocument>, ProblemHttpResult>> GetAsync(string id, HttpContext context, AlertReader reader, IAuditTrail audit, CancellationToken cancellation)
    {
        if (await reader.FindAsync(context.User.Caller(), id, Permissions.ReadPatients, cancellation) is not { } alert)
        {
            return AlertProblems.NotFound();
        }

        await audit.RecordAsync(AuditEntry.Of(context, AuditActions.ListAlerts) with { Patients = alert.PatientNumber is { } patient ? [patient] : [] }, cancellation);
        return TypedResults.Ok(alert.Document);
    }

    private static async Task<Results<Created<AlertDocument>, ProblemHttpResult>> RaiseAsync(
        RaiseAlertRequest request, HttpContext context, RecordAccess records, AlertReader reader, TenantDatabase database, StaffActs acts, IAuditTrail audit, TimeProvider time, CancellationToken cancellation)
    {
        var text = request.Text?.Trim() ?? "";
        if (!AlertPriorities.TryParse(request.Priority, out var priority))
        {
            return Problems.InvalidParameter("priority must be high, medium or low.");
        }

        if (text.Length is < LeastReason or > MostReason)
        {
            return Problems.InvalidParameter($"text must have {LeastReason} to {MostReason} characters.");
        }

        if (string.IsNullOrEmpty(request.Patient) || await records.FindAsync(context, request.Patient, Permissions.ActOnAlerts, AuditActions.RaiseAlert, cancellation) is not { IsPresent: true } patient)
        {
            return Problems.PatientNotFound();
        }

        var caller = context.User.Caller();
        string id;
        await using (var transaction = await database.BeginAsync(caller.TenantId, cancellation))
        {
            var own = new OwnCondition(caller.TenantId, AlertTypeCodes.Manual, $"patient {patient.Number} by {Guid.NewGuid():N}", text) { PatientNumber = patient.Number, Priority = priority };
            id = await acts.RaiseAsync(transaction.Connection, own, time.GetUtcNow(), cancellation);
            await audit.RecordAsync(transaction.Connection, AuditEntry.Of(context, AuditActions.RaiseAlert) with { Patients = [patient.Number] }, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        var raised = await reader.FindAsync(caller, id, Permissions.ActOnAlerts, cancellation);
        return TypedResults.Created($"/api/alerts/{id}", raised!.Document);
    }

    private static Task<Results<Ok<AlertDocument>, ProblemHttpResult>> EndAsync(
        string id, HttpContext context, AlertReader reader, TenantDatabase database, StaffActs acts, IAuditTrail audit, TimeProvider time, CancellationToken cancellation) =>
        ActAsync(id, context, reader, database, audit, AuditActions.EndAlert, null, async (connection, alert) =>
        {
            if (alert.Document.Type != AlertTypeCodes.Manual)
            {
                return AlertProblems.IsMeasured();
            }

            await using var end = StaffActs.Command(connection, AlertSql.EndManual, alert.TenantId, Guid.Parse(alert.Document.Id), time.GetUtcNow().UtcDateTime);
            await acts.TellAsync(connection, alert.TenantId, await StaffActs.TouchAsync(end, cancellation), "ended", time.GetUtcNow(), context.User.Caller().AccountId, null, cancellation);
            return null;
        }, cancellation);

    private static Task<Results<Ok<AlertDocument>, ProblemHttpResult>> SilenceAsync(
        string id, SilenceRequest request, HttpContext context, AlertReader reader, TenantDatabase database, StaffActs acts, ITimers timers, IPatientDirectory patients, IKeyring keyring, IAuditTrail audit,
        TimeProvider time, CancellationToken cancellation)
    {
        var reason = request.Reason?.Trim() ?? "";
        return ActAsync(id, context, reader, database, audit, AuditActions.SilenceAlert, reason, async (connection, alert) =>
        {
            if (reason.Length is < LeastReason or > MostReason)
            {
                return Problems.InvalidParameter($"reason must have {LeastReason} to {MostReason} characters.");
            }

            var most = alert.Document.Priority == AlertPriority.High.Word() ? MostSilenceHigh : MostSilence;
            if (request.Seconds is not { } seconds || seconds < 1 || seconds > most)
            {
                return Problems.InvalidParameter($"seconds must be between 1 and {most} for an alert of {alert.Document.Priority} priority.");
            }

            if (alert.Document.Condition != AlertWords.Active)
            {
                return AlertProblems.HasEnded();
            }

            var (now, caller, key) = (time.GetUtcNow(), context.User.Caller(), Guid.Parse(alert.Document.Id));
            var until = now.AddSeconds(seconds);
            var sealing = alert.PatientNumber is { } number ? patients.Find(number)?.Key : keyring.Tenant(alert.TenantId);
            await using var silence = StaffActs.Command(
                connection, AlertSql.Silence, alert.TenantId, key, until.UtcDateTime, caller.AccountId, caller.Name, sealing?.SealText(AlertRows.PlaceOfReason(key), reason));
            silence.Parameters[5].NpgsqlDbType = NpgsqlDbType.Bytea;
            await silence.ExecuteNonQueryAsync(cancellation);
            await timers.SetAsync(connection, alert.TenantId, SilenceTimer.TimerKind, $"{key}", until, cancellation);
            await acts.TellAsync(connection, alert.TenantId, [TouchedOf(alert)], "silenced", now, caller.AccountId, null, cancellation);
            return null;
        }, cancellation);
    }

    private static Task<Results<Ok<AlertDocument>, ProblemHttpResult>> EndSilenceAsync(
        string id, HttpContext context, AlertReader reader, TenantDatabase database, StaffActs acts, ITimers timers, IAuditTrail audit, TimeProvider time, CancellationToken cancellation) =>
        ActAsync(id, context, reader, database, audit, AuditActions.EndSilence, null, async (connection, alert) =>
        {
            await using var end = StaffActs.Command(connection, AlertSql.EndSilence, alert.TenantId, Guid.Parse(alert.Document.Id));
            if (await end.ExecuteNonQueryAsync(cancellation) > 0)
            {
                await timers.CancelAsync(connection, alert.TenantId, SilenceTimer.TimerKind, alert.Document.Id, cancellation);
                await acts.TellAsync(connection, alert.TenantId, [TouchedOf(alert)], "silence-ended", time.GetUtcNow(), context.User.Caller().AccountId, null, cancellation);
            }

            return null;
        }, cancellation);

    private static Task<Results<Ok<AlertDocument>, ProblemHttpResult>> JudgeAsync(
        string id, JudgeRequest request, HttpContext context, AlertReader reader, TenantDatabase database, StaffActs acts, IAuditTrail audit, TimeProvider time, CancellationToken cancellation) =>
        ActAsync(id, context, reader, database, audit, AuditActions.JudgeAlert, null, async (connection, alert) =>
        {
            if (!AlertWords.Judgements.Contains(request.Judgement, StringComparer.Ordinal))
            {
                return Problems.InvalidParameter($"judgement must be one of {string.Join(", ", AlertWords.Judgements)}.");
            }

            await acts.JudgeAsync(connection, alert.TenantId, Guid.Parse(alert.Document.Id), request.Judgement!, context.User.Caller().AccountId, time.GetUtcNow(), cancellation);
            return null;
        }, cancellation);

    // What somebody does about one alert: locked, done, on record, and answered as it is then.
    private static async Task<Results<Ok<AlertDocument>, ProblemHttpResult>> ActAsync(
        string id, HttpContext context, AlertReader reader, TenantDatabase database, IAuditTrail audit, string action, string? purpose, Func<NpgsqlConnection, ReadAlert, Task<ProblemHttpResult?>> act,
        CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        await using (var transaction = await database.BeginAsync(caller.TenantId, cancellation))
        {
            if (await reader.LockAsync(transaction.Connection, caller, id, Permissions.ActOnAlerts, cancellation) is not { } alert)
            {
                return AlertProblems.NotFound();
            }

            if (await act(transaction.Connection, alert) is { } refused)
            {
                return refused;
            }

            await audit.RecordAsync(
                transaction.Connection, AuditEntry.Of(context, action) with { Patients = alert.PatientNumber is { } patient ? [patient] : [], Purpose = purpose, Detail = $"alert {alert.Document.Id}" }, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        return await reader.FindAsync(caller, id, Permissions.ActOnAlerts, cancellation) is { } now ? TypedResults.Ok(now.Document) : AlertProblems.NotFound();
    }

    private static StaffActs.Touched TouchedOf(ReadAlert alert) => new(
        Guid.Parse(alert.Document.Id), alert.Document.Type, AlertPriorities.TryParse(alert.Document.Priority, out var priority) ? priority : AlertPriority.Low,
        alert.Document.Condition == AlertWords.Active, alert.PatientNumber, alert.Document.Ward, alert.Canary);
}
