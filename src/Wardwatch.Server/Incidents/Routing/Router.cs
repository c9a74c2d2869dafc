using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.OnCall.Contracts;

namespace Wardwatch.Server.Incidents.Routing;

/// <summary>A step at which there was nobody.</summary>
/// <param name="Step">Its number.</param>
/// <param name="Sentence">What is missing, for people.</param>
internal sealed record EmptyStep(int Step, string Sentence);

/// <summary>Who is asked next.</summary>
/// <param name="Step">The step at which somebody was found.</param>
/// <param name="To">Whom it asks, in words: <c>Cardiologist, tier 2</c>.</param>
/// <param name="People">Who is told.</param>
/// <param name="Responsible">Who of them is responsible if nobody is yet; null where nobody is on duty.</param>
/// <param name="Empty">The steps before it at which there was nobody on duty.</param>
/// <param name="OffDuty">True if nobody is on duty at all, so that everybody who works on the ward is told.</param>
internal sealed record RoutedStep(int Step, string To, IReadOnlyList<OnDuty> People, OnDuty? Responsible, IReadOnlyList<EmptyStep> Empty, bool OffDuty);

/// <summary>What is asked about: an incident, or one that might be.</summary>
/// <param name="Role">The duty role that responds.</param>
/// <param name="Technical">About a device or the installation.</param>
/// <param name="Ward">The ward, or null.</param>
/// <param name="At">When.</param>
internal sealed record RouteQuestion(string Role, bool Technical, string? Ward, DateTimeOffset At);

/// <summary>
/// Decides who is told next: alert type → duty role → who is on duty at the step → the least busy of them. A step at which there is nobody is passed over at once, and said.
/// Pure, so that the same code proves the coverage of the next shift.
/// </summary>
internal static class Router
{
    /// <summary>Finds the next people to ask.</summary>
    /// <param name="question">About what.</param>
    /// <param name="step">The step to begin with, 1 to 4.</param>
    /// <param name="duty">Who is on duty.</param>
    /// <param name="loads">How busy people are.</param>
    /// <param name="asked">Who was asked before: not asked again at a step for one person.</param>
    /// <param name="wardStaff">Everybody who works on the ward, on duty or not: told if nobody is on duty at all.</param>
    public static RoutedStep Find(RouteQuestion question, int step, IDutyTable duty, ResponderLoads loads, IReadOnlySet<Guid> asked, IReadOnlyList<OnDuty> wardStaff)
    {
        var empty = new List<EmptyStep>();
        for (; step <= EscalationPolicy.LastStep; step++)
        {
            var target = EscalationPolicy.Targets[step - 1];
            var there = At(target, question, duty);
            if (there.Count == 0)
            {
                empty.Add(new(step, SentenceOf(target, question)));
                continue;
            }

            if (target == StepTarget.Everybody)
            {
                return new(step, Words(target, question.Role), there, LeastBusy(there, loads, new HashSet<Guid>()), empty, OffDuty: false);
            }

            if (LeastBusy(there, loads, asked) is { } one)
            {
                return new(step, Words(target, question.Role), [one], one, empty, OffDuty: false);
            }

            // All of them were asked already and do not answer: whoever comes next, at once.
        }

        return new(EscalationPolicy.LastStep, "Everybody who works on the ward", wardStaff, null, empty, OffDuty: true);
    }

    /// <summary>Whom a step asks, in words.</summary>
    public static string Words(StepTarget target, string role) => target switch
    {
        StepTarget.Tier1 => $"{Name(role)}, tier 1",
        StepTarget.Tier2 => $"{Name(role)}, tier 2",
        StepTarget.ChargeNurse => Name(DutyRoles.ChargeNurse),
        _ => "Everybody on duty on the ward",
    };

    /// <summary>A duty role in words.</summary>
    public static string Name(string role) => DutyRoles.All.TryGetValue(role, out var name) ? name : role;

    /// <summary>Everybody who is on duty on a ward and is asked when nobody else answers: technicians only about technical matters.</summary>
    public static IReadOnlyList<OnDuty> Everybody(RouteQuestion question, IDutyTable duty) =>
    [
        .. DutyRoles.All.Keys.Where(role => role != DutyRoles.Technician || question.Technical)
            .SelectMany(role => duty.Who(question.Ward, role, question.At)).DistinctBy(person => person.AccountId),
    ];

    private static IReadOnlyList<OnDuty> At(StepTarget target, RouteQuestion question, IDutyTable duty) => target switch
    {
        StepTarget.Tier1 => [.. duty.Who(question.Ward, question.Role, question.At).Where(person => person.Tier == 1)],
        StepTarget.Tier2 => Lowest(duty.Who(question.Ward, question.Role, question.At).Where(person => person.Tier > 1)),
        StepTarget.ChargeNurse => Lowest(duty.Who(question.Ward, DutyRoles.ChargeNurse, question.At)),
        _ => Everybody(question, duty),
    };

    private static List<OnDuty> Lowest(IEnumerable<OnDuty> people)
    {
        var all = people.ToList();
        return all.Count == 0 ? all : all.FindAll(person => person.Tier == all.Min(one => one.Tier));
    }

    private static OnDuty? LeastBusy(IEnumerable<OnDuty> people, ResponderLoads loads, IReadOnlySet<Guid> asked) =>
        people.Where(person => !asked.Contains(person.AccountId))
            .OrderBy(person => loads.Of(person.AccountId)).ThenBy(person => person.Name, StringComparer.Ordinal).ThenBy(person => person.AccountId).FirstOrDefault();

    private static string SentenceOf(StepTarget target, RouteQuestion question)
    {
        var ward = question.Ward is { } id ? $"on {id}" : "for the hospital";
        return target switch
        {
            StepTarget.Tier1 => $"Nobody is on duty {ward} as {Name(question.Role)}, tier 1.",
            StepTarget.Tier2 => $"Nobody is on duty {ward} as {Name(question.Role)}, tier 2.",
            StepTarget.ChargeNurse => $"Nobody is on duty {ward} as {Name(DutyRoles.ChargeNurse)}.",
            _ => $"Nobody is on duty {ward} at all.",
        };
    }
}
