using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Incidents.Lifecycle;
using Wardwatch.Server.Incidents.Routing;
using Wardwatch.Server.OnCall.Contracts;

namespace Wardwatch.Server.Incidents;

/// <summary>An alert that has begun.</summary>
internal sealed record NewAlert(
    string Alert, string Type, AlertPriority Priority, bool Technical, int? PatientNo, string? PatientId, string? Ward, string? Bed, DateTimeOffset OnsetAt, DateTimeOffset RaisedAt, string Text, bool Canary)
{
    /// <summary>What joins alerts that are not a patient's, or are about a device: the ward and the type. Null: the patient and what is clinically related.</summary>
    public string? Subject => Technical || PatientId is null ? $"{(Canary ? "canary/" : "")}{Ward ?? IncidentTimers.WholeHospital}/{Type}" : null;

    /// <summary>What it is about; an unknown type is a later release's.</summary>
    public AlertCategory Category => AlertCatalogue.Find(Type)?.Category ?? AlertCategory.Operational;
}

/// <summary>Opens incidents, joins alerts to them, and carries them on: what the server does by itself.</summary>
internal sealed class IncidentFlow(IncidentWork work)
{
    private readonly IncidentRouting _routing = new(work);

    private IncidentsOptions Options => work.Tools.Options;

    /// <summary>An alert has begun: it joins what it belongs to, or opens an incident.</summary>
    public async Task RaisedAsync(NewAlert alert, CancellationToken cancellation)
    {
        if (work.Incidents.Any(incident => !incident.IsResolved && incident.Alerts.ContainsKey(alert.Alert)))
        {
            return;
        }

        if (Belongs(alert) is { } open)
        {
            await JoinAsync(open, alert, cancellation);
        }
        else
        {
            await OpenAsync(alert, cancellation);
        }
    }

    /// <summary>An alert is of a higher priority than it was.</summary>
    public async Task EscalatedAsync(Incident incident, IncidentAlert alert, AlertPriority priority, CancellationToken cancellation)
    {
        alert.Priority = priority;
        work.Touch(alert);
        if (priority > incident.Priority)
        {
            var name = AlertCatalogue.Find(alert.Type)?.Name ?? alert.Type;
            work.Note(incident, "escalated", $"{name} is of {priority.Word()} priority now.");
            await WorsenAsync(incident, alert.Type, priority, cause: null, cancellation);
            work.Tell(incident, "escalated");
        }
    }

    /// <summary>Something has ended, or was acknowledged: perhaps nothing is left.</summary>
    public void Quieter(Incident incident)
    {
        if (incident.Canary)
        {
            if (incident.Alerts.Values.All(alert => !alert.Active))
            {
                CloseByItself(incident, "The round is over.");
            }
        }
        else if (MayClose(incident))
        {
            work.Set(IncidentTimers.Close, incident.Id, work.Now.AddSeconds(Options.CloseSeconds));
        }
    }

    /// <summary>Whether an incident may close by itself: never at high priority, never while somebody works on it, and only when all has ended and nothing is latched.</summary>
    public static bool MayClose(Incident incident) =>
        !incident.IsResolved && incident.Priority < AlertPriority.High && incident.Stands != IncidentState.InProgress
        && incident.Alerts.Values.All(alert => !alert.Active && !alert.IsLatched);

    /// <summary>Closes an incident by itself, and says why.</summary>
    public void CloseByItself(Incident incident, string reason)
    {
        Close(incident);
        work.Note(incident, "resolved", reason);
        work.Tell(incident, "resolved");
    }

    /// <summary>What ends with an incident, whoever closes it.</summary>
    public void Close(Incident incident)
    {
        incident.Stands = IncidentState.Resolved;
        incident.ResolvedAt = work.Now;
        if (incident.RespondState == ResponseClock.Running)
        {
            incident.RespondState = ResponseClock.None;
        }

        (incident.NextAt, incident.NextWhat) = (null, null);
        work.Set(IncidentTimers.Step, incident.Id, null);
        work.Set(IncidentTimers.ReAlert, incident.Id, null);
        work.Set(IncidentTimers.Response, incident.Id, null);
        work.Set(IncidentTimers.Close, incident.Id, null);
        work.Set(IncidentTimers.Archive, incident.Id, incident.Canary ? null : work.Now.AddHours(Options.ArchiveHours));
        work.Withdraw(incident);
    }

