using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Monitoring;
using Wardwatch.Server.Monitoring.Contracts;
using Xunit;
using static Wardwatch.UnitTests.Monitoring.TestWard;

namespace Wardwatch.UnitTests.Monitoring;

/// <summary>What is noticed when nothing comes, as timelines of one tick a second.</summary>
public class SilenceWatchTests
{
    private readonly LaneRig _lane = new();
    private long _now = Start;

    [Fact]
    public void A_device_that_stops_sending_is_silent_after_ten_seconds_and_this_is_told_once()
    {
        _lane.Presence.Connected(Device());
        _lane.Send(Device(), Start, Json(Start));
        TickUntil(10);
        _lane.View().Device.State.ShouldBe(DeviceState.Online);
        TickUntil(11);
        (_lane.View().Device.State, _lane.View().Device.Since).ShouldBe((DeviceState.Silent, Start));
        Told(view => view.Device.State == DeviceState.Silent).ShouldBe(1);

        // At 11 s its heart rate went stale in the same tick; until the next change nothing more is told.
        var told = _lane.Changes.All.Count;
        TickUntil(55);
        _lane.Changes.All.Count.ShouldBe(told);
    }

    [Fact]
    public void A_silent_device_that_also_lost_its_connection_is_offline_and_comes_back_with_its_next_reading()
    {
        _lane.Presence.Connected(Device());
        _lane.Send(Device(), Start, Json(Start));
        TickUntil(15);
        _lane.Presence.Disconnected(Device());
        TickUntil(16);
        _lane.View().Device.State.ShouldBe(DeviceState.Offline);
        _lane.Send(Device(), Start + 20 * Second, Json(Start + 20 * Second));
        (_lane.View().Device.State, _lane.View().Device.Since).ShouldBe((DeviceState.Online, Start + 20 * Second));
        _lane.Changes.All[^1].Kind.ShouldBe(ChangeKind.Reading | ChangeKind.Status);
    }

    [Fact]
    public void A_take_over_by_the_same_device_does_not_make_it_look_gone()
    {
        _lane.Presence.Connected(Device());
        _lane.Presence.Connected(Device());
        _lane.Presence.Disconnected(Device());
        _lane.Presence.IsConnected(Device().Id).ShouldBeTrue();
        _lane.Presence.Disconnected(Device());
        _lane.Presence.IsConnected(Device().Id).ShouldBeFalse();
    }

    [Fact]
    public void A_dead_sensor_is_noticed_while_its_device_goes_on_sending()
    {
        _lane.Send(Device(), Start, Json(Start, "\"hr\":75,\"spo2\":97"));
        for (var second = 1; second <= 70; second++)
        {
            _now = Start + second * Second;
            _lane.Send(Device(), _now, Json(_now, "\"hr\":75"));
            var told = _lane.Changes.All.Count;
            _lane.Silence.Tick(_now, _lane.Group);
            if (_lane.Changes.All.Count > told)
            {
                _lane.Changes.All.Count.ShouldBe(told + 1);
            }
        }

        _lane.View().Vitals.StateAt(Vital.SpO2, _now).ShouldBe(DataState.Offline);
        _lane.View().Vitals.StateAt(Vital.HeartRate, _now).ShouldBe(DataState.Live);
        _lane.View().Device.State.ShouldBe(DeviceState.Online);
    }

    [Fact]
    public void Each_worsening_of_a_value_is_told_once()
    {
        _lane.Presence.Connected(Device());
        _lane.Send(Device(), Start, Json(Start, "\"hr\":75"));
        _lane.Changes.All.Clear();
        TickUntil(120);

        // Delayed over 2 s; stale over 10 s together with the silent device; offline over 60 s.
        _lane.Changes.All.Count(change => change.Kind == ChangeKind.Status).ShouldBe(3);
    }

