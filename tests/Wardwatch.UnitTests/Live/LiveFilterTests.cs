using Shouldly;
using Wardwatch.Server.Live;
using Xunit;
using static Wardwatch.UnitTests.Live.Scopes;

namespace Wardwatch.UnitTests.Live;

/// <summary>Who sees what: never another hospital's patients, and no more than was asked for.</summary>
public class LiveFilterTests
{
    [Theory]
    [InlineData(1, "w1", 5, null, null, true)]
    [InlineData(2, "w1", 5, null, null, false)]
    [InlineData(1, "w1", 5, "w1", null, true)]
    [InlineData(1, "w2", 5, "w1", null, false)]
    [InlineData(1, null, 5, "w1", null, false)]
    [InlineData(1, "w1", 5, null, 5, true)]
    [InlineData(1, "w1", 6, null, 5, false)]
    [InlineData(1, "w1", 5, "w1", 5, true)]
    [InlineData(1, "w2", 5, "w1", 5, false)]
    [InlineData(2, "w1", 5, "w1", 5, false)]
    public void A_message_reaches_whom_it_concerns(int tenant, string? ward, int patient, string? wantedWard, int? wantedPatient, bool wanted) =>
        new LiveFilter(Whole(1), wantedWard, wantedPatient).Wants(new LiveMessage(LiveKind.VitalsUpdated, tenant, patient, ward, [])).ShouldBe(wanted);

    [Fact]
    public void What_concerns_the_server_itself_reaches_everybody() =>
        new LiveFilter(Whole(1), "w1", 5).Wants(new LiveMessage(LiveKind.Heartbeat, 0, 0, null, [])).ShouldBeTrue();

    [Theory]
    [InlineData(LiveKind.AlertRaised, true)]
    [InlineData(LiveKind.AlertChanged, true)]
    [InlineData(LiveKind.IncidentChanged, true)]
    [InlineData(LiveKind.SoundChanged, true)]
    [InlineData(LiveKind.Notification, true)]
    [InlineData(LiveKind.AlertPathChanged, true)]
    [InlineData(LiveKind.VitalsUpdated, false)]
    [InlineData(LiveKind.StatusUpdated, false)]
    [InlineData(LiveKind.PatientMoved, false)]
    [InlineData(LiveKind.PatientCritical, false)]
    public void Who_asks_for_alerts_alone_gets_what_calls_somebody_and_nothing_of_another_hospital(object kind, bool wanted)
    {
        var alone = new LiveFilter(Whole(1), null, null) { OnlyAlerts = true };
        alone.Wants(new LiveMessage((LiveKind)kind, 1, 5, "w1", [])).ShouldBe(wanted);
        alone.Wants(new LiveMessage((LiveKind)kind, 2, 5, "w1", [])).ShouldBeFalse();
    }

    [Fact]
    public void Technical_staff_who_see_no_patient_get_what_is_about_none()
    {
        var technician = new LiveFilter(new(1, WholeHospital: false, [], []), null, null) { Technical = Whole(1), OnlyAlerts = true };
        technician.Wants(new LiveMessage(LiveKind.AlertRaised, 1, 0, null, [])).ShouldBeTrue();
        technician.Wants(new LiveMessage(LiveKind.IncidentChanged, 1, 0, "w1", [])).ShouldBeTrue();
        technician.Wants(new LiveMessage(LiveKind.AlertRaised, 1, 5, "w1", [])).ShouldBeFalse();
        technician.Wants(new LiveMessage(LiveKind.AlertRaised, 2, 0, null, [])).ShouldBeFalse();
    }

    [Theory]
    [InlineData(1, "w1", true, true)]
    [InlineData(1, "w1", false, false)] // though it was addressed to whom the screen belongs
    [InlineData(1, "w2", true, false)]
    [InlineData(2, "w1", true, false)]
    public void A_test_of_the_alert_path_reaches_the_screens_of_its_ward_that_asked_for_tests_and_the_servers_own_receiver(int tenant, string ward, bool asked, bool reaches)
    {
        var test = new LiveMessage(LiveKind.Notification, tenant, 0, ward, []) { IsTest = true };
        new LiveFilter(Whole(1), "w1", null) { WantsTests = asked }.Wants(test.AsEvent(7, "x-7")).ShouldBe(reaches);
        LiveFilter.Probe.Wants(test).ShouldBeTrue();
    }

    [Fact]
    public void The_servers_own_receiver_sees_nothing_of_anybody()
    {
        LiveFilter.Probe.Wants(new LiveMessage(LiveKind.VitalsUpdated, 1, 5, "w1", [])).ShouldBeFalse();
        LiveFilter.Probe.Wants(new LiveMessage(LiveKind.AlertRaised, 1, 0, "w1", [])).ShouldBeFalse();
        LiveFilter.Probe.Wants(new LiveMessage(LiveKind.Notification, 1, 0, "w1", []) { Account = Guid.Empty }).ShouldBeFalse();
        LiveFilter.Probe.Wants(new LiveMessage(LiveKind.Heartbeat, 0, 0, null, [])).ShouldBeTrue();
    }
}
