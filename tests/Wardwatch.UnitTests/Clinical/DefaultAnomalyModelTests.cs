using System.Security.Cryptography;
using Shouldly;
using Wardwatch.Clinical.Anomaly;
using Wardwatch.Clinical.Vitals;
using Xunit;

namespace Wardwatch.UnitTests.Clinical;

public class DefaultAnomalyModelTests
{
    private const long Now = 1_800_000_000_000_000;

    private static readonly VitalAnomalyModel Model = DefaultAnomalyModel.Instance;

    [Fact]
    public void The_model_is_the_same_on_every_machine()
    {
        // A change of this digest is a change of the shipped model: it then needs a new name.
        string digest = Convert.ToHexString(SHA256.HashData(Model.Document.ToBytes()));
        digest.ShouldBe("5C77DEA5BFAC202C61089A951E9BBB83A89899E66B63B5D448017D75F45958F0");
        Model.Document.Name.ShouldBe("adult-default-1");
    }

    [Fact]
    public void The_model_says_that_it_knows_no_patients()
    {
        Model.Document.TrainedOn.ShouldContain("Synthetic");
        Model.Document.TrainedOn.ShouldContain("Not trained on patients");
        Model.Features.ToArray().ShouldBe(
            [Vital.HeartRate, Vital.SpO2, Vital.SystolicPressure, Vital.DiastolicPressure, Vital.Temperature, Vital.RespiratoryRate]);
    }

    [Theory]
    [InlineData(72, 97, 120, 76, 36.8, 16)]
    [InlineData(64, 98, 115, 70, 36.6, 14)]
    [InlineData(56, 95, 105, 60, 36.3, 12)]
    [InlineData(95, 97, 138, 84, 37.2, 20)]
    [InlineData(80, 95, 145, 85, 36.5, 18)]
    public void An_adult_at_rest_is_ordinary(double hr, double spo2, double sbp, double dbp, double temp, double rr) =>
        Score(hr, spo2, sbp, dbp, temp, rr, out _).Value.ShouldBeLessThan(0.5);

    [Theory]
    [InlineData(125, 90, 85, 50, 39.2, 28, "sepsis")]
    [InlineData(115, 82, 130, 80, 36.9, 30, "hypoxia")]
    [InlineData(135, 94, 75, 45, 36.2, 26, "haemorrhage")]
    public void A_deteriorating_patient_is_anomalous(double hr, double spo2, double sbp, double dbp, double temp, double rr, string story) =>
        Score(hr, spo2, sbp, dbp, temp, rr, out _).Value.ShouldBeGreaterThan(0.6, story);

    [Theory]
    [InlineData(Vital.SpO2, 82)]
    [InlineData(Vital.HeartRate, 140)]
    [InlineData(Vital.Temperature, 39.5)]
    [InlineData(Vital.Temperature, 33.5)]
    [InlineData(Vital.RespiratoryRate, 32)]
    [InlineData(Vital.SystolicPressure, 210)]
    public void The_vital_that_is_out_of_line_is_named_as_driver(Vital vital, double value)
    {
        var vitals = Resting();
        vitals.Update(vital, value, Now);
        float[] contributions = new float[6];
        Model.Score(in vitals, Now, ScoreWindow.Default, contributions);
        Model.StrongestDriver(contributions).ShouldBe(vital);
    }

    [Theory]
    [InlineData(Vital.SpO2, new double[] { 97, 93, 88, 80, 70 })]
    [InlineData(Vital.HeartRate, new double[] { 75, 105, 130, 170 })]
    [InlineData(Vital.Temperature, new double[] { 36.8, 38, 39.5, 41 })]
    [InlineData(Vital.RespiratoryRate, new double[] { 16, 22, 28, 36 })]
    [InlineData(Vital.SystolicPressure, new double[] { 120, 150, 180, 220 })]
    public void Worse_scores_higher(Vital vital, double[] worsening)
    {
        double last = 0;
        foreach (double value in worsening)
        {
            var vitals = Resting();
            vitals.Update(vital, value, Now);
            double score = Model.Score(in vitals, Now, ScoreWindow.Default).Value;
            score.ShouldBeGreaterThan(last, $"{vital} {value}");
            last = score;
        }
    }

