using Shouldly;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Xunit;
using static Wardwatch.UnitTests.Monitoring.TestWard;

namespace Wardwatch.UnitTests.Monitoring;

/// <summary>Several devices on one patient: the one whose silence matters is shown, and none hides another's.</summary>
public class WatchingDeviceTests
{
    private const string Glucose = "\"glucose\":6.1";
    private readonly LaneRig _lane = new();
    private readonly DeviceEntry _monitor = Device();
    private readonly DeviceEntry _meter = Device(11, Binding(1));
    private readonly Dictionary<int, ulong> _counters = [];
    private long _now = Start;

    [Fact]
    public void Two_devices_that_both_send_are_no_change_of_state_with_each_reading()
    {
        Send(_monitor);
        for (var i = 0; i < 20; i++)
        {
            Send(_meter, "\"hr\":76");
            Send(_monitor);
        }

        Told().ShouldBe(1, "the first reading");
        Shown.ShouldBe(("mon-10", DeviceState.Online));
        _lane.View().Vitals.ValueOrNaN(Wardwatch.Clinical.Vitals.Vital.HeartRate).ShouldBe(75);
    }

    [Fact]
    public void A_reading_names_the_device_that_measured_it_whichever_is_shown()
    {
        Send(_monitor);
        Send(_meter, Glucose);
        (_lane.View().MeasuredBy, _lane.View().Device.Id).ShouldBe(("mon-11", "mon-10"));
        Send(_monitor);
        _lane.View().MeasuredBy.ShouldBe("mon-10");
    }

    [Fact]
    public void A_meter_that_goes_on_sending_does_not_hide_that_the_monitor_fell_silent()
    {
        Send(_monitor);
        for (var second = 1; second <= 30; second++)
        {
            Send(_meter, Glucose);
            Tick();
        }

        Shown.ShouldBe(("mon-10", DeviceState.Offline));
        var view = _lane.View();
        PatientDocumentBuilder.Attention(in view)!.Text.ShouldBe("No data from device mon-10");
    }

    [Fact]
    public void A_second_monitor_is_shown_once_the_first_is_silent()
    {
        Send(_monitor);
        Tick(20);
        Send(_meter, "\"hr\":76");
        Shown.ShouldBe(("mon-11", DeviceState.Online));
        Send(_monitor);
        Shown.ShouldBe(("mon-11", DeviceState.Online));
        Told().ShouldBe(3, "the first reading, the silence, the second monitor");
    }

    [Fact]
    public void A_monitor_is_shown_at_once_where_only_a_meter_was()
    {
        Send(_meter, Glucose);
        Shown.ShouldBe(("mon-11", DeviceState.Online));
        Send(_monitor);
        Shown.ShouldBe(("mon-10", DeviceState.Online));
        Send(_meter, Glucose);
        Shown.ShouldBe(("mon-10", DeviceState.Online));
    }

    [Fact]
    public void Of_two_meters_the_one_that_still_sends_is_shown()
    {
        Send(_meter, Glucose);
        Tick(20);
        Send(Device(12, Binding(1)), Glucose);
        Shown.ShouldBe(("mon-12", DeviceState.Online));
    }

    [Fact]
    public void A_device_that_was_taken_off_is_not_waited_for()
    {
        Send(_monitor);
        _lane.Devices.Put(Device(10, Binding(1, 0, Start + Second)));
        Tick(20);
        _lane.View().Device.Id.ShouldBeNull();
        var view = _lane.View();
        PatientDocumentBuilder.Attention(in view).ShouldBeNull();
        Told().ShouldBe(2, "the first reading, and that it is gone");
    }

    [Fact]
    public void When_one_is_taken_off_the_other_that_is_worn_is_expected()
    {
        Send(_monitor);
        Send(_meter, Glucose);
        _lane.Devices.Put(Device(10, Binding(2)));
        Tick(20);
        Shown.ShouldBe(("mon-11", DeviceState.Offline));
    }

    private (string? Id, DeviceState State) Shown => (_lane.View().Device.Id, _lane.View().Device.State);

    // What grows old together with a device is told as well, and does not count here.
    private int Told()
    {
        var shown = _lane.Changes.All.Where(change => (change.Kind & ChangeKind.Status) != ChangeKind.None)
            .Select(change => (change.View.Device.Id, change.View.Device.State, change.Kind)).ToList();
        return shown.Where((now, at) => at == 0 || now.Kind != ChangeKind.Status || (now.Id, now.State) != (shown[at - 1].Id, shown[at - 1].State)).Count();
    }

    private void Send(DeviceEntry device, string members = "\"hr\":75")
    {
        _now += Second / 10;
        _counters[device.Number] = _counters.GetValueOrDefault(device.Number) + 1;
        _lane.Send(device, _now, Json(_now, members), _counters[device.Number], boot: (ulong)device.Number);
    }

    private void Tick(int seconds = 1)
    {
        for (var end = _now + seconds * Second; _now < end;)
        {
            _now += Second;
            _lane.Silence.Tick(_now, _lane.Group);
        }
    }
}
