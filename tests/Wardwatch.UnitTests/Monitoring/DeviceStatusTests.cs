using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Xunit;
using static Wardwatch.UnitTests.Monitoring.TestWard;

namespace Wardwatch.UnitTests.Monitoring;

/// <summary>What a device says of itself on its way through a lane: a row like a reading's, the state of its patient's device, an alert.</summary>
public class DeviceStatusTests
{
    private readonly LaneRig _lane = new();
    private long _now = Start;

    [Fact]
    public void A_status_is_stored_as_it_came_and_shown_with_the_device()
    {
        _lane.Send(Device(), _now, Json(_now));
        var taken = Say("\"battery\":57,\"sensors\":{\"hr\":\"on\",\"spo2\":\"off\"},\"lamp\":1");
        (taken.Reason, taken.Flags, taken.Patient).ShouldBe((RefusalReason.None, ReadingFlags.Status, 1));
        taken.Unmapped.ShouldBe(Json(_now, "\"battery\":57,\"sensors\":{\"hr\":\"on\",\"spo2\":\"off\"},\"lamp\":1"));
        var device = _lane.View().Device;
        (device.Battery, device.SensorsOff, device.StatusAt, device.LastReceivedAt).ShouldBe((57, 2, _now, Start));
        _lane.Changes.All[^1].Kind.ShouldBe(ChangeKind.Status);
        var document = PatientDocumentBuilder.Device(in device)!;
        (document.Battery, document.SensorsOff!.Single()).ShouldBe((57, "spo2"));

        // What it does not say this time stays.
        Say("\"sensors\":{\"spo2\":\"on\"}");
        (_lane.View().Device.Battery, _lane.View().Device.SensorsOff).ShouldBe((57, 0));
    }

    [Fact]
    public void A_status_that_cannot_be_believed_is_set_aside_for_its_reason()
    {
        Say("\"battery\":57,\"battery\":5").Reason.ShouldBe(RefusalReason.UnreadablePayload);
        _lane.Say(Device(), Start, Json(Start + 301 * Second, "\"battery\":57")).Reason.ShouldBe(RefusalReason.TimeOutOfRange);
        _lane.Say(Device(12, Binding(1, until: Start)), Start, Json(Start, "\"battery\":57")).Reason.ShouldBe(RefusalReason.NoBinding);
        Say("\"battery\":570").Flags.ShouldBe(ReadingFlags.Status | ReadingFlags.PartlyRefused | ReadingFlags.Suspect);
        _lane.Process(Device(), Start, Seal("{}", 90, kind: EnvelopeKind.EcgWaveform), TopicOf(1)).Reason.ShouldBe(RefusalReason.UnsupportedKind);
    }

    [Fact]
    public void A_status_that_is_sent_again_or_comes_late_changes_nothing()
    {
        _lane.Send(Device(), _now, Json(_now), counter: 1);
        _lane.Say(Device(), _now + 2 * Second, Json(_now + 2 * Second, "\"battery\":57"), counter: 3);
        _lane.Say(Device(), _now + 3 * Second, Json(_now + 2 * Second, "\"battery\":57"), counter: 3).Flags.ShouldBe(ReadingFlags.Status | ReadingFlags.Suspect);
        _lane.Say(Device(), _now + 4 * Second, Json(_now + Second, "\"battery\":12"), counter: 2).Flags.HasFlag(ReadingFlags.Late).ShouldBeTrue();
        _lane.View().Device.Battery.ShouldBe(57);
    }

    [Fact]
    public void A_low_battery_is_an_alert_in_the_group_that_stores_it_and_ends_with_a_full_one()
    {
        for (var second = 0; second <= 61; second++)
        {
            _now = Start + second * Second;
            _lane.Send(Device(), _now, Json(_now));
            if (second == 0)
            {
                Say("\"battery\":15");
            }
        }

        _lane.Book.Told.Select(told => (told.Type, told.Phase, told.Text)).ShouldBe([("battery-low", AlertPhase.Raised, "Battery 15 % < 20 % for 60 s")]);
        _lane.Group.LastCompanion.ShouldNotBeNull();
        Say("\"battery\":100");
        for (var second = 62; second <= 75; second++)
        {
            _now = Start + second * Second;
            _lane.Send(Device(), _now, Json(_now));
        }

        _lane.Book.Told[^1].Phase.ShouldBe(AlertPhase.Ended);
    }

    [Fact]
    public void The_battery_of_a_device_that_is_not_the_one_shown_is_nobodys_alert()
    {
        _lane.Send(Device(), _now, Json(_now));
        _lane.Say(Device(11, Binding(1)), _now, Json(_now, "\"battery\":3"), counter: 1, boot: 8).Flags.HasFlag(ReadingFlags.Status).ShouldBeTrue();
        _lane.View().Device.Battery.ShouldBeNull();
    }

    [Fact]
    public void A_device_that_takes_over_brings_its_own_battery()
    {
        _lane.Send(Device(), _now, Json(_now));
        Say("\"battery\":3");
        for (var second = 1; second <= 12; second++)
        {
            _lane.Silence.Tick(_now = Start + second * Second, _lane.Group);
        }

        _lane.Send(Device(11, Binding(1)), _now, Json(_now), counter: 1, boot: 8);
        (_lane.View().Device.Id, _lane.View().Device.Battery, _lane.View().Device.StatusAt).ShouldBe(("mon-11", null, 0L));
    }

    private Taken Say(string members) => _lane.Say(Device(), _now, Json(_now, members));
}
