using System.Globalization;
using Wardwatch.Clinical.Alerts;

namespace Wardwatch.Server.Incidents.Routing;

/// <summary>Whom a step of an escalation asks.</summary>
internal enum StepTarget
{
    /// <summary>The least busy of the first line.</summary>
    Tier1,

    /// <summary>The least busy of the second line.</summary>
    Tier2,

    /// <summary>The charge nurse.</summary>
    ChargeNurse,

    /// <summary>Everybody on duty on the ward.</summary>
    Everybody,
}

/// <summary>
/// In which steps an incident is carried on until somebody acknowledges it, by fixed times alone: nothing that is read or seen shortens or lengthens them.
/// </summary>
/// <param name="AfterSeconds">When the second, third and fourth step are due, counted from the first; empty: there is none but the first.</param>
internal sealed record EscalationPolicy(IReadOnlyList<int> AfterSeconds)
{
    /// <summary>The latest time of a step.</summary>
    public const int MostSeconds = 86_400;

    /// <summary>Whom the steps ask, in order. The last is repeated.</summary>
    public static IReadOnlyList<StepTarget> Targets { get; } = [StepTarget.Tier1, StepTarget.Tier2, StepTarget.ChargeNurse, StepTarget.Everybody];

    /// <summary>The number of the last step; the first is 1.</summary>
    public static int LastStep => Targets.Count;

    /// <summary>Nothing but the first step.</summary>
    public static EscalationPolicy None { get; } = new([]);

    /// <summary>Whether it is carried on at all.</summary>
    public bool Escalates => AfterSeconds.Count > 0;

    /// <summary>How long after a step the next one is due; the last is repeated at the interval before it. Null: never.</summary>
    /// <param name="step">The step that was taken, 1 to 4.</param>
    public TimeSpan? Gap(int step)
    {
        if (!Escalates)
        {
            return null;
        }

        var next = Math.Clamp(step, 1, AfterSeconds.Count) - 1;
        return TimeSpan.FromSeconds(AfterSeconds[next] - (next == 0 ? 0 : AfterSeconds[next - 1]));
    }

    /// <summary>The step that follows; the last follows itself.</summary>
    public static int Next(int step) => Math.Min(step + 1, LastStep);

    /// <summary>The policy of a priority.</summary>
    public static EscalationPolicy Of(IncidentsOptions options, AlertPriority priority)
    {
        var steps = priority switch
        {
            AlertPriority.High => options.HighSteps,
            AlertPriority.Medium => options.MediumSteps,
            _ => options.LowSteps,
        };
        return TryParse(steps, out var policy) ? policy : None;
    }

    /// <summary>Reads three rising numbers of seconds.</summary>
    public static bool TryParse(string text, out EscalationPolicy policy)
    {
        policy = None;
        var numbers = new List<int>();
        foreach (var part in text.Split(','))
        {
            if (!int.TryParse(part.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds is < 1 or > MostSeconds || (numbers.Count > 0 && seconds <= numbers[^1]))
            {
                return false;
            }

            numbers.Add(seconds);
        }

        if (numbers.Count != Targets.Count - 1)
        {
            return false;
        }

        policy = new(numbers);
        return true;
    }
}
