using Shouldly;
using Wardwatch.Clinical.Anomaly;
using Xunit;

namespace Wardwatch.UnitTests.Clinical;

/// <summary>The forest against scikit-learn's on public anomaly tables: same algorithm, so the same area under the curve within its spread over seeds.</summary>
public class IsolationForestAccuracyTests
{
    [Theory]
    [InlineData("2_annthyroid", 0.818)]
    [InlineData("4_breastw", 0.987)]
    [InlineData("29_Pima", 0.671)]
    [InlineData("23_mammography", 0.862)]
    [InlineData("6_cardio", 0.933)]
    [InlineData("42_WBC", 0.995)]
    [InlineData("18_Ionosphere", 0.846)]
    public void Mean_area_over_ten_seeds_is_within_two_hundredths_of_the_reference(string table, double reference)
    {
        using var source = SharedData.OpenOrSkip($"anomaly/{table}.npz");
        var data = TrainingTable.ReadNpz(source, columns: null);
        double sum = 0;
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var options = new IsolationForestOptions { Seed = seed };
            var forest = IsolationForestTrainer.Train(data.RowMajor, data.Columns.Count, options, progress: null, TestContext.Current.CancellationToken);
            double[] scores = new double[data.RowCount];
            for (int row = 0; row < scores.Length; row++)
                scores[row] = forest.Score(data.Row(row));
            sum += RocCurve.Area(scores, data.Labels);
        }

        (sum / 10).ShouldBe(reference, tolerance: 0.02);
    }
}