    [Fact]
    public void The_bounds_of_NEWS2_widen_as_its_inputs_grow_too_old_and_no_value_stands_in()
    {
        _lane.Send(Device(), Start, Json(Start, Resting));
        _lane.View().News2.Complete.ShouldBeTrue();
        TickUntil(300);
        _lane.View().News2.Complete.ShouldBeTrue("five minutes are within the window of continuous vitals");
        TickUntil(301);
        var view = _lane.View();
        view.News2.Complete.ShouldBeFalse();
        view.News2.Min.ShouldBe(0);
        view.News2.Max.ShouldBe(9, "heart rate, saturation and respiratory rate may each score 3");
        view.ScoredAt.ShouldBe(Start, "nothing new is known, only less");
        Told(seen => !seen.News2.Complete).ShouldBe(1);
    }

    [Fact]
    public void A_score_that_called_for_attention_stops_calling_only_when_it_is_no_longer_certain()
    {
        _lane.Send(Device(), Start, Json(Start, "\"hr\":141,\"spo2\":84,\"rr\":30"));
        var since = _lane.View().AttentionSince;
        TickUntil(290);
        (_lane.View().Attention.Points, _lane.View().AttentionSince).ShouldBe((9, since));
        TickUntil(301);
        _lane.View().Attention.Points.ShouldBe(0);
        _lane.Changes.All[^1].Kind.ShouldBe(ChangeKind.Status);
    }

    [Fact]
    public void A_device_that_was_put_on_and_never_sends_is_shown_as_silent_at_once_and_is_an_alert_after_half_a_minute()
    {
        TickUntil(100);
        _lane.Devices.Put(Device(10, Binding(1, Start + 100 * Second, awaited: true)));
        TickUntil(101);
        var view = _lane.View();
        (view.Device.Id, view.Device.State).ShouldBe(("mon-10", DeviceState.Offline));
        PatientDocumentBuilder.Attention(in view).ShouldNotBeNull().Text.ShouldBe("No data from device mon-10");
        TickUntil(130);
        _lane.Book.Told.ShouldBeEmpty();
        TickUntil(131);
        _lane.Book.Told.ShouldHaveSingleItem().Text.ShouldBe("No reading from device for 31 s");
        TickUntil(281);
        _lane.Book.Told[^1].Phase.ShouldBe(AlertPhase.Escalated);

        // What it sends ends it.
        for (var end = _now + 10 * Second; _now < end;)
        {
            _now += Second;
            _lane.Send(_lane.Devices.Find(10)!, _now, Json(_now));
            _lane.Silence.Tick(_now, _lane.Group);
        }

        _lane.Book.Told[^1].Phase.ShouldBe(AlertPhase.Ended);
        view = _lane.View();
        PatientDocumentBuilder.Attention(in view).ShouldBeNull();
    }

    [Fact]
    public void A_device_that_never_sent_is_not_missed_any_more_when_it_is_taken_off()
    {
        _lane.Devices.Put(Device(10, Binding(1, Start, awaited: true)));
        TickUntil(40);
        _lane.Book.Told.ShouldHaveSingleItem().Phase.ShouldBe(AlertPhase.Raised);
        _lane.Devices.Put(Device(10, Binding(1, Start, Start + 40 * Second, awaited: true)));
        TickUntil(41);
        _lane.Book.Told[^1].Phase.ShouldBe(AlertPhase.Ended);
    }

    [Fact]
    public void A_spare_that_never_sends_is_not_missed()
    {
        _lane.Devices.Put(Device(10, Binding(1, Start)));
        TickUntil(300);
        _lane.Book.Told.ShouldBeEmpty();
    }

    [Fact]
    public void A_glucose_meter_does_not_hide_that_a_monitor_was_put_on_and_never_sends()
    {
        var meter = Device(11, Binding(1));
        _lane.Send(meter, Start, Json(Start, "\"glucose\":6.1"), counter: 1, boot: 8);
        _lane.Devices.Put(Device(10, Binding(1, Start, awaited: true)));
        TickUntil(20);
        _lane.Send(meter, _now, Json(_now, "\"glucose\":6.2"), counter: 2, boot: 8);
        TickUntil(40);
        (_lane.View().Device.Id, _lane.View().MeasuredBy).ShouldBe(("mon-10", "mon-11"));
        _lane.Book.Told.ShouldHaveSingleItem().Text.ShouldBe("No reading from device for 31 s");
    }

