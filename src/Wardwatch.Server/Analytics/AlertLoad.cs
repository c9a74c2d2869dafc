namespace Wardwatch.Server.Analytics;

/// <summary>How many alerts of a type a ward had, and what they turned out to be.</summary>
internal sealed class CauseSum
{
    /// <summary>By the priority with which they were raised.</summary>
    public Dictionary<string, double> ByPriority { get; } = new(StringComparer.Ordinal);

    public double Alerts => ByPriority.Values.Sum();

    public double Real { get; set; }

    public double NoAction { get; set; }

    public double Artefact { get; set; }
}

/// <summary>What a ward's alerts come to over a time.</summary>
internal sealed class WardLoad
{
    /// <summary>By the types' codes.</summary>
    public Dictionary<string, CauseSum> Causes { get; } = new(StringComparer.Ordinal);

    /// <summary>For how long beds were taken, all together.</summary>
    public double OccupiedSeconds { get; set; }

    /// <summary>Beds that are taken now.</summary>
    public int OccupiedNow { get; set; }

    /// <summary>Adds an amount of a measure; one that is not known here is of a newer release, and passed over.</summary>
    public void Add(string measure, double amount)
    {
        if (measure == Measures.OccupiedSeconds)
        {
            OccupiedSeconds += amount;
        }
        else if (measure.Split(':') is [var kind, var type, var what])
        {
            var cause = Causes.TryGetValue(type, out var known) ? known : Causes[type] = new();
            switch ($"{kind}:", what)
            {
                case (Measures.AlertPrefix, _):
                    cause.ByPriority[what] = cause.ByPriority.GetValueOrDefault(what) + amount;
                    break;
                case (Measures.JudgedPrefix, "real"):
                    cause.Real += amount;
                    break;
                case (Measures.JudgedPrefix, "no-action"):
                    cause.NoAction += amount;
                    break;
                case (Measures.JudgedPrefix, "artefact"):
                    cause.Artefact += amount;
                    break;
            }
        }
    }
}

/// <summary>How long responses took, in seconds.</summary>
/// <param name="Incidents">Incidents that were opened.</param>
/// <param name="FromOnset">From the begin of the condition to the acknowledgement.</param>
/// <param name="FromOpened">From the opening to the acknowledgement.</param>
/// <param name="FromDelivery">From the first screen that had it to the acknowledgement.</param>
/// <param name="ToReview">From the opening until somebody had been at the bedside.</param>
/// <param name="ToResolve">From the opening to the end.</param>
/// <param name="Real">Incidents that turned out real,</param>
/// <param name="NoAction">that needed no action,</param>
/// <param name="Artefact">and that were artefacts.</param>
internal sealed record ResponseTimes(long Incidents, Durations FromOnset, Durations FromOpened, Durations FromDelivery, Durations ToReview, Durations ToResolve, long Real, long NoAction, long Artefact)
{
    public static readonly Durations NoTime = new(0, null, null);

    public static readonly ResponseTimes None = new(0, NoTime, NoTime, NoTime, NoTime, NoTime, 0, 0, 0);
}

/// <summary>A budget that a ward has set.</summary>
/// <param name="AlertsPerBedDay">What it wants to stay below.</param>
/// <param name="Owner">Who set it.</param>
/// <param name="SetAt">When.</param>
internal sealed record WardBudget(double AlertsPerBedDay, string Owner, DateTimeOffset SetAt);

/// <summary>Alerts of some wards over a time, and of each ward over the last hours.</summary>
/// <param name="Wards">Of each ward that has any figures.</param>
/// <param name="Hours">Alerts of each hour over all the wards.</param>
/// <param name="Responses">By priority; all together under the empty text.</param>
/// <param name="Lately">Of each ward, the hours that its budget's burn needs.</param>
/// <param name="Budgets">Budgets that wards have set.</param>
internal sealed record AlertLoad(
    IReadOnlyDictionary<string, WardLoad> Wards, IReadOnlyDictionary<DateTimeOffset, double> Hours, IReadOnlyDictionary<string, ResponseTimes> Responses,
    IReadOnlyDictionary<string, IReadOnlyCollection<HourLoad>> Lately, IReadOnlyDictionary<string, WardBudget> Budgets);
