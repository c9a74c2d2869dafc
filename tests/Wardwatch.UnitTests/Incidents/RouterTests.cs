using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Incidents;
using Wardwatch.Server.Incidents.Routing;
using Wardwatch.Server.OnCall.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Incidents;

/// <summary>Who is told next, and when.</summary>
public class RouterTests
{
    private static readonly RouteQuestion Heart = new(DutyRoles.Cardiologist, Technical: false, "ward-1", Roster.Begin);

    [Fact]
    public void The_least_busy_of_the_first_line_is_responsible()
    {
        var roster = new Roster().Add("Ada", DutyRoles.Cardiologist, 1).Add("Ben", DutyRoles.Cardiologist, 1).Add("Cleo", DutyRoles.Cardiologist, 2);
        var loads = new ResponderLoads();
        loads.Add(Roster.IdOf("Ada"), ResponderLoads.Weight(AlertPriority.High));
        loads.Add(Roster.IdOf("Ben"), ResponderLoads.Weight(AlertPriority.Medium));
        var route = Find(roster, 1, loads: loads);
        route.Responsible!.Name.ShouldBe("Ben");
        route.To.ShouldBe("Cardiologist, tier 1");
        route.Empty.ShouldBeEmpty();

        // One more for Ben, and it is Ada's turn; with equal loads the name decides.
        loads.Add(Roster.IdOf("Ben"), 3);
        Find(roster, 1, loads: loads).Responsible!.Name.ShouldBe("Ada");
        Find(roster, 1).Responsible!.Name.ShouldBe("Ada");
    }

    [Fact]
    public void Open_work_weighs_by_its_priority() =>
        Enum.GetValues<AlertPriority>().Select(ResponderLoads.Weight).ShouldBe([1, 2, 4]);

    [Fact]
    public void An_alert_that_nobody_acknowledges_goes_to_tier_2_the_charge_nurse_and_everybody_on_the_ward()
    {
        var roster = new Roster().Add("Ada", DutyRoles.Cardiologist, 1).Add("Cleo", DutyRoles.Cardiologist, 2).Add("Dora", DutyRoles.ChargeNurse, 1).Add("Emil", DutyRoles.Nurse, 1)
            .Add("Theo", DutyRoles.Technician, 1);
        var asked = new HashSet<Guid>();
        var steps = Enumerable.Range(1, 4).Select(step =>
        {
            var route = Find(roster, step, asked);
            asked.UnionWith(route.People.Select(person => person.AccountId));
            return $"{route.Step} {route.To}: {string.Join(", ", route.People.Select(person => person.Name).Order(StringComparer.Ordinal))}";
        });
        steps.ShouldBe([
            "1 Cardiologist, tier 1: Ada", "2 Cardiologist, tier 2: Cleo", "3 Charge nurse: Dora", "4 Everybody on duty on the ward: Ada, Cleo, Dora, Emil"]);
    }

    [Fact]
    public void A_step_at_which_nobody_is_on_duty_is_passed_over_at_once_and_said()
    {
        var route = Find(new Roster().Add("Dora", DutyRoles.ChargeNurse, 1), 1);
        (route.Step, route.Responsible!.Name, route.OffDuty).ShouldBe((3, "Dora", false));
        route.Empty.Select(empty => empty.Sentence).ShouldBe(["Nobody is on duty on ward-1 as Cardiologist, tier 1.", "Nobody is on duty on ward-1 as Cardiologist, tier 2."]);
    }

    [Fact]
    public void Whoever_was_asked_and_does_not_answer_is_not_asked_again_before_everybody_is()
    {
        var roster = new Roster().Add("Ada", DutyRoles.Cardiologist, 1).Add("Ada", DutyRoles.Cardiologist, 2).Add("Ada", DutyRoles.ChargeNurse, 1);
        var route = Find(roster, 2, [Roster.IdOf("Ada")]);
        (route.Step, route.People.Count, route.Empty.Count).ShouldBe((4, 1, 0));
    }

