using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Vitals;
using Xunit;

namespace Wardwatch.UnitTests.Clinical.Alerts;

public class AlertTextTests
{
    [Fact]
    public void A_cause_names_the_value_the_limit_and_the_delay() =>
        AlertText.Format(Of(AlertTypes.SpO2Low, 84, 88, Vital.SpO2, delay: 15)).ShouldBe("SpO₂ 84 < 88 for 15 s");

    [Fact]
    public void A_bound_is_told_as_a_bound()
    {
        var bound = Of(AlertTypes.News2Emergency, 8, 7, delay: 30);
        bound.IsLowerBound = true;
        AlertText.Format(in bound).ShouldBe("NEWS2 at least 8 ≥ 7");
        AlertText.Format(Of(AlertTypes.News2Emergency, 8, 7, delay: 30)).ShouldBe("NEWS2 8 ≥ 7");
    }

    [Fact]
    public void Silence_names_what_does_not_come()
    {
        AlertText.Format(Of(AlertTypes.ParameterSilent, 45.9, 45, Vital.SpO2)).ShouldBe("No SpO₂ from device for 45 s");
        AlertText.Format(Of(AlertTypes.DeviceSilent, 659, 30)).ShouldBe("No reading from device for 10 min");
    }

    [Theory]
    [InlineData(84, "84")]
    [InlineData(84.04, "84")]
    [InlineData(38.25, "38.3")]
    [InlineData(0.625, "0.63")]
    [InlineData(0, "0")]
    [InlineData(-0.001, "0")]
    [InlineData(1200, "1200")]
    public void Numbers_have_no_more_decimals_than_staff_read(double value, string text) => AlertText.Number(value).ShouldBe(text);

    [Fact]
    public void What_the_server_raises_has_its_name() => AlertText.Format(Of(AlertTypes.StorageAway, double.NaN, double.NaN)).ShouldBe("Readings are not being stored");

    [Fact]
    public void Every_type_has_a_cause_in_words()
    {
        foreach (var type in AlertCatalogue.All)
        {
            string text = AlertText.Format(Of(type.Index, type.Limit ?? double.NaN, type.Limit ?? double.NaN, type.Vital ?? Vital.HeartRate, type.DelaySeconds));
            text.ShouldNotBeNullOrWhiteSpace();
            text.ShouldNotContain("NaN", Case.Sensitive, type.Code);
        }
    }

    private static AlertTransition Of(int type, double value, double limit, Vital? vital = null, double delay = 0) =>
        new() { Type = type, Value = value, Limit = limit, DelaySeconds = delay, Vital = vital is { } known ? (byte)known : AlertTransition.NoVital, SupersededBy = -1 };
}
