namespace Wardwatch.Server.Incidents.Lifecycle;

/// <summary>Where an incident stands.</summary>
internal enum IncidentState
{
    /// <summary>Nobody is responsible.</summary>
    Open,

    /// <summary>Somebody is responsible and was told; they have not said that they know.</summary>
    Assigned,

    /// <summary>Whoever is responsible knows.</summary>
    Acknowledged,

    /// <summary>Somebody is on it.</summary>
    InProgress,

    /// <summary>Done.</summary>
    Resolved,

    /// <summary>Somebody else has taken it over.</summary>
    Reassigned,
}

/// <summary>What a person does about an incident.</summary>
internal enum IncidentStep
{
    /// <summary>I know, and see to it.</summary>
    Acknowledge,

    /// <summary>I am on it.</summary>
    Start,

    /// <summary>It is done.</summary>
    Resolve,

    /// <summary>I take it over.</summary>
    Claim,

    /// <summary>Something to be said.</summary>
    Comment,

    /// <summary>I have been at the bedside.</summary>
    Review,
}

/// <summary>The words in which states and steps are written.</summary>
internal static class IncidentWords
{
    /// <summary>OPEN, ASSIGNED, ACKNOWLEDGED, IN_PROGRESS, RESOLVED or REASSIGNED.</summary>
    public static string Word(this IncidentState state) => state switch
    {
        IncidentState.Open => "OPEN",
        IncidentState.Assigned => "ASSIGNED",
        IncidentState.Acknowledged => "ACKNOWLEDGED",
        IncidentState.InProgress => "IN_PROGRESS",
        IncidentState.Resolved => "RESOLVED",
        IncidentState.Reassigned => "REASSIGNED",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state."),
    };

    /// <summary>Reads what <see cref="Word(IncidentState)"/> wrote.</summary>
    public static IncidentState StateOf(string word) => Enum.GetValues<IncidentState>().First(state => state.Word() == word);

    /// <summary>As in an address: acknowledge, start, resolve, claim, comment or review.</summary>
    public static string Verb(this IncidentStep step) => step switch
    {
        IncidentStep.Acknowledge => "acknowledge",
        IncidentStep.Start => "start",
        IncidentStep.Resolve => "resolve",
        IncidentStep.Claim => "claim",
        IncidentStep.Comment => "comment",
        IncidentStep.Review => "review",
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "Not a step."),
    };
}