    [Fact]
    public void Where_nobody_is_on_duty_at_all_everybody_who_works_on_the_ward_is_told_and_nobody_is_responsible()
    {
        var staff = new OnDuty(Roster.IdOf("Gus"), "Gus", "nurse", 9, Roster.Begin, Roster.Begin, "account", "");
        var route = Router.Find(Heart, 1, new Roster(), new(), new HashSet<Guid>(), [staff]);
        route.OffDuty.ShouldBeTrue();
        route.People.ShouldBe([staff]);
        route.Responsible.ShouldBeNull();
        route.Empty.Count.ShouldBe(4);
    }

    [Fact]
    public void Technical_alerts_reach_technicians_when_everybody_is_told()
    {
        var roster = new Roster().Add("Theo", DutyRoles.Technician, 1).Add("Emil", DutyRoles.Nurse, 1);
        Router.Find(Heart with { Technical = true }, 4, roster, new(), new HashSet<Guid>(), []).People.Count.ShouldBe(2);
        Find(roster, 4).People.ShouldHaveSingleItem().Name.ShouldBe("Emil");
    }

    [Theory]
    [InlineData(AlertPriority.High, "30 30 60 60")]
    [InlineData(AlertPriority.Medium, "120 180 300 300")]
    [InlineData(AlertPriority.Low, "- - - -")]
    public void The_steps_of_a_priority_follow_each_other_at_fixed_times_and_the_last_is_repeated(AlertPriority priority, string expected)
    {
        var policy = EscalationPolicy.Of(new IncidentsOptions(), priority);
        string.Join(' ', Enumerable.Range(1, 4).Select(step => policy.Gap(step)?.TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-")).ShouldBe(expected);
        EscalationPolicy.Next(4).ShouldBe(4);
    }

    [Theory]
    [InlineData("30,60,120", true)]
    [InlineData(" 5, 10 ,15", true)]
    [InlineData("30,60", false)]
    [InlineData("60,30,120", false)]
    [InlineData("0,30,120", false)]
    [InlineData("30,60,90000", false)]
    [InlineData("30;60;120", false)]
    [InlineData("", false)]
    public void Times_of_steps_must_rise(string text, bool isGood) => EscalationPolicy.TryParse(text, out _).ShouldBe(isGood);

    [Fact]
    public void Wrong_times_of_steps_stop_the_start_and_say_which()
    {
        var faults = new IncidentsOptions { HighSteps = "60,30,120", LowSteps = "x" };
        faults.Validate(new(faults)).Select(fault => fault.MemberNames.Single()).ShouldBe(["HighSteps", "LowSteps"]);
        new IncidentsOptions().Validate(new(faults)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(AlertCategory.Respiratory, AlertCategory.Respiratory, true)]
    [InlineData(AlertCategory.Respiratory, AlertCategory.Cardiac, true)]
    [InlineData(AlertCategory.Cardiac, AlertCategory.Haemodynamic, true)]
    [InlineData(AlertCategory.Metabolic, AlertCategory.Neurological, true)]
    [InlineData(AlertCategory.Temperature, AlertCategory.EarlyWarning, true)]
    [InlineData(AlertCategory.EarlyWarning, AlertCategory.Metabolic, true)]
    [InlineData(AlertCategory.Metabolic, AlertCategory.Cardiac, false)]
    [InlineData(AlertCategory.Temperature, AlertCategory.Cardiac, false)]
    [InlineData(AlertCategory.Operational, AlertCategory.Cardiac, false)]
    public void Alerts_of_one_event_at_the_bedside_belong_to_one_incident(AlertCategory incident, AlertCategory alert, bool belongs)
    {
        Correlation.Belongs(Correlation.Bit(incident), alert).ShouldBe(belongs);
        Correlation.Belongs(Correlation.Bit(alert), incident).ShouldBe(belongs);
    }

    private static RoutedStep Find(Roster roster, int step, HashSet<Guid>? asked = null, ResponderLoads? loads = null) =>
        Router.Find(Heart, step, roster, loads ?? new(), asked ?? [], []);
}
