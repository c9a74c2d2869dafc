using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Vitals;
using Xunit;

namespace Wardwatch.UnitTests.Clinical.Alerts;

public class AlertCatalogueTests
{
    private static readonly AlertType[] All = AlertCatalogue.All.ToArray();

    [Fact]
    public void There_are_exactly_33_types_with_codes_and_names_of_their_own()
    {
        All.Length.ShouldBe(33);
        AlertCatalogue.Count.ShouldBe(33);
        All.Select(type => type.Code).Distinct(StringComparer.Ordinal).Count().ShouldBe(33);
        All.Select(type => type.Name).Distinct(StringComparer.Ordinal).Count().ShouldBe(33);
        All.ShouldAllBe(type => type.Code.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-') && type.Code.Length <= 20);
        foreach (var (index, type) in All.Index())
        {
            type.Index.ShouldBe(index);
            AlertCatalogue.Of(index).ShouldBeSameAs(type);
            AlertCatalogue.Find(type.Code).ShouldBeSameAs(type);
        }

        AlertCatalogue.Find("nothing").ShouldBeNull();
        AlertCatalogue.Find(null).ShouldBeNull();
    }

    [Theory]
    [InlineData(AlertTypes.HeartRateCriticallyHigh, "hr-critical-high")]
    [InlineData(AlertTypes.HeartRateHigh, "hr-high")]
    [InlineData(AlertTypes.HeartRateCriticallyLow, "hr-critical-low")]
    [InlineData(AlertTypes.HeartRateLow, "hr-low")]
    [InlineData(AlertTypes.SpO2Critical, "spo2-critical")]
    [InlineData(AlertTypes.SpO2Low, "spo2-low")]
    [InlineData(AlertTypes.SpO2Fall, "spo2-fall")]
    [InlineData(AlertTypes.RespirationCritical, "rr-critical")]
    [InlineData(AlertTypes.RespirationLow, "rr-low")]
    [InlineData(AlertTypes.RespirationHigh, "rr-high")]
    [InlineData(AlertTypes.EndTidalCo2High, "etco2-high")]
    [InlineData(AlertTypes.SystolicCriticallyLow, "sbp-critical")]
    [InlineData(AlertTypes.SystolicLow, "sbp-low")]
    [InlineData(AlertTypes.SystolicFall, "sbp-fall")]
    [InlineData(AlertTypes.SystolicHigh, "sbp-high")]
    [InlineData(AlertTypes.Consciousness, "consciousness")]
    [InlineData(AlertTypes.TemperatureHigh, "temp-high")]
    [InlineData(AlertTypes.GlucoseLow, "glucose-low")]
    [InlineData(AlertTypes.GlucoseHigh, "glucose-high")]
    [InlineData(AlertTypes.News2Emergency, "news2-7")]
    [InlineData(AlertTypes.News2Urgent, "news2-5")]
    [InlineData(AlertTypes.News2Single, "news2-single")]
    [InlineData(AlertTypes.Anomaly, "anomaly")]
    [InlineData(AlertTypes.DeviceSilent, "device-silent")]
    [InlineData(AlertTypes.ParameterSilent, "parameter-silent")]
    [InlineData(AlertTypes.LeadOff, "lead-off")]
    [InlineData(AlertTypes.BatteryLow, "battery-low")]
    [InlineData(AlertTypes.ClockWrong, "clock-wrong")]
    [InlineData(AlertTypes.StorageAway, "storage-away")]
    [InlineData(AlertTypes.GatewaySilent, "gateway-silent")]
    [InlineData(AlertTypes.CoverageHole, "coverage-hole")]
    [InlineData(AlertTypes.AlertPathBroken, "alert-path-broken")]
    [InlineData(AlertTypes.Manual, "manual")]
    public void A_code_never_changes_and_stands_at_its_number(int index, string code) => AlertCatalogue.Of(index).Code.ShouldBe(code);

    [Fact]
    public void Every_physiological_alert_of_high_priority_latches_and_cannot_be_switched_off_and_no_technical_one_latches()
    {
        All.Count(type => type is { IsPhysiological: true, Priority: AlertPriority.High }).ShouldBeGreaterThan(5);
        foreach (var type in All)
        {
            type.Latches.ShouldBe(type is { IsPhysiological: true, Priority: AlertPriority.High }, type.Code);
            if (type.Latches)
                type.CanBeSwitchedOff.ShouldBeFalse(type.Code);
            if (type.IsTechnical)
                type.Latches.ShouldBeFalse(type.Code);
            (type.EscalatesTo == AlertPriority.High && type.IsPhysiological).ShouldBeFalse($"{type.Code}: what becomes high would have to latch");
        }
    }

    [Fact]
    public void Every_type_has_a_rule_a_source_somebody_who_responds_and_a_time()
    {
        foreach (var type in All)
        {
            type.Rule.ShouldNotBeNullOrWhiteSpace(type.Code);
            type.Source.Length.ShouldBeGreaterThan(10, type.Code);
            DutyRoles.All.Keys.ShouldContain(type.RespondingRole, type.Code);
            type.ResponseMinutes.ShouldBeInRange(1, 240, type.Code);
            if (type is { IsPhysiological: true, Priority: AlertPriority.High })
                type.ResponseMinutes.ShouldBeLessThanOrEqualTo(30, type.Code);
            (type.EscalatesTo is null).ShouldBe(type.EscalationLimit is null, type.Code);
        }

        All.Where(type => type.Index < AlertTypes.Judged).ShouldAllBe(type => type.IsJudgedByEngine);
        All.Where(type => type.Index >= AlertTypes.Judged).ShouldAllBe(type => !type.IsJudgedByEngine);
    }

    [Fact]
    public void The_emergency_has_half_an_hour_and_the_urgent_score_an_hour()
    {
        AlertCatalogue.Of(AlertTypes.News2Emergency).ResponseMinutes.ShouldBe(30);
        AlertCatalogue.Of(AlertTypes.News2Emergency).RespondingRole.ShouldBe(DutyRoles.RapidResponse);
        AlertCatalogue.Of(AlertTypes.News2Urgent).ResponseMinutes.ShouldBe(60);
        AlertCatalogue.Of(AlertTypes.News2Single).ResponseMinutes.ShouldBe(60);
    }

    [Fact]
    public void Every_default_lies_within_its_own_safe_range_and_within_what_the_vital_can_be()
    {
        foreach (var type in All)
        {
            (type.Limit is null).ShouldBe(type.SafeMin is null, type.Code);
            type.DelaySeconds.ShouldBeInRange(0, type.MaxDelaySeconds, type.Code);
            if (type.Limit is not { } limit)
                continue;
            limit.ShouldBeInRange(type.SafeMin!.Value, type.SafeMax!.Value, type.Code);
            if (type.Vital is { } vital && type.Kind is not AlertRuleKind.Fall)
                VitalCatalogue.IsPlausible(vital, type.SafeMin.Value).ShouldBeTrue(type.Code);
            if (type is { Kind: AlertRuleKind.DeviceSilence or AlertRuleKind.ParameterSilence, EscalationLimit: { } later })
                later.ShouldBeGreaterThan(type.SafeMax.Value, $"{type.Code}: it escalates after it is raised, whatever its limit");
            if (type is { Kind: AlertRuleKind.Battery, EscalationLimit: { } lower })
                lower.ShouldBeLessThan(type.SafeMin.Value, type.Code);
        }
    }

    [Fact]
    public void A_severe_type_is_never_milder_than_what_it_stands_for_and_is_not_answered_later()
    {
        foreach (var (severe, milder) in AlertLadders.Pairs)
        {
            var (above, below) = (AlertCatalogue.Of(severe), AlertCatalogue.Of(milder));
            ((int)above.Priority).ShouldBeGreaterThanOrEqualTo((int)below.Priority, $"{above.Code} over {below.Code}");
            above.ResponseMinutes.ShouldBeLessThanOrEqualTo(below.ResponseMinutes, $"{above.Code} over {below.Code}");
            above.CanBeSwitchedOff.ShouldBe(above.CanBeSwitchedOff && below.CanBeSwitchedOff, $"{above.Code} over {below.Code}");
        }
    }

    [Fact]
    public void Words_of_priorities_and_categories_are_what_is_stored()
    {
        foreach (var priority in Enum.GetValues<AlertPriority>())
        {
            AlertPriorities.TryParse(priority.Word(), out var read).ShouldBeTrue();
            read.ShouldBe(priority);
        }

        AlertPriorities.TryParse("urgent", out _).ShouldBeFalse();
        Enum.GetValues<AlertCategory>().Select(category => category.Word()).Distinct(StringComparer.Ordinal).Count().ShouldBe(9);
        AlertCategory.EarlyWarning.Word().ShouldBe("early-warning");
    }
}