    [Fact]
    public void A_missing_vital_is_not_a_zero_and_shows_in_the_completeness()
    {
        var vitals = new VitalSet();
        vitals.Update(Vital.HeartRate, 72, Now);
        vitals.Update(Vital.SpO2, 97, Now - 1_000_000);
        var score = Model.Score(in vitals, Now, ScoreWindow.Default);
        score.KnownFeatures.ShouldBe(2);
        score.Completeness.ShouldBe(2.0 / 6, 1e-9);
        score.OldestInputMicros.ShouldBe(Now - 1_000_000);
        score.Value.ShouldBeLessThan(0.5);

        var later = Model.Score(in vitals, Now + 301_000_000, ScoreWindow.Default);
        later.IsKnown.ShouldBeFalse("both values are too old");
        later.Value.ShouldBe(double.NaN);
        default(AnomalyScore).IsKnown.ShouldBeFalse();
    }

    [Fact]
    public void A_model_of_something_else_is_refused_for_vitals()
    {
        var document = Model.Document;
        var other = new ModelDocument("x", ["hr", "spo2", "sbp", "dbp", "temp", "weight"], document.Forest, "", 1, 1, document.CreatedAt, "");
        VitalAnomalyModel.TryCreate(other, out _, out string? error).ShouldBeFalse();
        error.ShouldContain("weight");
    }

    [Fact]
    public void A_restored_document_scores_the_same_with_its_features_in_its_own_order()
    {
        VitalAnomalyModel.TryCreate(ModelDocument.Read(Model.Document.ToBytes()), out var restored, out _).ShouldBeTrue();
        var vitals = Resting();
        restored.Score(in vitals, Now, ScoreWindow.Default).ShouldBe(Model.Score(in vitals, Now, ScoreWindow.Default));
    }

    [Fact]
    public void Drawn_vitals_are_plausible_and_their_spread_is_as_stated()
    {
        var table = AdultVitalsGenerator.Draw(5_000, seed: 3);
        for (int row = 0; row < table.RowCount; row++)
        {
            for (int c = 0; c < table.Columns.Count; c++)
            {
                VitalCatalogue.TryFind(table.Columns[c], out var vital).ShouldBeTrue();
                VitalCatalogue.IsPlausible(vital, table.Row(row)[c]).ShouldBeTrue();
            }

            table.Row(row)[2].ShouldBeGreaterThan(table.Row(row)[3], "systolic above diastolic");
        }

        Mean(table, 0).ShouldBe(73, 1.5);
        Mean(table, 1).ShouldBe(96.9, 0.5);
        Mean(table, 4).ShouldBe(36.75, 0.1);
    }

    [Fact]
    public void Scoring_a_patient_does_not_allocate()
    {
        var vitals = Resting();
        float[] contributions = new float[6];
        double sum = 0;
        Allocations.Of(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                sum += Model.Score(in vitals, Now + i, ScoreWindow.Default).Value;
                sum += Model.Score(in vitals, Now + 301_000_000 + i, ScoreWindow.Default, contributions).Value;
            }
        }).ShouldBe(0);
        sum.ShouldBeGreaterThan(0);
    }

    private static double Mean(TrainingTable table, int column) =>
        Enumerable.Range(0, table.RowCount).Average(row => table.Row(row)[column]);

    private static AnomalyScore Score(double hr, double spo2, double sbp, double dbp, double temp, double rr, out float[] contributions)
    {
        var vitals = new VitalSet();
        double[] values = [hr, spo2, sbp, dbp, temp, rr];
        for (int i = 0; i < values.Length; i++)
            vitals.Update(Model.Features[i], values[i], Now);
        contributions = new float[values.Length];
        return Model.Score(in vitals, Now, ScoreWindow.Default, contributions);
    }

    private static VitalSet Resting()
    {
        var vitals = new VitalSet();
        double[] values = [72, 97, 120, 76, 36.8, 16];
        for (int i = 0; i < values.Length; i++)
            vitals.Update(Model.Features[i], values[i], Now);
        return vitals;
    }
}