    /// <summary>The patient has left: what is not of high priority ends with that.</summary>
    public void Left(Incident incident)
    {
        const string Reason = "The patient has left the hospital.";
        if (incident.Priority < AlertPriority.High || incident.Canary)
        {
            CloseByItself(incident, Reason);
            return;
        }

        work.Note(incident, "commented", Reason);
        work.Tell(incident, "commented");
    }

    /// <summary>The patient lies elsewhere: those on duty there are asked, unless somebody has it in hand.</summary>
    public async Task MovedAsync(Incident incident, string ward, string bed, CancellationToken cancellation)
    {
        var before = incident.WardId;
        (incident.WardId, incident.Bed) = (ward, bed);
        work.Note(incident, "commented", $"The patient lies on {ward}, bed {bed} now.");
        if (before != ward && incident.IsUnacknowledged)
        {
            await RestartAsync(incident, cause: null, cancellation);
        }
        else if (incident.Assignee is { } assignee)
        {
            work.Tell(incident, assignee, "re-alert", $"{IncidentText.Title(incident)}: the patient was moved there from {before ?? "elsewhere"}.");
        }

        work.Tell(incident, "commented");
    }

    /// <summary>The device of a patient who was moved: what is wrong with it is for those on the new ward, and no longer for those on the old one.</summary>
    public async Task CameAlongAsync(NewAlert alert, CancellationToken cancellation)
    {
        if (work.Incidents.FirstOrDefault(incident => incident.Alerts.ContainsKey(alert.Alert)) is { } before)
        {
            if (before.Subject == alert.Subject)
            {
                return;
            }

            before.Alerts.Remove(alert.Alert);
            if (!before.IsResolved)
            {
                work.Note(before, "commented", $"{AlertCatalogue.Find(alert.Type)?.Name ?? alert.Type} has gone to {alert.Ward}, bed {alert.Bed}, with the patient.");
                work.Tell(before, "commented");
                Quieter(before);
            }
        }

        await RaisedAsync(alert, cancellation);
    }

    /// <summary>Nobody has acknowledged it in time: the next are asked.</summary>
    public async Task EscalateAsync(Incident incident, CancellationToken cancellation)
    {
        await CarryOnAsync(incident, EscalationPolicy.Next(incident.Step), "escalated", to => IncidentText.Escalated(incident, work.Now, to), cancellation);
        work.Tools.Metrics.Escalated(incident);
        work.Tell(incident, "escalated");
    }

    /// <summary>Somebody has acknowledged it and does nothing more: they are told again, and from the second time on others as well.</summary>
    public async Task ReAlertAsync(Incident incident, CancellationToken cancellation)
    {
        incident.ReAlerts++;
        var text = IncidentText.ReAlert(incident, work.Now);
        if (incident.Assignee is { } assignee)
        {
            work.Note(incident, "re-alerted", $"{incident.AssigneeName} was told again.");
            work.Tell(incident, assignee, "re-alert", text);
        }

        if (incident.ReAlerts > 1)
        {
            await CarryOnAsync(incident, EscalationPolicy.Next(incident.Step), "escalated", _ => text, cancellation);
            work.Tools.Metrics.Escalated(incident);
        }

        WatchOver(incident, again: true);
        work.Tell(incident, "re-alerted");
    }

    /// <summary>From here on somebody is responsible who knows: they are told again if they do nothing more.</summary>
    /// <param name="incident">The incident.</param>
    /// <param name="again">Whether they were told again already: then at the intervals of the escalation.</param>
    public void WatchOver(Incident incident, bool again = false)
    {
        work.Set(IncidentTimers.Step, incident.Id, null);
        var wait = again ? Policy(incident).Gap(1) : incident.Priority switch
        {
            AlertPriority.High => TimeSpan.FromSeconds(Options.HighReAlertSeconds),
            AlertPriority.Medium => TimeSpan.FromSeconds(Options.MediumReAlertSeconds),
            _ => null,
        };
        if (wait is { } pause && !incident.Canary && incident.Stands is IncidentState.Acknowledged or IncidentState.Reassigned)
        {
            (incident.NextAt, incident.NextWhat) = (work.Now + pause, NextStep.ReAlert);
            work.Set(IncidentTimers.ReAlert, incident.Id, incident.NextAt);
        }
        else
        {
            (incident.NextAt, incident.NextWhat) = (null, null);
            work.Set(IncidentTimers.ReAlert, incident.Id, null);
        }
    }

