using Npgsql;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Incidents.Lifecycle;
using Wardwatch.Server.Timers.Contracts;

namespace Wardwatch.Server.Incidents;

/// <summary>
/// Acts on incidents when timers of theirs are due. Does not wait for whoever is changing one of them just now, since they may wait for the timer: it comes again at once.
/// Looks at the incident, not at the timer, to say whether there is anything to be done: a timer may be late, or left over.
/// </summary>
internal abstract class IncidentTimerHandler(IncidentTools tools) : ITimerBatchHandler
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(50);

    /// <summary>A timer may be due a little before its time by this process's clock.</summary>
    protected static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc />
    public abstract string Kind { get; }

    /// <inheritdoc />
    public Task FireAsync(DueTimer timer, NpgsqlConnection connection, CancellationToken cancellation) => FireAsync([timer], connection, cancellation);

    /// <inheritdoc />
    public async Task FireAsync(IReadOnlyList<DueTimer> timers, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var tenantId = timers[0].TenantId;
        Guid[] ids = [.. timers.Select(timer => Guid.TryParse(timer.Subject, out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty)];
        using var work = tools.Begin(connection, tenantId);
        foreach (var held in await IncidentStore.TryLockAsync(work, ids, cancellation))
        {
            work.Set(Kind, held.ToString(), work.Now + Again);
        }

        IncidentFlow flow = new(work);
        foreach (var incident in ids.Select(work.Find).OfType<Incident>())
        {
            if (await work.Notes.IsThereAsync(incident.PatientNo, cancellation))
            {
                await ActAsync(work, flow, incident, cancellation);
            }
            else
            {
                // The patient was erased: nothing can be told of them any more, and nobody need come.
                await RetireAsync(connection, tenantId, incident, cancellation);
            }
        }

        await IncidentStore.WriteAsync(work, cancellation);
    }

    /// <summary>Acts, if the incident still wants it.</summary>
    protected abstract Task ActAsync(IncidentWork work, IncidentFlow flow, Incident incident, CancellationToken cancellation);

    private static async Task RetireAsync(NpgsqlConnection connection, int tenantId, Incident incident, CancellationToken cancellation)
    {
        await using var retire = IncidentStore.Command(connection, IncidentSql.Retire, tenantId, incident.IncidentId);
        await retire.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>Carries an incident on that nobody has acknowledged.</summary>
internal sealed class StepTimer(IncidentTools tools) : IncidentTimerHandler(tools)
{
    /// <inheritdoc />
    public override string Kind => IncidentTimers.Step;

    /// <inheritdoc />
    protected override async Task ActAsync(IncidentWork work, IncidentFlow flow, Incident incident, CancellationToken cancellation)
    {
        if (!incident.IsUnacknowledged || incident.NextWhat != NextStep.Escalate || incident.NextAt is not { } due)
        {
            return;
        }

        if (due > work.Now + Slack)
        {
            work.Set(Kind, incident.Id, due);
            return;
        }

        await flow.EscalateAsync(incident, cancellation);
    }
}

/// <summary>Tells those again who have acknowledged and done nothing more.</summary>
internal sealed class ReAlertTimer(IncidentTools tools) : IncidentTimerHandler(tools)
{
    /// <inheritdoc />
    public override string Kind => IncidentTimers.ReAlert;

    /// <inheritdoc />
    protected override async Task ActAsync(IncidentWork work, IncidentFlow flow, Incident incident, CancellationToken cancellation)
    {
        if (incident.Stands is not (IncidentState.Acknowledged or IncidentState.Reassigned) || incident.NextWhat != NextStep.ReAlert || incident.NextAt is not { } due)
        {
            return;
        }

        if (due > work.Now + Slack)
        {
            work.Set(Kind, incident.Id, due);
            return;
        }

        await flow.ReAlertAsync(incident, cancellation);
    }
}

/// <summary>Says that nobody has come in time.</summary>
internal sealed class ResponseTimer(IncidentTools tools) : IncidentTimerHandler(tools)
{
    /// <inheritdoc />
    public override string Kind => IncidentTimers.Response;

    /// <inheritdoc />
    protected override async Task ActAsync(IncidentWork work, IncidentFlow flow, Incident incident, CancellationToken cancellation)
    {
        if (incident.IsResolved || incident.RespondState != ResponseClock.Running || incident.RespondBy is not { } due)
        {
            return;
        }

        if (due > work.Now + Slack)
        {
            work.Set(Kind, incident.Id, due);
            return;
        }

        await flow.OverdueAsync(incident, cancellation);
    }
}

/// <summary>Closes what is over, never at high priority.</summary>
internal sealed class CloseTimer(IncidentTools tools) : IncidentTimerHandler(tools)
{
    /// <inheritdoc />
    public override string Kind => IncidentTimers.Close;

    /// <inheritdoc />
    protected override Task ActAsync(IncidentWork work, IncidentFlow flow, Incident incident, CancellationToken cancellation)
    {
        if (IncidentFlow.MayClose(incident))
        {
            flow.CloseByItself(incident, $"Closed by itself: all its conditions have ended, {work.Tools.Options.CloseSeconds} s ago at the least, and its priority was {incident.Priority.Word()}.");
        }

        return Task.CompletedTask;
    }
}

/// <summary>Puts away what was resolved long ago.</summary>
internal sealed class ArchiveTimer(IncidentTools tools) : IncidentTimerHandler(tools)
{
    /// <inheritdoc />
    public override string Kind => IncidentTimers.Archive;

    /// <inheritdoc />
    protected override Task ActAsync(IncidentWork work, IncidentFlow flow, Incident incident, CancellationToken cancellation)
    {
        if (incident is { IsResolved: true, ArchivedAt: null })
        {
            incident.ArchivedAt = work.Now;
            work.Note(incident, "archived");
            work.Tell(incident, "archived");
        }

        return Task.CompletedTask;
    }
}
