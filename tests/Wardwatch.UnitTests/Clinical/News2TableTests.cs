using Shouldly;
using Wardwatch.Clinical.Scores;
using Xunit;

namespace Wardwatch.UnitTests.Clinical;

/// <summary>Every boundary of the College's chart, and the rounding in between.</summary>
public class News2TableTests
{
    [Theory]
    [InlineData(0, 3)]
    [InlineData(8, 3)]
    [InlineData(8.4, 3)]
    [InlineData(8.5, 1)]
    [InlineData(9, 1)]
    [InlineData(11, 1)]
    [InlineData(12, 0)]
    [InlineData(20, 0)]
    [InlineData(20.5, 2)]
    [InlineData(21, 2)]
    [InlineData(24, 2)]
    [InlineData(24.5, 3)]
    [InlineData(25, 3)]
    [InlineData(60, 3)]
    public void Respiratory_rate_scores_by_the_chart(double perMinute, int points) =>
        News2.RespirationPoints(perMinute).ShouldBe(points);

    [Theory]
    [InlineData(50, 3)]
    [InlineData(91, 3)]
    [InlineData(91.4, 3)]
    [InlineData(91.5, 2)]
    [InlineData(92, 2)]
    [InlineData(93, 2)]
    [InlineData(94, 1)]
    [InlineData(95, 1)]
    [InlineData(95.5, 0)]
    [InlineData(96, 0)]
    [InlineData(100, 0)]
    public void Saturation_scores_by_scale_one(double percent, int points) =>
        News2.Scale1Points(percent).ShouldBe(points);

    [Theory]
    [InlineData(60, 3, 3)]
    [InlineData(83, 3, 3)]
    [InlineData(84, 2, 2)]
    [InlineData(85, 2, 2)]
    [InlineData(86, 1, 1)]
    [InlineData(87, 1, 1)]
    [InlineData(87.5, 0, 0)]
    [InlineData(88, 0, 0)]
    [InlineData(92, 0, 0)]
    [InlineData(93, 0, 1)]
    [InlineData(94, 0, 1)]
    [InlineData(95, 0, 2)]
    [InlineData(96, 0, 2)]
    [InlineData(97, 0, 3)]
    [InlineData(100, 0, 3)]
    public void Saturation_scores_by_scale_two_on_air_and_on_oxygen(double percent, int onAir, int onOxygen)
    {
        News2.Scale2Points(percent, onOxygen: false).ShouldBe(onAir);
        News2.Scale2Points(percent, onOxygen: true).ShouldBe(onOxygen);
    }

    [Theory]
    [InlineData(40, 3)]
    [InlineData(90, 3)]
    [InlineData(90.5, 2)]
    [InlineData(91, 2)]
    [InlineData(100, 2)]
    [InlineData(101, 1)]
    [InlineData(110, 1)]
    [InlineData(111, 0)]
    [InlineData(219, 0)]
    [InlineData(219.5, 3)]
    [InlineData(220, 3)]
    [InlineData(300, 3)]
    public void Systolic_pressure_scores_by_the_chart(double mmHg, int points) =>
        News2.SystolicPoints(mmHg).ShouldBe(points);

    [Theory]
    [InlineData(0, 3)]
    [InlineData(40, 3)]
    [InlineData(41, 1)]
    [InlineData(50, 1)]
    [InlineData(51, 0)]
    [InlineData(90, 0)]
    [InlineData(91, 1)]
    [InlineData(110, 1)]
    [InlineData(111, 2)]
    [InlineData(130, 2)]
    [InlineData(130.4, 2)]
    [InlineData(130.5, 3)]
    [InlineData(131, 3)]
    public void Pulse_scores_by_the_chart(double perMinute, int points) =>
        News2.PulsePoints(perMinute).ShouldBe(points);

    [Theory]
    [InlineData(30.0, 3)]
    [InlineData(35.0, 3)]
    [InlineData(35.04, 3)]
    [InlineData(35.05, 1)]
    [InlineData(35.1, 1)]
    [InlineData(36.0, 1)]
    [InlineData(36.05, 0)]
    [InlineData(36.1, 0)]
    [InlineData(38.0, 0)]
    [InlineData(38.05, 1)]
    [InlineData(38.1, 1)]
    [InlineData(39.0, 1)]
    [InlineData(39.05, 2)]
    [InlineData(39.1, 2)]
    [InlineData(42.0, 2)]
    public void Temperature_scores_by_the_chart_in_tenths(double celsius, int points) =>
        News2.TemperaturePoints(celsius).ShouldBe(points);
}