    /// <summary>Somebody should have been there by now.</summary>
    public async Task OverdueAsync(Incident incident, CancellationToken cancellation)
    {
        incident.RespondState = ResponseClock.Overdue;
        work.Note(incident, "overdue");
        var nurses = await _routing.ChargeNursesAsync(incident, cancellation);
        foreach (var account in nurses.Select(nurse => nurse.AccountId).Prepend(incident.Assignee ?? Guid.Empty).Where(account => account != Guid.Empty).Distinct())
        {
            work.Tell(incident, account, "overdue", IncidentText.Overdue(incident));
        }

        // The charge nurse may look into what they were told of, wherever the patient lies.
        work.Tools.Metrics.Overdue();
        work.Tell(incident, "overdue");
    }

    // Each round of the synthetic patient's is an incident of its own, so that each is carried to somebody.
    private Incident? Belongs(NewAlert alert)
    {
        var open = work.Incidents.Where(incident => !incident.IsResolved && !incident.Canary && !alert.Canary);
        return alert.Subject is { } subject
            ? open.FirstOrDefault(incident => incident.Subject == subject)
            : open.Where(incident => incident.Subject is null && incident.PatientNo == alert.PatientNo && Correlation.Belongs(incident.Categories, alert.Category))
                .OrderByDescending(incident => incident.Priority).ThenBy(incident => incident.OpenedAt).FirstOrDefault();
    }

    private async Task OpenAsync(NewAlert alert, CancellationToken cancellation)
    {
        var type = AlertCatalogue.Find(alert.Type);
        var incident = new Incident
        {
            TenantId = work.TenantId,
            IncidentId = Guid.CreateVersion7(work.Now),
            Type = alert.Type,
            Categories = Correlation.Bit(alert.Category),
            Priority = alert.Priority,
            Technical = alert.Technical,
            Subject = alert.Subject,
            Role = type?.RespondingRole ?? DutyRoles.Nurse,
            PatientNo = alert.Subject is null ? alert.PatientNo : null,
            PatientId = alert.Subject is null ? alert.PatientId : null,
            WardId = alert.Ward,
            Bed = alert.Bed,
            OnsetAt = alert.OnsetAt,
            OpenedAt = work.Now,
            ArmedAt = work.Now,
            Canary = alert.Canary,
        };
        work.Open(incident);
        work.Join(incident, AlertOf(alert));
        work.Note(incident, "opened", alert.Text);
        ArmClock(incident, type, alert.OnsetAt);
        work.Tell(incident, "opened");
        work.Tools.Metrics.Opened(incident);
        await CarryOnAsync(incident, step: 1, "assigned", to => IncidentText.Asked(incident, alert.Text, to), cancellation);
        if (incident.AssignedAt is not null)
        {
            work.Tools.Metrics.Assigned(incident, work.Now - alert.RaisedAt);
            work.Tell(incident, "assigned");
        }
    }

    private async Task JoinAsync(Incident incident, NewAlert alert, CancellationToken cancellation)
    {
        work.Join(incident, AlertOf(alert));
        incident.Categories |= Correlation.Bit(alert.Category);
        incident.OnsetAt = alert.OnsetAt < incident.OnsetAt ? alert.OnsetAt : incident.OnsetAt;
        work.Note(incident, "joined", alert.Text);
        work.Tools.Metrics.Joined(incident);
        if (alert.Priority > incident.Priority)
        {
            await WorsenAsync(incident, alert.Type, alert.Priority, alert.Text, cancellation);
        }
        else
        {
            if (alert.Priority == AlertPriority.High || incident.RespondState is ResponseClock.Running)
            {
                ArmClock(incident, AlertCatalogue.Find(alert.Type), alert.OnsetAt);
            }

            if (!incident.IsUnacknowledged && alert.Priority > AlertPriority.Low && incident.Assignee is { } assignee
                && (incident.ToldAt is not { } told || work.Now - told >= TimeSpan.FromSeconds(Options.TellAgainSeconds)))
            {
                incident.ToldAt = work.Now;
                work.Tell(incident, assignee, "re-alert", IncidentText.Worse(incident, alert.Text));
            }
        }

        work.Tell(incident, "joined");
    }

