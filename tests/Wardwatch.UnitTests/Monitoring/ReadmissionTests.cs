using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.History.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Monitoring;

/// <summary>Who is discharged and admitted again at once is the same patient in another stay: the discharge has ended the alerts, and what holds is an alert anew.</summary>
public class ReadmissionTests
{
    private const string Low = "\"sbp\":72", Seven = "\"hr\":135,\"spo2\":90,\"rr\":22,\"temp\":37.0,\"sbp\":125,\"acvpu\":\"A\",\"o2\":false";
    private readonly LaneRig _lane = new(TestWard.Patient() with { Stay = 4 });
    private long _at = TestWard.Start;

    [Fact]
    public void A_condition_that_holds_is_raised_anew_as_another_alert_at_the_next_tick()
    {
        Send(Low);
        var first = Raised().ShouldHaveSingleItem();
        Tick();
        Raised().Count.ShouldBe(1);
        Admit(5);
        Tick();
        var (told, second) = (_lane.Book.Told, Raised()[^1]);
        Raised().Count.ShouldBe(2);
        second.Id.ShouldNotBe(first.Id);
        second.PhaseNumber.ShouldBe(1);

        // What was raised before the lane heard of the readmission has no other owner.
        told.Where(alert => alert.Id == first.Id).Select(alert => alert.Phase).ShouldBe([AlertPhase.Raised, AlertPhase.Ended]);
        Tick();
        Raised().Count.ShouldBe(2);
        Send("\"sbp\":124");
        told[^1].ShouldBe(second with { Phase = AlertPhase.Ended, PhaseNumber = 2, Text = told[^1].Text });
    }

    [Fact]
    public void A_reading_that_comes_before_the_next_tick_raises_it_as_well()
    {
        Send(Low);
        Admit(5);
        Send(Low);
        Raised().Count.ShouldBe(2);
    }

    [Fact]
    public void Between_two_stays_nothing_changes_and_a_move_within_one_changes_nothing()
    {
        Send(Low);
        _lane.Patients.Put(TestWard.Patient() with { Status = "discharged", Stay = 0 });
        Send(Low);
        Raised().Count.ShouldBe(1);
        Admit(4);
        Send(Low);
        Raised().Count.ShouldBe(1);
        Admit(5);
        Send(Low);
        Raised().Count.ShouldBe(2);
    }

    [Fact]
    public void Who_was_met_after_the_discharge_begins_with_the_admission()
    {
        _lane.Patients.Put(TestWard.Patient() with { Status = "discharged", Stay = 0 });
        Send(Low);
        Raised().Count.ShouldBe(1, "which is stored as ended");
        Admit(5);
        Send(Low);
        Raised().Count.ShouldBe(2);
    }

    [Fact]
    public void What_was_active_before_a_restart_goes_on_in_its_stay()
    {
        _lane.States.Get(1).Alerts.Restore(new(1, Guid.NewGuid(), AlertCatalogue.All.ToArray().Single(type => type.Code == "sbp-critical"), AlertPriority.High, _at - 1, _at - 1, 1));
        Send(Low);
        Raised().ShouldBeEmpty();
        Admit(5);
        Send(Low);
        Raised().Count.ShouldBe(1);
    }

    [Fact]
    public void A_score_of_seven_makes_the_patient_critical_in_each_stay()
    {
        Send(Seven);
        Send(Seven);
        Turns().ShouldBe(1);
        Admit(5);
        Send(Seven);
        Send(Seven);
        Turns().ShouldBe(2);
    }

    private void Admit(long stay) => _lane.Patients.Put(TestWard.Patient() with { Stay = stay });

    private void Send(string values)
    {
        _at += TestWard.Second;
        _lane.Send(TestWard.Device(), _at, TestWard.Json(_at, values));
    }

    private void Tick()
    {
        _at += TestWard.Second;
        _lane.Silence.Tick(_at, _lane.Group);
    }

    private List<TakenAlert> Raised() => _lane.Book.Told.FindAll(alert => alert is { Type: "sbp-critical", Phase: AlertPhase.Raised });

    private int Turns() => _lane.Group.Companions.Count(companion => companion is not IAlertBatch);
}
