using System.Globalization;
using Npgsql;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Incidents.Lifecycle;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Incidents;

/// <summary>A step that somebody wants to take.</summary>
/// <param name="Step">Which.</param>
/// <param name="Note">In words, or null.</param>
/// <param name="Outcome">For <see cref="IncidentStep.Resolve"/>: real, no-action or artefact.</param>
internal sealed record WantedStep(IncidentStep Step, string? Note, string? Outcome = null);

/// <summary>How it turned out.</summary>
/// <param name="Incident">The incident afterwards; null: there is none, or not for this caller.</param>
/// <param name="Refusal">Why the step was refused: what is allowed, and who was first. Null: it was taken, or had been taken before.</param>
internal sealed record StepResult(Incident? Incident, string? Refusal);

/// <summary>
/// What people do about incidents, each step in one transaction with its history, its events, what it means for the alerts, and the audit. The incident's row is locked, so that of two
/// people at once one is first, and the other learns who.
/// </summary>
internal sealed class IncidentActions(TenantDatabase database, IncidentTools tools, IAuditTrail audit)
{
    private const int Attempts = 3;

    /// <summary>Takes a step.</summary>
    public async Task<StepResult> TakeAsync(HttpContext context, Guid id, WantedStep wanted, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TakeOnceAsync(context, id, wanted, cancellation);
            }
            catch (PostgresException crossed) when (crossed.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < Attempts)
            {
                // Taken back as a whole, since somebody waited for something of ours: again from the start.
            }
        }
    }

    private static string ActionOf(IncidentStep step) => step switch
    {
        IncidentStep.Acknowledge => AuditActions.AcknowledgeIncident,
        IncidentStep.Start => AuditActions.StartIncident,
        IncidentStep.Resolve => AuditActions.ResolveIncident,
        IncidentStep.Claim => AuditActions.ClaimIncident,
        IncidentStep.Comment => AuditActions.CommentIncident,
        _ => AuditActions.ReviewIncident,
    };

    private async Task<StepResult> TakeOnceAsync(HttpContext context, Guid id, WantedStep wanted, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        var entry = AuditEntry.Of(context, ActionOf(wanted.Step));
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        if (await IncidentReach.FindAsync(transaction.Connection, caller, id, cancellation) is not { } seen || !IncidentReach.MayAct(caller, seen))
        {
            await audit.RecordAsync(entry with { Done = false, Detail = $"incident {id}: there is none, or not the caller's" }, cancellation);
            return new(null, null);
        }

        using var work = tools.Begin(transaction.Connection, caller.TenantId);
        if (await IncidentStore.LockAsync(work, id, cancellation) is not { } incident)
        {
            return new(null, null);
        }

        entry = entry with { Patients = incident.PatientNo is { } patient ? [patient] : [], Detail = $"incident {incident.Number}" };
        var person = new Person(caller.AccountId, caller.Name, caller.Role);
        var standing = incident.Assignee is not { } assignee ? Standing.NobodyResponsible : assignee == person.Account ? Standing.Responsible : Standing.SomebodyElse;
        var decision = IncidentLifecycle.Decide(incident.Stands, wanted.Step, standing);
        if (decision.Outcome is not (StepOutcome.Taken or StepOutcome.AlreadySo) || (wanted.Step == IncidentStep.Comment && incident.ArchivedAt is not null))
        {
            await audit.RecordAsync(entry with { Done = false }, cancellation);
            return new(incident, RefusalOf(incident, decision.Outcome));
        }

        if (decision.Outcome == StepOutcome.Taken)
        {
            new IncidentStepping(work, incident, person).Take(wanted, decision);
        }
        else if (wanted.Step == IncidentStep.Acknowledge)
        {
            // What has joined since is acknowledged as well.
            work.Acknowledge(incident, person);
        }

        await IncidentStore.WriteAsync(work, cancellation);
        await audit.RecordAsync(transaction.Connection, entry, cancellation);
        await transaction.CommitAsync(cancellation);
        return new(incident, null);
    }

    private static string RefusalOf(Incident incident, StepOutcome outcome) => outcome switch
    {
        StepOutcome.Over => $"It was resolved by {incident.ResolvedName ?? "itself"} at {Time(incident.ResolvedAt)}: only comments can be added.",
        StepOutcome.Unassigned => "Nobody is responsible yet: acknowledge or claim it first.",
        StepOutcome.NotAcknowledged => "You are responsible and have not acknowledged it: acknowledge it first.",
        StepOutcome.OwnAlready => "You are responsible for it already: acknowledge, start, review or resolve it.",
        StepOutcome.SomebodyElses when incident.AcknowledgedAt is not null =>
            $"{incident.AssigneeName} is responsible; {incident.AcknowledgedName} acknowledged it first, at {Time(incident.AcknowledgedAt)}. Claim it to take it over.",
        StepOutcome.SomebodyElses => $"{incident.AssigneeName} is responsible: acknowledge or claim it first.",
        _ => $"It was archived at {Time(incident.ArchivedAt)}.",
    };

    private static string Time(DateTimeOffset? at) => at?.UtcDateTime.ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture) ?? "an unknown time";
}
