using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Incidents;
using Wardwatch.Server.Incidents.Coverage;
using Xunit;

namespace Wardwatch.UnitTests.Incidents;

/// <summary>Whom each alert would reach over the next shift, and where the holes are.</summary>
public class CoverageProofTests
{
    private static AlertType Extreme => AlertCatalogue.Find("hr-critical-high")!;

    [Fact]
    public void A_ward_with_everybody_there_has_no_hole_and_its_steps_are_named()
    {
        var finding = Proof(Full()).Of("ward-1", Extreme);
        finding.Hole.ShouldBeNull();
        finding.Steps.Select(step => $"{step.After} {step.To}: {step.People.Count}").ShouldBe(["0 Cardiologist, tier 1: 1", "30 Cardiologist, tier 2: 1", "60 Charge nurse: 1", "120 Everybody on duty on the ward: 21"]);
        Proof(Full()).HolesOf("ward-1").ShouldBeEmpty();
    }

    [Fact]
    public void A_hole_after_a_change_of_duty_is_named_with_its_time()
    {
        var roster = Full(but: (DutyRoles.Cardiologist, 2)).Add("Late", DutyRoles.Cardiologist, 2, fromHour: 0, untilHour: 2).Add("Night", DutyRoles.Cardiologist, 2, fromHour: 3, untilHour: 24);
        var proof = Proof(roster);
        proof.Of("ward-1", Extreme).Hole.ShouldBe("Nobody is on duty on ward-1 as Cardiologist, tier 2 from 22:00 to 23:00 UTC.");
        proof.HolesOf("ward-1").ShouldBe(["Nobody is on duty on ward-1 as Cardiologist, tier 2 from 22:00 to 23:00 UTC."]);
        proof.Of("ward-1", AlertCatalogue.Find("lead-off")!).Hole.ShouldBeNull();
    }

    [Fact]
    public void A_low_priority_asks_the_first_line_alone()
    {
        var finding = Proof(Full(but: (DutyRoles.Technician, 2))).Of("ward-1", AlertCatalogue.Find("clock-wrong")!);
        finding.Hole.ShouldBeNull();
        finding.Steps.ShouldHaveSingleItem().To.ShouldBe("Technician, tier 1");
    }

    [Fact]
    public void Where_nobody_is_on_duty_every_step_is_a_hole_and_there_is_no_roster()
    {
        var proof = Proof(new());
        proof.Of("ward-1", Extreme).Hole!.ShouldContain("Nobody is on duty on ward-1 at all.");
        proof.Of("ward-1", Extreme).Steps.ShouldBeEmpty();
        proof.HasDuties(["ward-1"]).ShouldBeFalse();
        Proof(Full()).HasDuties(["ward-1"]).ShouldBeTrue();
    }

    private static CoverageProof Proof(Roster roster) => new(roster, new IncidentsOptions(), Roster.Begin, Roster.Begin.AddHours(8));

    // Two tiers of each role and one charge nurse more.
    private static Roster Full((string Role, int Tier)? but = null)
    {
        var roster = new Roster().Add("Extra", DutyRoles.ChargeNurse, 1);
        foreach (var role in DutyRoles.All.Keys)
        {
            foreach (var tier in new[] { 1, 2 })
            {
                if (but != (role, tier))
                {
                    roster.Add($"{role} {tier}", role, tier);
                    roster.Add($"{role} {tier} of the hospital", role, tier == 1 ? 1 : 3, ward: "ward-2");
                }
            }
        }

        return roster.Add("Float 1", DutyRoles.Nurse, 1).Add("Float 2", DutyRoles.Nurse, 1);
    }
}
