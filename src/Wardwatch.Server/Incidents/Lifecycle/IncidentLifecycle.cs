namespace Wardwatch.Server.Incidents.Lifecycle;

/// <summary>How somebody who wants to take a step stands to the incident.</summary>
internal enum Standing
{
    /// <summary>Nobody is responsible.</summary>
    NobodyResponsible,

    /// <summary>They are responsible.</summary>
    Responsible,

    /// <summary>Somebody else is.</summary>
    SomebodyElse,
}

/// <summary>Whether a step is taken, and where it leads.</summary>
/// <param name="Outcome">Taken, already so, or refused.</param>
/// <param name="State">Where the incident stands then.</param>
/// <param name="TakesOver">Whether whoever takes the step is responsible from then on.</param>
internal readonly record struct StepDecision(StepOutcome Outcome, IncidentState State, bool TakesOver = false);

/// <summary>How the decision on a step turned out.</summary>
internal enum StepOutcome
{
    /// <summary>The step is taken.</summary>
    Taken,

    /// <summary>It was taken before, by the same person: nothing is different.</summary>
    AlreadySo,

    /// <summary>It is resolved; only comments are taken.</summary>
    Over,

    /// <summary>Nobody is responsible: acknowledge or claim it first.</summary>
    Unassigned,

    /// <summary>Whoever is responsible must acknowledge it first.</summary>
    NotAcknowledged,

    /// <summary>Somebody else is responsible: claim it first.</summary>
    SomebodyElses,

    /// <summary>It is the caller's own already.</summary>
    OwnAlready,
}

/// <summary>
/// Which step leads where. Pure: the same answer for the same question, so that two people at once are decided by who comes first to the locked row.
/// <code>
///   OPEN ──▶ ASSIGNED ──▶ ACKNOWLEDGED ──▶ IN_PROGRESS ──▶ RESOLVED
///                 └────────── claim by another: REASSIGNED ──▶ as ACKNOWLEDGED
/// </code>
/// </summary>
internal static class IncidentLifecycle
{
    /// <summary>Decides on a step.</summary>
    /// <param name="state">Where the incident stands.</param>
    /// <param name="step">What somebody wants.</param>
    /// <param name="standing">How they stand to it.</param>
    public static StepDecision Decide(IncidentState state, IncidentStep step, Standing standing)
    {
        if (step == IncidentStep.Comment)
        {
            return new(StepOutcome.Taken, state);
        }

        if (state == IncidentState.Resolved)
        {
            return new(StepOutcome.Over, state);
        }

        return step switch
        {
            IncidentStep.Acknowledge => Acknowledge(state, standing),
            IncidentStep.Claim => Claim(state, standing),
            IncidentStep.Review => Review(state, standing),
            _ => Work(state, step, standing),
        };
    }

    // Whoever says first that they see to it is responsible, whoever was asked.
    private static StepDecision Acknowledge(IncidentState state, Standing standing) => state switch
    {
        IncidentState.Open or IncidentState.Assigned => new(StepOutcome.Taken, IncidentState.Acknowledged, TakesOver: standing != Standing.Responsible),
        _ when standing == Standing.Responsible => new(StepOutcome.AlreadySo, state),
        _ => new(StepOutcome.SomebodyElses, state),
    };

    private static StepDecision Claim(IncidentState state, Standing standing) => standing switch
    {
        Standing.Responsible => new(StepOutcome.OwnAlready, state),
        Standing.NobodyResponsible => new(StepOutcome.Taken, IncidentState.Acknowledged, TakesOver: true),
        _ => new(StepOutcome.Taken, IncidentState.Reassigned, TakesOver: true),
    };

    // Being there counts, whoever it is; where nobody had acknowledged it, whoever is there has.
    private static StepDecision Review(IncidentState state, Standing standing) =>
        new(StepOutcome.Taken, IncidentState.InProgress, TakesOver: state is IncidentState.Open or IncidentState.Assigned && standing != Standing.Responsible);

    private static StepDecision Work(IncidentState state, IncidentStep step, Standing standing)
    {
        if (standing == Standing.NobodyResponsible)
        {
            return new(StepOutcome.Unassigned, state);
        }

        if (standing == Standing.SomebodyElse)
        {
            return new(StepOutcome.SomebodyElses, state);
        }

        if (state is IncidentState.Open or IncidentState.Assigned)
        {
            return new(StepOutcome.NotAcknowledged, state);
        }

        return step == IncidentStep.Resolve ? new(StepOutcome.Taken, IncidentState.Resolved)
            : state == IncidentState.InProgress ? new(StepOutcome.AlreadySo, state)
            : new(StepOutcome.Taken, IncidentState.InProgress);
    }
}
