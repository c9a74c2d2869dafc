using System.Numerics;

namespace Wardwatch.Clinical.Anomaly;

/// <summary>
/// Grows isolation forests. Source: F. T. Liu, K. M. Ting, Z.-H. Zhou, "Isolation Forest", ICDM 2008, and "Isolation-Based Anomaly Detection", ACM TKDD 6(1), 2012.
/// </summary>
/// <remarks>
/// At each node a feature is drawn uniformly among those that are not constant there, and a threshold uniformly between its least and greatest value; rows
/// with a value up to the threshold go left. Missing values (NaN) take no part in choosing a split; a row that misses the chosen feature goes to a side drawn in
/// proportion to the rows that have it, so that missing values neither isolate a row nor shift the sides' shares.
/// </remarks>
public static class IsolationForestTrainer
{
    /// <summary>Grows a forest from a table.</summary>
    /// <param name="rowMajor">The rows one after another; NaN is a missing value. Rows without any value are left out.</param>
    /// <param name="features">Values per row, 1 to <see cref="IsolationForestOptions.MaxFeatures"/>.</param>
    /// <param name="options">Number of trees, sample size, seed, height.</param>
    /// <param name="progress">Told the number of trees grown, after each; may be null.</param>
    /// <param name="cancellation">Checked between trees.</param>
    /// <exception cref="ArgumentException">The table has an odd length, an infinite value, or fewer than two rows with a value.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="OperationCanceledException">Growing was cancelled.</exception>
    public static IsolationForest Train(
        ReadOnlySpan<float> rowMajor, int features, IsolationForestOptions options, IProgress<int>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        int[] usable = UsableRows(rowMajor, features);

        var random = new SeededRandom(options.Seed);
        int sampleSize = Math.Min(options.SampleSize, usable.Length);
        int height = options.HeightLimit ?? BitOperations.Log2((uint)sampleSize - 1) + 1;   // ⌈log₂ n⌉ for n ≥ 2
        var grower = new TreeGrower(random, features, sampleSize, height);
        var nodes = new List<IsolationNode>();
        var counts = new List<int>();
        int[] roots = new int[options.Trees];
        for (int tree = 0; tree < roots.Length; tree++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int i = 0; i < sampleSize; i++)
            {
                // A partial shuffle draws without replacement, whatever order the last tree left behind.
                int j = i + random.NextInt(usable.Length - i);
                (usable[i], usable[j]) = (usable[j], usable[i]);
                grower.SetRow(i, rowMajor.Slice(usable[i] * features, features));
            }

            roots[tree] = nodes.Count;
            grower.Grow(nodes, counts);
            progress?.Report(tree + 1);
        }

        return new IsolationForest([.. nodes], roots, [.. counts], features, sampleSize);
    }

    private static int[] UsableRows(ReadOnlySpan<float> rowMajor, int features)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(features, IsolationForestOptions.MaxFeatures);
        if (rowMajor.Length % features != 0)
            throw new ArgumentException($"{rowMajor.Length} values are not whole rows of {features}.", nameof(rowMajor));

        var usable = new List<int>();
        for (int row = 0; row < rowMajor.Length / features; row++)
        {
            bool any = false;
            for (int f = 0; f < features; f++)
            {
                float value = rowMajor[(row * features) + f];
                if (float.IsInfinity(value))
                    throw new ArgumentException($"Row {row}, feature {f} is infinite.", nameof(rowMajor));
                any |= !float.IsNaN(value);
            }

            if (any)
                usable.Add(row);
        }

        if (usable.Count < 2)
            throw new ArgumentException($"A forest needs at least two rows that have a value; there are {usable.Count}.", nameof(rowMajor));
        return [.. usable];
    }

    /// <summary>Grows one tree at a time from a sample, level by level, so that siblings lie side by side and the upper levels close together.</summary>
    private sealed class TreeGrower(SeededRandom random, int features, int sampleSize, int height)
    {
        private readonly float[] _sample = new float[sampleSize * features];
        private readonly int[] _rows = new int[sampleSize];
        private readonly int[] _featureOrder = [.. Enumerable.Range(0, features)];
        private readonly Queue<(int Start, int End, int Depth)> _pending = new();

        public void SetRow(int index, ReadOnlySpan<float> row) => row.CopyTo(_sample.AsSpan(index * features));

        public void Grow(List<IsolationNode> nodes, List<int> counts)
        {
            for (int i = 0; i < sampleSize; i++)
                _rows[i] = i;

            int next = nodes.Count + 1;
            _pending.Enqueue((0, sampleSize, 0));
            while (_pending.TryDequeue(out var part))
            {
                counts.Add(part.End - part.Start);
                if (part.Depth >= height || part.End - part.Start < 2 || !TryDrawSplit(part.Start, part.End, out int feature, out float threshold))
                {
                    nodes.Add(IsolationNode.Leaf);
                    continue;
                }

                nodes.Add(new IsolationNode(threshold, (ushort)feature, (ushort)(next - nodes.Count)));
                next += 2;
                int middle = Partition(part.Start, part.End, feature, threshold);
                _pending.Enqueue((part.Start, middle, part.Depth + 1));
                _pending.Enqueue((middle, part.End, part.Depth + 1));
            }
        }

        private float Value(int position, int feature) => _sample[(_rows[position] * features) + feature];

        private bool TryDrawSplit(int start, int end, out int feature, out float threshold)
        {
            for (int left = features; left > 0; left--)
            {
                int drawn = random.NextInt(left);
                feature = _featureOrder[drawn];
                (_featureOrder[drawn], _featureOrder[left - 1]) = (_featureOrder[left - 1], feature);

                float min = float.PositiveInfinity;
                float max = float.NegativeInfinity;
                for (int i = start; i < end; i++)
                {
                    float value = Value(i, feature);
                    min = value < min ? value : min;   // false for NaN: a missing value is neither
                    max = value > max ? value : max;
                }

                if (min < max)
                {
                    threshold = (float)(min + (random.NextDouble() * ((double)max - min)));
                    if (threshold >= max)
                        threshold = min;   // rounding to float may reach the top, which would leave the right side empty
                    return true;
                }
            }

            feature = 0;
            threshold = 0;
            return false;
        }

        /// <summary>Moves the rows that go left before those that go right; answers where the right side begins. Neither side is empty.</summary>
        private int Partition(int start, int end, int feature, float threshold)
        {
            int goLeft = 0;
            int present = 0;
            for (int i = start; i < end; i++)
            {
                float value = Value(i, feature);
                goLeft += value <= threshold ? 1 : 0;
                present += float.IsNaN(value) ? 0 : 1;
            }

            int middle = start;
            for (int i = start; i < end; i++)
            {
                float value = Value(i, feature);
                bool left = float.IsNaN(value) ? random.NextInt(present) < goLeft : value <= threshold;
                if (left)
                {
                    (_rows[middle], _rows[i]) = (_rows[i], _rows[middle]);
                    middle++;
                }
            }

            return middle;
        }
    }
}