    [Fact]
    public void Of_two_meters_that_were_put_on_the_one_that_has_sent_is_not_missed()
    {
        var (one, other) = (Device(10, Binding(1, Start - Second, awaited: true)), Device(11, Binding(1, Start - Second, awaited: true)));
        _lane.Send(one, Start, Json(Start, "\"glucose\":6.1"), counter: 1, boot: 8);
        _lane.Send(other, Start, Json(Start, "\"temp\":37.1"), counter: 1, boot: 9);
        TickUntil(300);
        _lane.Book.Told.ShouldBeEmpty();
    }

    [Fact]
    public void A_transfer_does_not_begin_the_wait_for_a_device_anew()
    {
        _lane.Devices.Put(Device(10, Binding(1, Start, Start + 20 * Second, awaited: true), Binding(1, Start + 20 * Second, awaited: true)));
        TickUntil(31);
        _lane.Book.Told.ShouldBeEmpty("the lane has looked for thirty seconds");
        TickUntil(32);
        _lane.Book.Told.ShouldHaveSingleItem().Text.ShouldBe("No reading from device for 32 s");
    }

    [Fact]
    public void A_patient_nobody_heard_of_is_not_told_about()
    {
        TickUntil(100);
        _lane.Changes.All.ShouldBeEmpty();
    }

    [Fact]
    public void A_defect_met_at_one_patient_hides_no_other_patients_silence()
    {
        _lane.Send(Device(), Start, Json(Start));
        _lane.Send(Device(11, Binding(2)), Start, Json(Start), topicOf: 2, boot: 8);
        _lane.Changes.Defect = 1;
        TickUntil(30);
        _lane.Changes.All.Count(change => change.View.PatientNumber == 2 && change.Kind == ChangeKind.Status).ShouldBeGreaterThan(1);
    }

    [Fact]
    public void A_patient_who_has_left_is_forgotten_even_if_the_device_goes_on_sending_and_nobody_else_is()
    {
        _lane.Send(Device(), Start, Json(Start));
        _lane.Send(Device(11, Binding(2)), Start, Json(Start), topicOf: 2, boot: 8);
        TickUntil(1);
        _lane.States.Count.ShouldBe(2);
        _lane.Patients.Discharge(1);
        TickUntil(2);
        (_lane.States.Find(1), _lane.States.Count).ShouldBe((null, 1));
        _lane.Send(Device(), Start + 2 * Second, Json(Start + 2 * Second));
        TickUntil(70);
        (_lane.States.Find(1), _lane.States.Count).ShouldBe((null, 1));
    }

    [Fact]
    public void A_lane_forgets_none_of_another_lanes_patients()
    {
        var (mine, other) = (Enumerable.Range(1, 100).First(number => EnvelopeWay.ShareOf(number, 2) == 0), Enumerable.Range(1, 100).First(number => EnvelopeWay.ShareOf(number, 2) == 1));
        _lane.States.Get(mine);
        _lane.States.Get(other);
        _lane.States.Trim(number => EnvelopeWay.ShareOf(number, 2) == 0, new HashSet<int>());
        (_lane.States.Find(mine) is null, _lane.States.Find(other) is null).ShouldBe((true, false));
    }

    [Fact]
    public void Every_patient_has_one_lane_whatever_their_number()
    {
        foreach (var lanes in new[] { 1, 2, 3, 8, 256 })
        {
            var share = new int[lanes];
            for (var patient = 1; patient <= 10_000; patient++)
            {
                share[EnvelopeWay.ShareOf(patient, lanes)]++;
            }

            share.Min().ShouldBeGreaterThan(10_000 / lanes / 2);
            EnvelopeWay.ShareOf(int.MinValue, lanes).ShouldBeInRange(0, lanes - 1);
        }
    }

    private int Told(Func<PatientView, bool> what) => _lane.Changes.All.Count(change => change.Kind == ChangeKind.Status && what(change.View));

    private void TickUntil(int second)
    {
        while (_now < Start + second * Second)
        {
            _now += Second;
            _lane.Silence.Tick(_now, _lane.Group);
        }
    }
}
