using Shouldly;
using Wardwatch.Clinical.Anomaly;
using Xunit;

namespace Wardwatch.UnitTests.Clinical;

public class IsolationForestTests
{
    private const int Features = 4;

    private static readonly float[] Cloud = MakeCloud(2000, seed: 5);
    private static readonly IsolationForest Forest = Train(Cloud);

    [Fact]
    public void Average_path_length_follows_the_paper()
    {
        IsolationForest.AveragePathLength(0).ShouldBe(0);
        IsolationForest.AveragePathLength(1).ShouldBe(0);
        IsolationForest.AveragePathLength(2).ShouldBe(1);
        IsolationForest.AveragePathLength(256).ShouldBe(10.2448, 1e-4);
    }

    [Fact]
    public void Far_out_scores_high_and_the_middle_low()
    {
        double middle = Forest.Score([0, 0, 0, 0]);
        double edge = Forest.Score([2, -2, 2, -2]);
        double outside = Forest.Score([6, -6, 6, -6]);
        middle.ShouldBeLessThan(0.45);
        edge.ShouldBeGreaterThan(middle);
        outside.ShouldBeGreaterThan(edge);
        outside.ShouldBeGreaterThan(0.7);
        outside.ShouldBeLessThan(1);
    }

    [Fact]
    public void The_same_seed_gives_the_same_forest_and_another_seed_another()
    {
        double[] scores = Scores(Train(Cloud));
        Scores(Train(Cloud)).ShouldBe(scores);
        Scores(Train(Cloud, new IsolationForestOptions { Seed = 2 })).ShouldNotBe(scores);
    }

    [Fact]
    public void A_hand_made_tree_gives_the_score_worked_out_by_hand()
    {
        // Sample of 4, one split of feature 1 at 10: a single row to the right, three to the left.
        IsolationNode[] nodes = [new(10, 1, 1), IsolationNode.Leaf, IsolationNode.Leaf];
        var forest = new IsolationForest(nodes, [0], [4, 3, 1], features: 2, sampleSize: 4);
        double cOfFour = IsolationForest.AveragePathLength(4);
        double leftDepth = 1 + IsolationForest.AveragePathLength(3);
        forest.Score([0, 10]).ShouldBe(Math.Pow(2, -leftDepth / cOfFour), 1e-6, "a value equal to the threshold goes left");
        forest.Score([0, 11]).ShouldBe(Math.Pow(2, -1 / cOfFour), 1e-6);

        double expected = (0.75 * leftDepth) + (0.25 * 1);
        forest.Score([0, float.NaN]).ShouldBe(Math.Pow(2, -expected / cOfFour), 1e-6, "both sides, three to one");
        forest.BaselineScore.ShouldBe(Math.Pow(2, -expected / cOfFour), 1e-6);
        float[] contributions = new float[2];
        double score = forest.Score([0, 11], contributions);
        contributions[0].ShouldBe(0);
        contributions[1].ShouldBe((float)(score - forest.BaselineScore), 1e-6f);
    }

    [Fact]
    public void Contributions_sum_to_the_score_less_the_baseline_with_and_without_missing_features()
    {
        var random = new Random(11);
        float[] contributions = new float[Features];
        for (int round = 0; round < 2000; round++)
        {
            float[] row = [.. Enumerable.Range(0, Features).Select(_ => (float)((random.NextDouble() * 10) - 5))];
            for (int f = 0; f < Features; f++)
            {
                if (random.Next(3) == 0)
                    row[f] = float.NaN;
            }

            double plain = Forest.Score(row);
            double score = Forest.Score(row, contributions);
            if (row.All(float.IsNaN))
            {
                score.ShouldBe(double.NaN);
                continue;
            }

            score.ShouldBe(plain, 1e-9);
            contributions.Sum().ShouldBe((float)(score - Forest.BaselineScore), 2e-5f);
            for (int f = 0; f < Features; f++)
            {
                if (float.IsNaN(row[f]))
                    contributions[f].ShouldBe(0);
            }
        }
    }

    [Fact]
    public void A_missing_feature_gives_the_expectation_over_both_sides_of_every_split()
    {
        var random = new Random(12);
        for (int round = 0; round < 300; round++)
        {
            float[] row = [.. Enumerable.Range(0, Features).Select(_ => random.Next(2) == 0 ? float.NaN : (float)((random.NextDouble() * 8) - 4))];
            if (row.All(float.IsNaN))
                continue;

            double sum = 0;
            foreach (int root in Forest.Roots)
                sum += ExpectedDepth(root, row, 0);
            double expected = Math.Pow(2, -sum / (Forest.TreeCount * IsolationForest.AveragePathLength(Forest.SampleSize)));
            Forest.Score(row).ShouldBe(expected, 1e-5);
        }
    }

