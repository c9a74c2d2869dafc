using Shouldly;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Xunit;

namespace Wardwatch.UnitTests.Clinical;

public class AttentionTests
{
    private const long Now = 1_800_000_000_000_000;

    [Fact]
    public void A_complete_score_of_nine_is_an_emergency_and_names_its_limit()
    {
        var attention = Attend(rr: 26, spo2: 91, o2: 1, sbp: 120, hr: 95, acvpu: 0, temp: 37);
        attention.Priority.ShouldBe(AttentionPriority.High);
        attention.Vital.ShouldBeNull();
        AttentionText.Format(attention).ShouldBe("NEWS2 9 ≥ 7");
    }

    [Fact]
    public void A_lower_bound_of_seven_says_at_least_seven()
    {
        var attention = Attend(rr: 26, spo2: 91, hr: 95);
        attention.Priority.ShouldBe(AttentionPriority.High);
        attention.Complete.ShouldBeFalse();
        AttentionText.Format(attention).ShouldBe("NEWS2 at least 7");
    }

    [Fact]
    public void A_total_of_five_is_urgent_and_named_before_a_single_three()
    {
        var attention = Attend(rr: 16, spo2: 91, o2: 1, sbp: 120, hr: 70, acvpu: 0, temp: 37);
        attention.Priority.ShouldBe(AttentionPriority.Medium);
        attention.Vital.ShouldBeNull();
        AttentionText.Format(attention).ShouldBe("NEWS2 5 ≥ 5");
    }

    [Fact]
    public void A_single_three_is_named_with_its_vital_and_value()
    {
        var attention = Attend(rr: 16, spo2: 84, o2: 0, sbp: 120, hr: 70, acvpu: 0, temp: 37);
        attention.Priority.ShouldBe(AttentionPriority.Medium);
        attention.Vital.ShouldBe(Vital.SpO2);
        AttentionText.Format(attention).ShouldBe("SpO₂ 84 scores 3 in NEWS2");
        AttentionText.Format(Attend(temp: 34.8)).ShouldBe("Temperature 34.8 scores 3 in NEWS2");
        AttentionText.Format(Attend(acvpu: 2)).ShouldBe("Consciousness voice scores 3 in NEWS2");
    }

    [Fact]
    public void What_is_only_possible_calls_for_nobody()
    {
        var attention = Attend(hr: 70);
        attention.Priority.ShouldBe(AttentionPriority.None);
        AttentionText.Format(attention).ShouldBe("");
        AttentionText.Format(Attend(rr: 16, spo2: 94, o2: 0, sbp: 105, hr: 95, acvpu: 0, temp: 38.5)).ShouldBe("", "four points without a single 3");
    }

    private static Attention Attend(
        double? rr = null, double? spo2 = null, double? o2 = null, double? sbp = null, double? hr = null, double? acvpu = null, double? temp = null)
    {
        var vitals = new VitalSet();
        double?[] values = [rr, spo2, o2, sbp, hr, acvpu, temp];
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is { } value)
                vitals.Update(News2.Parameters[i], value, Now);
        }

        var score = News2.Score(in vitals, Now, ScoreWindow.Default, SpO2Scale.One);
        return Attention.From(in score, in vitals);
    }
}
