using Wardwatch.Server.Incidents.Lifecycle;

namespace Wardwatch.Server.Incidents;

/// <summary>Does what a step that was decided on means for an incident.</summary>
internal sealed class IncidentStepping(IncidentWork work, Incident incident, Person person)
{
    private readonly IncidentFlow _flow = new(work);

    /// <summary>Takes a step.</summary>
    public void Take(WantedStep wanted, StepDecision decision)
    {
        var wasAcknowledged = incident.AcknowledgedAt is not null;
        incident.Stands = decision.State;
        if (decision.TakesOver)
        {
            (incident.Assignee, incident.AssigneeName, incident.AssigneeRole) = (person.Account, person.Name, person.Role);
            incident.AssignedAt ??= work.Now;
        }

        switch (wanted.Step)
        {
            case IncidentStep.Acknowledge:
                Knows();
                Say("acknowledged", wanted.Note);
                break;
            case IncidentStep.Claim:
                Knows();
                Say("reassigned", wanted.Note);
                break;
            case IncidentStep.Start:
                incident.StartedAt ??= work.Now;
                _flow.WatchOver(incident);
                Say("started", wanted.Note);
                break;
            case IncidentStep.Review:
                Review();
                Say("reviewed", wanted.Note);
                break;
            case IncidentStep.Resolve:
                Resolve(wanted.Outcome!);
                Say("resolved", wanted.Note);
                break;
            default:
                Say("commented", wanted.Note);
                break;
        }

        if (!wasAcknowledged && incident.AcknowledgedAt is not null)
        {
            work.Tools.Metrics.Acknowledged(incident, work.Now - incident.OpenedAt);
        }
    }

    private void Knows()
    {
        if (incident.AcknowledgedAt is null)
        {
            (incident.AcknowledgedAt, incident.AcknowledgedBy, incident.AcknowledgedName) = (work.Now, person.Account, person.Name);
        }

        incident.ReAlerts = 0;
        work.Withdraw(incident);
        work.Acknowledge(incident, person);
        _flow.WatchOver(incident);
    }

    private void Review()
    {
        Knows();
        incident.StartedAt ??= work.Now;
        incident.ReviewedAt = work.Now;
        work.Set(IncidentTimers.Response, incident.Id, null);
        if (incident.RespondState == ResponseClock.Running)
        {
            incident.RespondState = incident.RespondBy is { } due && due < work.Now ? ResponseClock.Overdue : ResponseClock.Met;
        }
    }

    private void Resolve(string outcome)
    {
        _flow.Close(incident);
        (incident.Outcome, incident.ResolvedName) = (outcome, person.Name);
        work.Acknowledge(incident, person);
        work.Judge(incident, person, outcome);
        work.Tools.Metrics.Resolved(incident, work.Now - incident.OpenedAt);
    }

    private void Say(string step, string? note)
    {
        work.Note(incident, step, note, person);
        work.Tell(incident, step, person);
    }
}
