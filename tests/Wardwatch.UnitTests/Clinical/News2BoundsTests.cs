using Shouldly;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Xunit;

namespace Wardwatch.UnitTests.Clinical;

/// <summary>The bounds of an incomplete NEWS2 against trying every completion.</summary>
public class News2BoundsTests
{
    private const long Now = 1_800_000_000_000_000;

    // One value from every row of the chart, in the order of News2.Parameters; saturation has one from every row of either scale.
    private static readonly double[][] Rows =
    [
        [6, 10, 16, 22, 30],
        [80, 84, 86, 90, 92, 93, 94, 95, 96, 97, 100],
        [0, 1],
        [80, 95, 105, 150, 230],
        [35, 45, 70, 100, 120, 140],
        [0, 1, 2, 3, 4],
        [34.5, 35.5, 37, 38.5, 39.5],
    ];

    [Fact]
    public void Bounds_equal_the_least_and_greatest_of_all_completions()
    {
        var random = new Random(7);
        foreach (var scale in Enum.GetValues<SpO2Scale>())
        {
            for (int missing = 0; missing < 128; missing++)
            {
                for (int draw = 0; draw < 5; draw++)
                    CheckAgainstEveryCompletion(random, missing, scale);
            }
        }
    }

    [Fact]
    public void Learning_an_input_never_widens_the_bounds()
    {
        var random = new Random(8);
        for (int round = 0; round < 20_000; round++)
        {
            var scale = (SpO2Scale)random.Next(2);
            var vitals = new VitalSet();
            var before = News2.Score(in vitals, Now, ScoreWindow.Default, scale);
            int[] order = [0, 1, 2, 3, 4, 5, 6];
            random.Shuffle(order);
            foreach (int parameter in order)
            {
                vitals.Update(News2.Parameters[parameter], Rows[parameter][random.Next(Rows[parameter].Length)], Now);
                var after = News2.Score(in vitals, Now, ScoreWindow.Default, scale);
                after.Min.ShouldBeGreaterThanOrEqualTo(before.Min);
                after.Max.ShouldBeLessThanOrEqualTo(before.Max);
                (before.AnySingleThree && !after.AnySingleThree).ShouldBeFalse("a certain 3 stays certain");
                before = after;
            }

            before.Complete.ShouldBeTrue();
            before.Min.ShouldBe(before.Max);
        }
    }

    [Fact]
    public void Nothing_known_is_zero_to_twenty_and_never_a_score_of_zero()
    {
        var vitals = new VitalSet();
        foreach (var score in new[] { News2.Score(in vitals, Now, ScoreWindow.Default, SpO2Scale.One), default })
        {
            score.Min.ShouldBe(0);
            score.Max.ShouldBe(20);
            score.Complete.ShouldBeFalse();
            score.KnownInputs.ShouldBe(0);
            score.MaxOf(Vital.SupplementalOxygen).ShouldBe(2);
            score.MaxOf(Vital.HeartRate).ShouldBe(3);
            score.ToString().ShouldBe("0..20");
        }
    }

    [Fact]
    public void An_input_older_than_the_window_counts_as_missing()
    {
        var vitals = Complete();
        var window = ScoreWindow.Default;
        News2.Score(in vitals, Now + 300_000_000, window, SpO2Scale.One).Complete.ShouldBeTrue();

        var later = News2.Score(in vitals, Now + 300_000_001, window, SpO2Scale.One);
        later.Complete.ShouldBeFalse();
        later.IsKnown(Vital.HeartRate).ShouldBeFalse();
        later.MinOf(Vital.HeartRate).ShouldBe(0);
        later.MaxOf(Vital.HeartRate).ShouldBe(3);
        later.IsKnown(Vital.SystolicPressure).ShouldBeTrue("a cuff value counts for longer");
        later.ToString().ShouldBe("0..9", "heart rate, respiratory rate and saturation are too old");
    }

    [Fact]
    public void The_score_carries_the_time_of_its_oldest_input()
    {
        var vitals = Complete();
        foreach (var parameter in News2.Parameters)
            vitals.Update(parameter, vitals.ValueOrNaN(parameter), Now + 5 + (int)parameter);
        vitals.Update(Vital.DiastolicPressure, 70, Now);
        News2.Score(in vitals, Now + 20, ScoreWindow.Default, SpO2Scale.One).OldestInputMicros.ShouldBe(Now + 5, "heart rate; diastolic pressure is no input");
    }