    // A higher priority leads from now on: its type, its role, its times.
    private async Task WorsenAsync(Incident incident, string typeCode, AlertPriority priority, string? cause, CancellationToken cancellation)
    {
        var type = AlertCatalogue.Find(typeCode);
        (incident.Type, incident.Priority, incident.Role) = (typeCode, priority, type?.RespondingRole ?? incident.Role);
        ArmClock(incident, type, work.Now);
        work.Set(IncidentTimers.Close, incident.Id, null);
        if (incident.IsUnacknowledged)
        {
            await RestartAsync(incident, cause, cancellation);
            return;
        }

        // Somebody has it in hand and must know; they say so by going on, or are told again, and then others.
        (incident.ArmedAt, incident.ReAlerts) = (work.Now, 0);
        if (incident.Assignee is { } assignee)
        {
            incident.ToldAt = work.Now;
            work.Tell(incident, assignee, "escalated", IncidentText.Worse(incident, cause));
        }

        WatchOver(incident, again: true);
    }

    private async Task RestartAsync(Incident incident, string? cause, CancellationToken cancellation)
    {
        incident.ArmedAt = work.Now;
        incident.Asked.Clear();
        await CarryOnAsync(incident, step: 1, "assigned", to => IncidentText.Asked(incident, cause, to), cancellation);
        work.Tell(incident, "assigned");
    }

    // The first deadline counts; one that was met, or had passed, begins anew.
    private void ArmClock(Incident incident, AlertType? type, DateTimeOffset from)
    {
        if (type is null || type.ResponseMinutes <= 0 || incident.Canary)
        {
            return;
        }

        var due = from.AddMinutes(type.ResponseMinutes);
        if (incident.RespondState == ResponseClock.Running && incident.RespondBy <= due)
        {
            return;
        }

        (incident.RespondBy, incident.RespondState) = (due, ResponseClock.Running);
        work.Touch(incident);
        work.Set(IncidentTimers.Response, incident.Id, due);
    }

    private async Task CarryOnAsync(Incident incident, int step, string kind, Func<string, string> textTo, CancellationToken cancellation)
    {
        var route = await _routing.FindAsync(incident, step, cancellation);
        foreach (var empty in route.Empty)
        {
            work.Note(incident, "escalated", $"{empty.Sentence} The next step follows at once.");
        }

        if (route.Empty.Count > 0 && !incident.Canary)
        {
            work.Tools.Metrics.Empty(route.Empty.Count);
            work.Set(IncidentTimers.Coverage, incident.WardId ?? IncidentTimers.WholeHospital, work.Now);
        }

        incident.Step = route.Step;
        if (route.Responsible is { } one && incident.IsUnacknowledged && (route.Step < EscalationPolicy.LastStep || incident.Assignee is null))
        {
            Assign(incident, one, route.To);
        }
        else
        {
            work.Note(incident, "escalated", route.OffDuty ? $"Nobody is on duty: {route.People.Count} who work there were told." : $"{route.To}: {string.Join("; ", route.People.Select(person => person.Name))}");
        }

        // The synthetic patient's alerts reach whoever is responsible, by a way of their own, and nobody else.
        foreach (var person in incident.Canary ? [.. route.People.Where(person => person.AccountId == incident.Assignee)] : route.People)
        {
            work.Tell(incident, person, kind, textTo(route.To));
        }

        if (incident.IsUnacknowledged)
        {
            SetNext(incident);
        }
    }

    private void SetNext(Incident incident)
    {
        var gap = incident.Canary ? null : Policy(incident).Gap(incident.Step);
        (incident.NextAt, incident.NextWhat) = (work.Now + gap, gap is null ? null : NextStep.Escalate);
        work.Set(IncidentTimers.Step, incident.Id, incident.NextAt);
    }

    private void Assign(Incident incident, OnDuty person, string to)
    {
        (incident.Assignee, incident.AssigneeName, incident.AssigneeRole) = (person.AccountId, person.Name, person.Role);
        incident.Stands = IncidentState.Assigned;
        incident.AssignedAt ??= work.Now;
        if (!incident.Canary)
        {
            _routing.Assigned(person.AccountId, incident.Priority);
        }

        work.Note(incident, incident.Step == 1 ? "assigned" : "escalated", $"{to}: {person.Name}");
    }

    private EscalationPolicy Policy(Incident incident) => EscalationPolicy.Of(Options, incident.Priority);

    private IncidentAlert AlertOf(NewAlert alert) => new() { TenantId = work.TenantId, Alert = alert.Alert, IncidentId = default, Type = alert.Type, Priority = alert.Priority };
}