    [Fact]
    public void Rows_that_lie_on_thresholds_take_the_same_way_in_every_walk()
    {
        float[] contributions = new float[Features];
        var inner = Forest.Nodes.ToArray().Where(n => !n.IsLeaf).ToArray();
        for (int i = 0; i < 500; i++)
        {
            float[] row = new float[Features];
            for (int j = 0; j < 12; j++)
            {
                var node = inner[(i * 12) + j];
                row[node.Feature] = node.Threshold;
            }

            double sum = 0;
            foreach (int root in Forest.Roots)
                sum += ExpectedDepth(root, row, 0);
            double expected = Math.Pow(2, -sum / (Forest.TreeCount * IsolationForest.AveragePathLength(Forest.SampleSize)));
            Forest.Score(row).ShouldBe(expected, 1e-6);
            Forest.Score(row, contributions).ShouldBe(expected, 1e-6);
        }
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(3, 7)]
    [InlineData(7, 100)]
    [InlineData(8, 9)]
    [InlineData(15, 33)]
    [InlineData(16, 100)]
    [InlineData(20, 1)]
    public void Score_and_contributions_are_those_of_a_walk_step_by_step_however_wide_the_forest(int features, int trees)
    {
        var random = new Random(17 + features);
        float[] rows = [.. Enumerable.Range(0, 400 * features).Select(_ => (float)Math.Round(random.NextDouble() * 20))];
        var forest = IsolationForestTrainer.Train(rows, features, new IsolationForestOptions { Trees = trees }, progress: null, CancellationToken.None);
        forest.HasPathSums.ShouldBe(features < 16);
        float[] contributions = new float[features];
        for (int i = 0; i < 100; i++)
        {
            float[] row = [.. Enumerable.Range(0, features).Select(_ => (float)(random.NextDouble() * 22))];
            double[] credited = new double[features];
            double sum = 0;
            foreach (int root in forest.Roots)
                sum += CreditByStep(forest, root, row, credited);
            double score = Math.Pow(2, -sum / (trees * IsolationForest.AveragePathLength(forest.SampleSize)));
            forest.Score(row).ShouldBe(score, 1e-6);
            forest.Score(row, contributions).ShouldBe(forest.Score(row), 1e-12);
            double perDepth = (score - forest.BaselineScore) / credited.Sum();
            for (int f = 0; f < features; f++)
                contributions[f].ShouldBe((float)(credited[f] * perDepth), 1e-4f);
        }
    }

    [Fact]
    public void A_forest_whose_nodes_lead_nowhere_is_refused()
    {
        IsolationNode[] nodes = [new(10, 1, 1), IsolationNode.Leaf, IsolationNode.Leaf];
        IsolationForest Make(IsolationNode[] changed, int root = 0) => new(changed, [root], [4, 3, 1], features: 2, sampleSize: 4);
        Make(nodes).TreeCount.ShouldBe(1);
        Should.Throw<ArgumentException>(() => Make([new(10, 2, 1), nodes[1], nodes[2]])).Message.ShouldContain("Node 0");
        Should.Throw<ArgumentException>(() => Make([new(10, 1, 2), nodes[1], nodes[2]])).Message.ShouldContain("Node 0");
        Should.Throw<ArgumentException>(() => Make([nodes[0], nodes[1], new(3, 0, 0)])).Message.ShouldContain("Node 2");
        Should.Throw<ArgumentException>(() => Make(nodes, root: 3)).Message.ShouldContain("no node 3");
    }

    [Fact]
    public void A_row_without_any_value_has_no_score()
    {
        float[] nothing = [float.NaN, float.NaN, float.NaN, float.NaN];
        Forest.Score(nothing).ShouldBe(double.NaN);
        float[] contributions = [1, 1, 1, 1];
        Forest.Score(nothing, contributions).ShouldBe(double.NaN);
        contributions.ShouldAllBe(c => c == 0);
    }

    [Fact]
    public void The_feature_that_is_out_of_line_contributes_most()
    {
        float[] contributions = new float[Features];
        for (int f = 0; f < Features; f++)
        {
            float[] row = new float[Features];
            row[f] = 7;
            Forest.Score(row, contributions);
            Array.IndexOf(contributions, contributions.Max()).ShouldBe(f);
        }
    }

    [Fact]
    public void Training_on_rows_with_holes_still_tells_outliers_apart()
    {
        float[] holed = [.. Cloud];
        var random = new Random(13);
        for (int i = 0; i < holed.Length; i++)
        {
            if (random.Next(4) == 0)
                holed[i] = float.NaN;
        }

        var forest = Train(holed);
        forest.Score([0, 0, 0, 0]).ShouldBeLessThan(0.48);
        forest.Score([6, -6, 6, -6]).ShouldBeGreaterThan(0.65);
        double[] full = Scores(Forest);
        double[] fromHoled = Scores(forest);
        Correlation(full, fromHoled).ShouldBeGreaterThan(0.9);
    }

    [Fact]
    public void Constant_columns_and_repeated_rows_end_in_leaves()
    {
        float[] same = [.. Enumerable.Repeat(3f, 40 * Features)];
        var forest = Train(same);
        forest.Nodes.Length.ShouldBe(forest.TreeCount, "nothing can be split");
        forest.Score([9, 9, 9, 9]).ShouldBe(forest.BaselineScore, 1e-9);
    }