    [Fact]
    public void Unknown_oxygen_widens_saturation_on_scale_two()
    {
        var vitals = new VitalSet();
        vitals.Update(Vital.SpO2, 97, Now);
        var score = News2.Score(in vitals, Now, ScoreWindow.Default, SpO2Scale.Two);
        score.MinOf(Vital.SpO2).ShouldBe(0);
        score.MaxOf(Vital.SpO2).ShouldBe(3);
        News2.Score(in vitals, Now, ScoreWindow.Default, SpO2Scale.One).MaxOf(Vital.SpO2).ShouldBe(0);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-1)]
    [InlineData(0.5)]
    public void A_consciousness_code_off_the_scale_counts_as_missing(double code)
    {
        var vitals = Complete();
        vitals.Update(Vital.Consciousness, code, Now);
        var score = News2.Score(in vitals, Now, ScoreWindow.Default, SpO2Scale.One);
        score.IsKnown(Vital.Consciousness).ShouldBeFalse();
        (score.Min, score.Max).ShouldBe((0, 3));
    }

    [Fact]
    public void A_vital_outside_the_chart_has_no_points()
    {
        News2.IsParameter(Vital.DiastolicPressure).ShouldBeFalse();
        Should.Throw<ArgumentOutOfRangeException>(() => default(News2Score).MinOf(Vital.DiastolicPressure));
    }

    [Fact]
    public void Scoring_does_not_allocate()
    {
        var vitals = Complete();
        var window = ScoreWindow.Default;
        int sum = 0;
        Allocations.Of(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                vitals.Update(Vital.HeartRate, 60 + (i % 90), Now + i);
                var score = News2.Score(in vitals, Now + i, window, SpO2Scale.Two);
                sum += score.Min + (int)Attention.From(in score, in vitals).Priority;
            }
        }).ShouldBe(0);
        sum.ShouldBeGreaterThan(0);
    }

    private static void CheckAgainstEveryCompletion(Random random, int missing, SpO2Scale scale)
    {
        var vitals = new VitalSet();
        double[][] choices = new double[Rows.Length][];
        for (int p = 0; p < Rows.Length; p++)
        {
            double known = Rows[p][random.Next(Rows[p].Length)];
            bool isMissing = (missing & (1 << p)) != 0;
            choices[p] = isMissing ? Rows[p] : [known];
            if (!isMissing)
                vitals.Update(News2.Parameters[p], known, Now);
        }

        int[] low = [99, 99, 99, 99, 99, 99, 99, 99];
        int[] high = new int[8];
        Complete(choices, new double[7], 0, scale, low, high);

        var score = News2.Score(in vitals, Now, ScoreWindow.Default, scale);
        (score.Min, score.Max).ShouldBe((low[7], high[7]), $"missing {missing:b7}, scale {scale}");
        score.Complete.ShouldBe(missing == 0);
        for (int p = 0; p < 7; p++)
        {
            var parameter = News2.Parameters[p];
            (score.MinOf(parameter), score.MaxOf(parameter)).ShouldBe((low[p], high[p]), $"{parameter}, missing {missing:b7}, scale {scale}");
        }

        score.AnySingleThree.ShouldBe(low.Take(7).Contains(3));
    }

    private static void Complete(double[][] choices, double[] picked, int p, SpO2Scale scale, int[] low, int[] high)
    {
        if (p < 7)
        {
            foreach (double value in choices[p])
            {
                picked[p] = value;
                Complete(choices, picked, p + 1, scale, low, high);
            }

            return;
        }

        int total = 0;
        for (int i = 0; i < 7; i++)
        {
            int points = ChartPoints(i, picked, scale);
            total += points;
            low[i] = Math.Min(low[i], points);
            high[i] = Math.Max(high[i], points);
        }

        low[7] = Math.Min(low[7], total);
        high[7] = Math.Max(high[7], total);
    }

    // The chart once more, written from its rows and not from the code under test.
    private static int ChartPoints(int parameter, double[] v, SpO2Scale scale)
    {
        double x = v[parameter];
        bool oxygen = v[2] == 1;
        return parameter switch
        {
            0 => x <= 8 ? 3 : x <= 11 ? 1 : x <= 20 ? 0 : x <= 24 ? 2 : 3,
            1 when scale == SpO2Scale.One => x <= 91 ? 3 : x <= 93 ? 2 : x <= 95 ? 1 : 0,
            1 when x >= 93 => !oxygen ? 0 : x >= 97 ? 3 : x >= 95 ? 2 : 1,
            1 => x <= 83 ? 3 : x <= 85 ? 2 : x <= 87 ? 1 : 0,
            2 => oxygen ? 2 : 0,
            3 => x <= 90 ? 3 : x <= 100 ? 2 : x <= 110 ? 1 : x <= 219 ? 0 : 3,
            4 => x <= 40 ? 3 : x <= 50 ? 1 : x <= 90 ? 0 : x <= 110 ? 1 : x <= 130 ? 2 : 3,
            5 => x == 0 ? 0 : 3,
            _ => x <= 35 ? 3 : x <= 36 ? 1 : x <= 38 ? 0 : x <= 39 ? 1 : 2,
        };
    }

    private static VitalSet Complete()
    {
        var vitals = new VitalSet();
        vitals.Update(Vital.RespiratoryRate, 16, Now);
        vitals.Update(Vital.SpO2, 97, Now);
        vitals.Update(Vital.SupplementalOxygen, 0, Now);
        vitals.Update(Vital.SystolicPressure, 120, Now);
        vitals.Update(Vital.HeartRate, 70, Now);
        vitals.Update(Consciousness.Alert, Now);
        vitals.Update(Vital.Temperature, 37, Now);
        return vitals;
    }
}
