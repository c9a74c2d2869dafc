using Shouldly;
using Wardwatch.Clinical.Vitals;
using Xunit;

namespace Wardwatch.UnitTests.Clinical;

public class VitalCatalogueTests
{
    [Fact]
    public void Every_vital_has_one_definition_at_its_own_place()
    {
        Enum.GetValues<Vital>().Length.ShouldBe(VitalCatalogue.Count);
        foreach (var vital in Enum.GetValues<Vital>())
            VitalCatalogue.Of(vital).Vital.ShouldBe(vital);
        VitalCatalogue.All.ToArray().Select(d => d.WireKey).Distinct().Count().ShouldBe(VitalCatalogue.Count);
    }

    [Theory]
    [InlineData("hr", Vital.HeartRate)]
    [InlineData("spo2", Vital.SpO2)]
    [InlineData("sbp", Vital.SystolicPressure)]
    [InlineData("dbp", Vital.DiastolicPressure)]
    [InlineData("temp", Vital.Temperature)]
    [InlineData("rr", Vital.RespiratoryRate)]
    [InlineData("acvpu", Vital.Consciousness)]
    [InlineData("o2", Vital.SupplementalOxygen)]
    [InlineData("etco2", Vital.EndTidalCo2)]
    [InlineData("glucose", Vital.Glucose)]
    public void A_wire_key_names_its_vital(string key, Vital expected)
    {
        VitalCatalogue.TryFind(key, out var vital).ShouldBeTrue();
        vital.ShouldBe(expected);
        VitalCatalogue.TryFind(key.ToUpperInvariant(), out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(Vital.HeartRate, 0, 350)]
    [InlineData(Vital.SpO2, 0, 100)]
    [InlineData(Vital.SystolicPressure, 0, 350)]
    [InlineData(Vital.DiastolicPressure, 0, 250)]
    [InlineData(Vital.Temperature, 20, 46)]
    [InlineData(Vital.RespiratoryRate, 0, 120)]
    [InlineData(Vital.EndTidalCo2, 0, 150)]
    [InlineData(Vital.Glucose, 0, 100)]
    public void Plausible_ranges_include_their_ends_and_nothing_beyond(Vital vital, double min, double max)
    {
        VitalCatalogue.IsPlausible(vital, min).ShouldBeTrue();
        VitalCatalogue.IsPlausible(vital, max).ShouldBeTrue();
        VitalCatalogue.IsPlausible(vital, Math.BitDecrement(min)).ShouldBeFalse();
        VitalCatalogue.IsPlausible(vital, Math.BitIncrement(max)).ShouldBeFalse();
        VitalCatalogue.IsPlausible(vital, double.NaN).ShouldBeFalse();
    }

    [Theory]
    [InlineData(-3, DataState.Live)]
    [InlineData(0, DataState.Live)]
    [InlineData(2, DataState.Live)]
    [InlineData(2.001, DataState.Delayed)]
    [InlineData(10, DataState.Delayed)]
    [InlineData(10.001, DataState.Stale)]
    [InlineData(60, DataState.Stale)]
    [InlineData(60.001, DataState.Offline)]
    [InlineData(double.NaN, DataState.Offline)]
    public void A_continuous_vital_ages_from_live_to_offline(double ageSeconds, DataState expected) =>
        VitalCatalogue.Of(Vital.HeartRate).Ages.StateAt(ageSeconds).ShouldBe(expected);

    [Fact]
    public void Age_limits_rise_and_intermittent_vitals_have_longer_ones()
    {
        foreach (var definition in VitalCatalogue.All.ToArray())
        {
            var ages = definition.Ages;
            ages.DelayedAfterSeconds.ShouldBeLessThan(ages.StaleAfterSeconds);
            ages.StaleAfterSeconds.ShouldBeLessThan(ages.OfflineAfterSeconds);
            if (definition.IsContinuous)
                ages.ShouldBe(new AgeRules(2, 10, 60));
            else
                ages.DelayedAfterSeconds.ShouldBeGreaterThanOrEqualTo(3600);
        }
    }

    [Fact]
    public void Consciousness_letters_round_trip_and_nothing_else_is_read()
    {
        foreach (var level in Enum.GetValues<Consciousness>())
        {
            ConsciousnessCodes.TryParse(ConsciousnessCodes.ToLetter(level), out var back).ShouldBeTrue();
            back.ShouldBe(level);
        }

        ConsciousnessCodes.TryParse('a', out _).ShouldBeFalse();
        ConsciousnessCodes.TryParse('X', out _).ShouldBeFalse();
    }
}
