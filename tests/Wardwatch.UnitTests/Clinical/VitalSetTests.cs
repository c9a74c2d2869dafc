using Shouldly;
using Wardwatch.Clinical.Vitals;
using Xunit;

namespace Wardwatch.UnitTests.Clinical;

public class VitalSetTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void A_vital_that_was_never_measured_is_absent_and_not_a_zero()
    {
        var vitals = new VitalSet();
        vitals.Has(Vital.HeartRate).ShouldBeFalse();
        vitals.ValueOrNaN(Vital.HeartRate).ShouldBe(double.NaN);
        vitals.TryGet(Vital.HeartRate, out double value, out _).ShouldBeFalse();
        value.ShouldBe(double.NaN);
        vitals.StateAt(Vital.HeartRate, 0).ShouldBe(DataState.Offline);
        vitals.TryGetConsciousness(out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void A_late_value_never_overwrites_a_newer_one()
    {
        var vitals = new VitalSet();
        vitals.Update(Vital.SpO2, 96, 10 * Second).ShouldBeTrue();
        vitals.Update(Vital.SpO2, 80, 9 * Second).ShouldBeFalse();
        vitals.ValueOrNaN(Vital.SpO2).ShouldBe(96);
        vitals.Update(Vital.SpO2, 95, 10 * Second).ShouldBeTrue("a device corrects itself with the same time");
        vitals.ValueOrNaN(Vital.SpO2).ShouldBe(95);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_not_a_number_is_not_taken(double value)
    {
        var vitals = new VitalSet();
        vitals.Update(Vital.HeartRate, value, Second).ShouldBeFalse();
        vitals.Count.ShouldBe(0);
    }

    [Fact]
    public void Each_value_keeps_its_own_time_and_age()
    {
        var vitals = new VitalSet();
        vitals.Update(Vital.HeartRate, 70, 100 * Second);
        vitals.Update(Vital.SystolicPressure, 120, 40 * Second);
        vitals.AgeSeconds(Vital.HeartRate, 103 * Second).ShouldBe(3);
        vitals.StateAt(Vital.HeartRate, 103 * Second).ShouldBe(DataState.Delayed);
        vitals.StateAt(Vital.SystolicPressure, 103 * Second).ShouldBe(DataState.Live, "a cuff has an age rule of its own");
    }

    [Fact]
    public void Joining_readings_in_any_order_gives_the_same_state()
    {
        var random = new Random(20261120);
        for (int round = 0; round < 200; round++)
        {
            var readings = Enumerable.Range(0, 6).Select(i => RandomReading(random, i)).ToArray();
            var inOrder = new VitalSet();
            foreach (var reading in readings)
                inOrder.Join(in reading);

            random.Shuffle(readings);
            var shuffled = new VitalSet();
            foreach (var reading in readings)
                shuffled.Join(in reading);

            shuffled.PresentMask.ShouldBe(inOrder.PresentMask);
            foreach (var vital in Enum.GetValues<Vital>())
            {
                shuffled.TryGet(vital, out double value, out long at);
                inOrder.TryGet(vital, out double expected, out long expectedAt);
                value.ShouldBe(expected);
                at.ShouldBe(expectedAt);
            }
        }
    }

    [Fact]
    public void Joining_tells_which_vitals_were_taken()
    {
        var state = new VitalSet();
        state.Update(Vital.HeartRate, 70, 10 * Second);
        var late = new VitalSet();
        late.Update(Vital.HeartRate, 150, 5 * Second);
        late.Update(Vital.Temperature, 37.2, 5 * Second);
        state.Join(in late).ShouldBe((ushort)(1 << (int)Vital.Temperature));
        state.ValueOrNaN(Vital.HeartRate).ShouldBe(70);
    }

    [Fact]
    public void A_score_window_leaves_old_values_out_and_keeps_its_edge()
    {
        var window = ScoreWindow.Default.With(Vital.HeartRate, 30);
        ScoreWindow.Default.MaxAgeSeconds(Vital.HeartRate).ShouldBe(300, "the default is not changed");
        var vitals = new VitalSet();
        vitals.Update(Vital.HeartRate, 70, 0);
        window.TryGetFresh(in vitals, Vital.HeartRate, 30 * Second, out _, out _).ShouldBeTrue();
        window.TryGetFresh(in vitals, Vital.HeartRate, (30 * Second) + 1, out _, out _).ShouldBeFalse();
        window.TryGetFresh(in vitals, Vital.SpO2, 0, out _, out _).ShouldBeFalse();
        Should.Throw<ArgumentOutOfRangeException>(() => window.With(Vital.HeartRate, double.NaN));
        Should.Throw<ArgumentOutOfRangeException>(() => window.With(Vital.HeartRate, -1));
    }

    // Times are distinct per reading, since of two equal times the last to come stands.
    private static VitalSet RandomReading(Random random, int number)
    {
        var reading = new VitalSet();
        foreach (var vital in Enum.GetValues<Vital>())
        {
            if (random.Next(2) == 0)
                reading.Update(vital, random.Next(100), (random.Next(1000) * 10) + number);
        }

        return reading;
    }
}
