using Shouldly;
using Wardwatch.Server.Incidents.Lifecycle;
using Xunit;

namespace Wardwatch.UnitTests.Incidents;

/// <summary>Every state, every step, everybody who may want to take it.</summary>
public class IncidentLifecycleTests
{
    // state: what acknowledge, start, resolve, claim, comment and review lead to. "!" is a refusal and why; "=" changes nothing; "+" makes whoever takes it responsible.
    private const string OfTheResponsible =
        """
        Assigned      Acknowledged   !NotAcknowledged !NotAcknowledged !OwnAlready  Assigned      InProgress
        Acknowledged  =Acknowledged  InProgress       Resolved         !OwnAlready  Acknowledged  InProgress
        Reassigned    =Reassigned    InProgress       Resolved         !OwnAlready  Reassigned    InProgress
        InProgress    =InProgress    =InProgress      Resolved         !OwnAlready  InProgress    InProgress
        Resolved      !Over          !Over            !Over            !Over        Resolved      !Over
        """;

    private const string OfSomebodyElse =
        """
        Assigned      +Acknowledged  !SomebodyElses   !SomebodyElses   +Reassigned  Assigned      +InProgress
        Acknowledged  !SomebodyElses !SomebodyElses   !SomebodyElses   +Reassigned  Acknowledged  InProgress
        Reassigned    !SomebodyElses !SomebodyElses   !SomebodyElses   +Reassigned  Reassigned    InProgress
        InProgress    !SomebodyElses !SomebodyElses   !SomebodyElses   +Reassigned  InProgress    InProgress
        Resolved      !Over          !Over            !Over            !Over        Resolved      !Over
        """;

    private const string WhereNobodyIsResponsible =
        """
        Open          +Acknowledged  !Unassigned      !Unassigned      +Acknowledged Open         +InProgress
        Resolved      !Over          !Over            !Over            !Over        Resolved      !Over
        """;

    private static readonly IncidentStep[] Steps = [IncidentStep.Acknowledge, IncidentStep.Start, IncidentStep.Resolve, IncidentStep.Claim, IncidentStep.Comment, IncidentStep.Review];

    public static TheoryData<string, string, string, string> Table
    {
        get
        {
            var data = new TheoryData<string, string, string, string>();
            foreach (var (standing, table) in new[] { (Standing.Responsible, OfTheResponsible), (Standing.SomebodyElse, OfSomebodyElse), (Standing.NobodyResponsible, WhereNobodyIsResponsible) })
            {
                foreach (var cells in table.Split('\n').Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
                {
                    foreach (var (index, step) in Steps.Index())
                    {
                        data.Add(cells[0], $"{step}", $"{standing}", cells[index + 1]);
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void A_step_leads_where_the_table_says(string state, string step, string standing, string expected)
    {
        var stands = Enum.Parse<IncidentState>(state);
        var decision = IncidentLifecycle.Decide(stands, Enum.Parse<IncidentStep>(step), Enum.Parse<Standing>(standing));
        var wanted = expected[0] switch
        {
            '!' => new StepDecision(Enum.Parse<StepOutcome>(expected[1..]), stands),
            '=' => new StepDecision(StepOutcome.AlreadySo, Enum.Parse<IncidentState>(expected[1..])),
            '+' => new StepDecision(StepOutcome.Taken, Enum.Parse<IncidentState>(expected[1..]), TakesOver: true),
            _ => new StepDecision(StepOutcome.Taken, Enum.Parse<IncidentState>(expected)),
        };
        decision.ShouldBe(wanted);
    }

    [Fact]
    public void States_are_written_as_the_interface_says_and_read_again()
    {
        Enum.GetValues<IncidentState>().Select(state => state.Word()).ShouldBe(["OPEN", "ASSIGNED", "ACKNOWLEDGED", "IN_PROGRESS", "RESOLVED", "REASSIGNED"]);
        Enum.GetValues<IncidentState>().ShouldAllBe(state => IncidentWords.StateOf(state.Word()) == state);
    }
}
