using Shouldly;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Xunit;
using static Wardwatch.UnitTests.Monitoring.TestWard;

namespace Wardwatch.UnitTests.Monitoring;

/// <summary>The documents that screens get: forms of values, and ages that are never flattering.</summary>
public class PatientDocumentBuilderTests
{
    private readonly LaneRig _lane = new();

    [Fact]
    public void Each_value_has_the_form_that_the_api_promises()
    {
        _lane.Send(Device(), Start, Json(Start, Resting));
        var vitals = PatientDocumentBuilder.Vitals(in Current, Start);
        vitals["hr"].Value.ShouldBe(75.0);
        vitals["temp"].Value.ShouldBe(37.1);
        vitals["acvpu"].Value.ShouldBe("A");
        vitals["o2"].Value.ShouldBe(false);
        vitals.ContainsKey("glucose").ShouldBeFalse();
    }

    [Theory]
    [InlineData("A")]
    [InlineData("C")]
    [InlineData("V")]
    [InlineData("P")]
    [InlineData("U")]
    public void Each_level_of_consciousness_is_its_letter(string letter)
    {
        _lane.Send(Device(), Start, Json(Start, $"\"acvpu\":\"{letter}\",\"o2\":true"));
        var vitals = PatientDocumentBuilder.Vitals(in Current, Start);
        vitals["acvpu"].Value.ShouldBe(letter);
        vitals["o2"].Value.ShouldBe(true);
    }

    [Theory]
    [InlineData(0, "live")]
    [InlineData(2, "live")]
    [InlineData(2.1, "delayed")]
    [InlineData(10, "delayed")]
    [InlineData(10.1, "stale")]
    [InlineData(60, "stale")]
    [InlineData(60.1, "offline")]
    public void A_heart_rate_is_as_trustworthy_as_it_is_old(double age, string state)
    {
        _lane.Send(Device(), Start, Json(Start));
        var value = PatientDocumentBuilder.Vitals(in Current, Start + (long)(age * 1e6))["hr"];
        (value.AgeSeconds, value.State).ShouldBe((age, state));
        value.At.ShouldBe(UnixTime.ToDateTimeOffset(Start));
    }

    [Fact]
    public void A_clock_ahead_gives_no_negative_age_and_its_offset_is_shown()
    {
        _lane.Send(Device(), Start, Json(Start + 60 * Second));
        var view = _lane.View();
        PatientDocumentBuilder.Vitals(in view.Vitals, Start - Second)["hr"].AgeSeconds.ShouldBe(0);
        PatientDocumentBuilder.Device(in view.Device)!.ClockOffsetSeconds.ShouldBe(60);
    }

    [Fact]
    public void Nothing_measured_is_no_score_and_not_a_score_of_zero()
    {
        var empty = _lane.View();
        PatientDocumentBuilder.News2(in empty, 1).ShouldBeNull();
        PatientDocumentBuilder.Anomaly(in empty).ShouldBeNull();
        PatientDocumentBuilder.Device(in empty.Device).ShouldBeNull();
        PatientDocumentBuilder.Attention(in empty).ShouldBeNull();
        var document = PatientDocumentBuilder.Patient(Patient(), in empty, [], limitsChanged: false, Start);
        (document.Vitals.Count, document.ShortName).ShouldBe((0, "Quill, A."));
    }

    [Fact]
    public void Missing_inputs_are_bounds_and_the_points_of_each_parameter_are_told()
    {
        _lane.Send(Device(), Start, Json(Start, "\"hr\":141"));
        var view = _lane.View();
        var news2 = PatientDocumentBuilder.News2(in view, 1)!;
        (news2.Min, news2.Complete, news2.Parameters["hr"].Min, news2.Parameters["hr"].Max).ShouldBe((3, false, 3, 3));
        (news2.Parameters["spo2"].Min, news2.Parameters["spo2"].Max).ShouldBe((0, 3));
        news2.Max.ShouldBeGreaterThan(news2.Min);
    }

    [Fact]
    public void An_anomaly_names_its_strongest_drivers_first()
    {
        _lane.Send(Device(), Start, Json(Start, "\"hr\":190,\"spo2\":70,\"sbp\":70,\"dbp\":40,\"temp\":40.5,\"rr\":40"));
        var view = _lane.View();
        var anomaly = PatientDocumentBuilder.Anomaly(in view)!;
        anomaly.Drivers.Count.ShouldBe(3);
        anomaly.Drivers.Select(driver => Math.Abs(driver.Contribution)).ShouldBeInOrder(SortDirection.Descending);
        anomaly.Model.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void A_score_that_calls_stands_before_a_silent_device_and_a_silent_device_before_nothing()
    {
        _lane.Send(Device(), Start, Json(Start, Resting));
        var view = _lane.View();
        PatientDocumentBuilder.Attention(in view).ShouldBeNull();
        view.Device.State = DeviceState.Silent;
        var technical = PatientDocumentBuilder.Attention(in view)!;
        (technical.Priority, technical.Text, technical.Since).ShouldBe(("technical", "No data from device mon-10", UnixTime.ToDateTimeOffset(Start)));

        _lane.Send(Device(), Start + Second, Json(Start + Second, "\"hr\":141"));
        view = _lane.View();
        view.Device.State = DeviceState.Silent;
        var single = PatientDocumentBuilder.Attention(in view)!;
        (single.Priority, single.Vital).ShouldBe(("medium", "hr"));
    }

    private ref readonly VitalSet Current => ref _lane.States.Get(1).Current.Vitals;
}
