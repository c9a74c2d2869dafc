using Shouldly;
using Wardwatch.Clinical.Alerts;
using Xunit;

namespace Wardwatch.UnitTests.Clinical.Alerts;

public class AlertSettingsTests
{
    [Fact]
    public void The_defaults_are_the_catalogues()
    {
        foreach (var type in AlertCatalogue.All)
            AlertSettings.Default.Of(type.Index).ShouldBe(new AlertSetting(true, type.Limit ?? double.NaN, type.DelaySeconds));
    }

    [Fact]
    public void Later_overrides_win_and_leave_alone_what_they_do_not_name()
    {
        AlertOverride ward = new(AlertTypes.SpO2Low, 92, 15, null), patient = new(AlertTypes.SpO2Low, 88, null, null);
        var settings = AlertSettings.Default.With([ward]).With([patient]);
        settings.Of(AlertTypes.SpO2Low).ShouldBe(new AlertSetting(true, 88, 15));
        settings.Of(AlertTypes.HeartRateHigh).ShouldBe(AlertSettings.Default.Of(AlertTypes.HeartRateHigh));
        AlertSettings.Default.Of(AlertTypes.SpO2Low).Limit.ShouldBe(90, "settings are immutable");
        AlertSettings.Default.With([]).ShouldBeSameAs(AlertSettings.Default);
    }

    [Theory]
    [InlineData("spo2-low", 79.9, null, null, "The limit of Low oxygen saturation must be from 80 to 95 %.")]
    [InlineData("spo2-low", 96.0, null, null, "The limit of Low oxygen saturation must be from 80 to 95 %.")]
    [InlineData("spo2-low", double.NaN, null, null, "The limit of Low oxygen saturation must be from 80 to 95 %.")]
    [InlineData("spo2-low", null, 61.0, null, "The delay of Low oxygen saturation must be from 0 to 60 s.")]
    [InlineData("spo2-low", null, -1.0, null, "The delay of Low oxygen saturation must be from 0 to 60 s.")]
    [InlineData("spo2-low", null, double.NaN, null, "The delay of Low oxygen saturation must be from 0 to 60 s.")]
    [InlineData("spo2-critical", null, null, false, "Critical desaturation cannot be switched off.")]
    [InlineData("news2-7", 9.0, null, null, "The limit of NEWS2 7 or more is fixed.")]
    [InlineData("lead-off", 1.0, null, null, "The limit of Electrodes or sensor off is fixed.")]
    [InlineData("glucose-low", null, 5.0, null, "Hypoglycaemia has no delay.")]
    [InlineData("storage-away", null, null, false, "Readings are not being stored has nothing that can be set: it is not judged from readings.")]
    [InlineData("hr-high", null, null, null, "Tachycardia: nothing is changed.")]
    [InlineData("spo2-low", 88.0, 15.0, true, null)]
    [InlineData("spo2-low", 80.0, 60.0, false, null)]
    [InlineData("news2-7", 7.0, 0.0, true, null)]
    public void An_override_outside_its_safe_range_is_refused_with_a_sentence_and_changes_nothing(string code, double? limit, double? delay, bool? isOn, string? sentence)
    {
        var type = AlertCatalogue.Find(code)!;
        var change = new AlertOverride(type.Index, limit, delay, isOn);
        type.Validate(change).ShouldBe(sentence);
        if (sentence is not null)
            AlertSettings.Default.With([change]).ShouldBeSameAs(AlertSettings.Default);
    }

    [Fact]
    public void An_override_of_a_type_that_does_not_exist_changes_nothing() =>
        AlertSettings.Default.With([new AlertOverride(-1, 1, 1, true), new AlertOverride(33, 1, 1, true)]).ShouldBeSameAs(AlertSettings.Default);

    [Fact]
    public void Whatever_is_accepted_leaves_every_high_physiological_alert_on_and_its_delay_short()
    {
        var random = new Random(5);
        for (int round = 0; round < 2_000; round++)
        {
            var overrides = Enumerable.Range(0, 20).Select(_ => new AlertOverride(
                random.Next(-1, 34), random.Next(2) == 0 ? null : random.NextDouble() * 250, random.Next(2) == 0 ? null : random.NextDouble() * 400, random.Next(3) == 0 ? null : random.Next(2) == 0));
            var settings = AlertSettings.Default.With(overrides);
            foreach (var type in AlertCatalogue.All)
            {
                var setting = settings.Of(type.Index);
                setting.DelaySeconds.ShouldBeInRange(0, type.MaxDelaySeconds);
                if (type.Limit is not null)
                    setting.Limit.ShouldBeInRange(type.SafeMin!.Value, type.SafeMax!.Value);
                if (type.Latches)
                    setting.IsOn.ShouldBeTrue(type.Code);
            }
        }
    }
}