    [Fact]
    public void Rows_that_cannot_be_trained_on_are_refused_with_a_reason()
    {
        var options = new IsolationForestOptions();
        Should.Throw<ArgumentException>(() => Train([1, 2, 3])).Message.ShouldContain("whole rows");
        Should.Throw<ArgumentException>(() => Train([1, 2, 3, float.PositiveInfinity, 1, 1, 1, 1])).Message.ShouldContain("infinite");
        Should.Throw<ArgumentException>(() => Train([1, 2, 3, 4, float.NaN, float.NaN, float.NaN, float.NaN])).Message.ShouldContain("two rows");
        Should.Throw<ArgumentOutOfRangeException>(() => Train(Cloud, options with { Trees = 0 }));
        Should.Throw<ArgumentOutOfRangeException>(() => Train(Cloud, options with { SampleSize = 1 }));
        Should.Throw<ArgumentOutOfRangeException>(() => Train(Cloud, options with { HeightLimit = 65 }));
        Should.Throw<ArgumentException>(() => Forest.Score(new float[3])).Message.ShouldContain("4 features");
    }

    [Fact]
    public void Training_reports_progress_and_stops_when_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var seen = new List<int>();
        var progress = new Callback(tree =>
        {
            seen.Add(tree);
            if (tree == 3)
                stop.Cancel();
        });
        Should.Throw<OperationCanceledException>(() => IsolationForestTrainer.Train(Cloud, Features, new IsolationForestOptions(), progress, stop.Token));
        seen.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void Scoring_does_not_allocate()
    {
        float[] contributions = new float[Features];
        float[] holed = [1, float.NaN, 2, float.NaN];
        double sum = 0;
        Allocations.Of(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                sum += Forest.Score(Cloud.AsSpan(i * Features, Features));
                sum += Forest.Score(Cloud.AsSpan(i * Features, Features), contributions);
                sum += Forest.Score(holed) + Forest.Score(holed, contributions);
            }
        }).ShouldBe(0);
        sum.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Area_under_the_curve_counts_ties_half()
    {
        RocCurve.Area([0.1, 0.4, 0.35, 0.8], [false, false, true, true]).ShouldBe(0.75);
        RocCurve.Area([1, 1, 1, 1], [true, false, true, false]).ShouldBe(0.5);
        RocCurve.Area([1, 2], [true, true]).ShouldBe(double.NaN);
        Should.Throw<ArgumentException>(() => RocCurve.Area([double.NaN, 1], [true, false]));
    }

    // The definition, without any of the shortcuts of the code under test.
    private static double ExpectedDepth(int at, float[] row, int depth)
    {
        var node = Forest.Nodes[at];
        if (node.IsLeaf)
            return depth + IsolationForest.AveragePathLength(Forest.Counts[at]);

        int left = at + node.LeftOffset;
        if (!float.IsNaN(row[node.Feature]))
            return ExpectedDepth(row[node.Feature] <= node.Threshold ? left : left + 1, row, depth + 1);

        double share = (double)Forest.Counts[left] / Forest.Counts[at];
        return (share * ExpectedDepth(left, row, depth + 1)) + ((1 - share) * ExpectedDepth(left + 1, row, depth + 1));
    }

    // Each step's change of the expected depth, credited to its feature; answers the depth of the leaf.
    private static double CreditByStep(IsolationForest forest, int at, float[] row, double[] credited)
    {
        double expected = Mean(forest, at, 0);
        for (int depth = 1; !forest.Nodes[at].IsLeaf; depth++)
        {
            var node = forest.Nodes[at];
            at += node.LeftOffset + (row[node.Feature] > node.Threshold ? 1 : 0);
            double narrowed = Mean(forest, at, depth);
            credited[node.Feature] += narrowed - expected;
            expected = narrowed;
        }

        return expected;
    }

    private static double Mean(IsolationForest forest, int at, int depth)
    {
        var node = forest.Nodes[at];
        if (node.IsLeaf)
            return depth + IsolationForest.AveragePathLength(forest.Counts[at]);
        int left = at + node.LeftOffset;
        return ((forest.Counts[left] * Mean(forest, left, depth + 1)) + (forest.Counts[left + 1] * Mean(forest, left + 1, depth + 1))) / forest.Counts[at];
    }

    private static IsolationForest Train(float[] rows, IsolationForestOptions? options = null) =>
        IsolationForestTrainer.Train(rows, Features, options ?? new IsolationForestOptions(), progress: null, CancellationToken.None);

    private static double[] Scores(IsolationForest forest) =>
        [.. Enumerable.Range(0, 300).Select(i => forest.Score(Cloud.AsSpan(i * Features, Features)))];

    private static float[] MakeCloud(int rows, int seed)
    {
        var random = new Random(seed);
        float[] values = new float[rows * Features];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6);
        return values;
    }

    private static double Correlation(double[] a, double[] b)
    {
        double meanA = a.Average();
        double meanB = b.Average();
        double covariance = a.Zip(b, (x, y) => (x - meanA) * (y - meanB)).Sum();
        return covariance / Math.Sqrt(a.Sum(x => (x - meanA) * (x - meanA)) * b.Sum(y => (y - meanB) * (y - meanB)));
    }

    private sealed class Callback(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
