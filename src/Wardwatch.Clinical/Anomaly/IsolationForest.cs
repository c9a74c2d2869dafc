using System.Runtime.InteropServices;

namespace Wardwatch.Clinical.Anomaly;

/// <summary>
/// One node of a tree, 8 bytes: <c>| threshold: f32 | feature: u16 | left child: u16, relative to this node |</c>. The right child follows the left.
/// A leaf is its own left child with a threshold that no value exceeds, so that a walk of fixed length needs no test for leaves.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct IsolationNode(float Threshold, ushort Feature, ushort LeftOffset)
{
    public static IsolationNode Leaf => new(float.PositiveInfinity, 0, 0);

    public bool IsLeaf => LeftOffset == 0;
}

/// <summary>
/// A grown isolation forest: how easily a row is told apart from the rows it was grown from. Source: Liu, Ting, Zhou, ICDM 2008 and ACM TKDD 2012.
/// Immutable and safe for concurrent use; scoring does not allocate.
/// </summary>
/// <remarks>
/// <para>Score: 2^(-E[h] / c(n)), where h is the depth at which a tree isolates the row (a leaf with several rows adds c(rows), the depth it would still have
/// had), c(n) the average depth of an unsuccessful search in a binary search tree of n rows, and n the sample size. Towards 1 is anomalous, 0.5 and below ordinary.</para>
/// <para>Missing features (NaN): both children are followed, weighted by the share of training rows in each. That is the expected depth when only the features
/// that are there are known, so a missing value is neither a zero nor a mean.</para>
/// <para>Contributions: along each path, the change of the expected depth from node to child is credited to the node's feature (the path attribution of Saabas,
/// 2014, on depths). They sum to the row's depth less the forest's mean depth, and are then scaled to sum to score less <see cref="BaselineScore"/>:
/// positive drives the score up. They explain the forest's walk; they are not Shapley values.</para>
/// </remarks>
public sealed class IsolationForest
{
    private readonly IsolationNode[] _nodes;
    private readonly int[] _roots;
    private readonly int[] _counts;
    private readonly float[] _expectedDepths;   // leaf: its depth plus c(rows); inner node: mean of its training rows
    private readonly float[] _leftShares;
    private readonly ulong[] _featuresBelow;    // bit f % 64 for each feature that is split on at or below a node
    private readonly ForestWalk _walk;
    private readonly PathSums? _pathSums;       // null for a forest that is too wide or too large for it
    private readonly double _baselineDepthSum;
    private readonly double _depthScale;        // 1 / (trees · c(n))

    internal IsolationForest(IsolationNode[] nodes, int[] roots, int[] counts, int features, int sampleSize)
    {
        _nodes = nodes;
        _roots = roots;
        _counts = counts;
        FeatureCount = features;
        SampleSize = sampleSize;
        _expectedDepths = new float[nodes.Length];
        _leftShares = new float[nodes.Length];
        _featuresBelow = new ulong[nodes.Length];

        ForestWalk.Check(nodes, roots, features);
        int[] depths = Depths(nodes, roots);
        _walk = new ForestWalk(nodes, roots, depths, features);
        for (int i = nodes.Length - 1; i >= 0; i--)
            Summarise(i, depths[i]);
        if (PathSums.Suit(nodes.Length, features))
            _pathSums = new PathSums(_walk, nodes, _expectedDepths, features);

        foreach (int root in roots)
            _baselineDepthSum += _expectedDepths[root];
        _depthScale = 1 / (roots.Length * AveragePathLength(sampleSize));
        BaselineScore = ToScore(_baselineDepthSum);
    }

    /// <summary>Number of trees.</summary>
    public int TreeCount => _roots.Length;

    /// <summary>Values per row.</summary>
    public int FeatureCount { get; }

    /// <summary>Rows that each tree was grown from.</summary>
    public int SampleSize { get; }

    /// <summary>The score at the mean depth of the training rows: what contributions are counted from.</summary>
    public double BaselineScore { get; }

    internal ReadOnlySpan<IsolationNode> Nodes => _nodes;

    internal ReadOnlySpan<int> Roots => _roots;

    internal ReadOnlySpan<int> Counts => _counts;

    /// <summary>Whether the forest has sums of paths, or is too wide or too large for them.</summary>
    internal bool HasPathSums => _pathSums is not null;

    /// <summary>c(n): the average depth of an unsuccessful search in a binary search tree of n keys (Liu 2008, eq. 1); 0 up to one key, 1 for two.</summary>
    public static double AveragePathLength(int n) => n switch
    {
        <= 1 => 0,
        2 => 1,
        _ => (2 * (Math.Log(n - 1) + 0.57721566490153286)) - (2 * (n - 1.0) / n),
    };

    /// <summary>The anomaly score of a row, 0 to 1; NaN if it has no value at all.</summary>
    /// <param name="row">One value per feature, NaN where missing.</param>
    /// <exception cref="ArgumentException">The row has not one value per feature.</exception>
    public double Score(ReadOnlySpan<float> row)
    {
        CheckLength(row.Length, nameof(row));
        ulong present = PresentFeatures(row, out int missing);
        if (missing == row.Length)
            return double.NaN;
        return ToScore(missing == 0 ? _walk.DepthSum(row, _expectedDepths) : DepthSumByPaths(row, present, []));
    }

    /// <summary>The anomaly score of a row, 0 to 1, and what each feature contributed; NaN if the row has no value at all.</summary>
    /// <param name="row">One value per feature, NaN where missing.</param>
    /// <param name="contributions">
    /// Receives one number per feature. They sum to the score less <see cref="BaselineScore"/>, within rounding; a missing feature contributes 0.
    /// </param>
    /// <exception cref="ArgumentException">Row or contributions have not one value per feature.</exception>
    public double Score(ReadOnlySpan<float> row, Span<float> contributions)
    {
        CheckLength(row.Length, nameof(row));
        CheckLength(contributions.Length, nameof(contributions));
        contributions.Clear();
        ulong present = PresentFeatures(row, out int missing);
        if (missing == row.Length)
            return double.NaN;

        double sum = missing == 0 && _pathSums is not null ? _pathSums.AddUp(row, contributions) : DepthSumByPaths(row, present, contributions);
        double score = ToScore(sum);
        double depthChange = sum - _baselineDepthSum;
        double perDepth = Math.Abs(depthChange) > 1e-6
            ? (score - BaselineScore) / depthChange
            : -Math.Log(2) * _depthScale * score;   // the slope, where the quotient would be 0 / 0
        foreach (ref float contribution in contributions)
            contribution = (float)(contribution * perDepth);
        return score;
    }

    private double ToScore(double depthSum) => Math.Pow(2, -depthSum * _depthScale);

    /// <summary>
    /// Any forest and any row, path after path: follows both children of a split that cannot be decided. Contributions may be empty.
    /// <see cref="PathSums"/> gives the same for a row without a gap, sooner.
    /// </summary>
    private double DepthSumByPaths(ReadOnlySpan<float> row, ulong present, Span<float> contributions)
    {
        Span<Branch> waiting = stackalloc Branch[IsolationForestOptions.MaxHeight];   // at most one per level
        ReadOnlySpan<IsolationNode> nodes = _nodes;
        ReadOnlySpan<float> depths = _expectedDepths;
        ReadOnlySpan<ulong> featuresBelow = _featuresBelow;
        double sum = 0;
        foreach (int root in _roots)
        {
            int waitingCount = 0;
            int at = root;
            float weight = 1;
            while (true)
            {
                while ((featuresBelow[at] & present) != 0)
                {
                    var node = nodes[at];
                    float value = row[node.Feature];
                    int left = at + node.LeftOffset;
                    if (float.IsNaN(value))
                    {
                        float share = _leftShares[at];
                        waiting[waitingCount++] = new Branch(left + 1, weight * (1 - share));
                        at = left;
                        weight *= share;
                    }
                    else
                    {
                        int next = left + (value > node.Threshold ? 1 : 0);
                        if (!contributions.IsEmpty)
                            contributions[node.Feature] += weight * (depths[next] - depths[at]);
                        at = next;
                    }
                }

                // Nothing that is split on from here on is known (or this is a leaf): the mean of its training rows is the expectation.
                sum += weight * depths[at];
                if (waitingCount == 0)
                    break;
                (at, weight) = waiting[--waitingCount];
            }
        }

        return sum;
    }

    private void Summarise(int index, int depth)
    {
        var node = _nodes[index];
        if (node.IsLeaf)
        {
            _expectedDepths[index] = (float)(depth + AveragePathLength(_counts[index]));
            return;
        }

        int left = index + node.LeftOffset;
        float share = (float)_counts[left] / (_counts[left] + _counts[left + 1]);
        _leftShares[index] = share;
        _expectedDepths[index] = (share * _expectedDepths[left]) + ((1 - share) * _expectedDepths[left + 1]);
        _featuresBelow[index] = (1UL << (node.Feature % 64)) | _featuresBelow[left] | _featuresBelow[left + 1];
    }

    private static int[] Depths(IsolationNode[] nodes, int[] roots)
    {
        int[] depths = new int[nodes.Length];
        for (int i = 0; i < nodes.Length; i++)
        {
            if (nodes[i].IsLeaf)
                continue;
            int left = i + nodes[i].LeftOffset;
            depths[left] = depths[i] + 1;
            depths[left + 1] = depths[i] + 1;
        }

        foreach (int root in roots)
            depths[root] = 0;
        return depths;
    }

    private static ulong PresentFeatures(ReadOnlySpan<float> row, out int missing)
    {
        ulong present = 0;
        missing = 0;
        for (int f = 0; f < row.Length; f++)
        {
            if (float.IsNaN(row[f]))
                missing++;
            else
                present |= 1UL << (f % 64);
        }

        return present;
    }

    private void CheckLength(int length, string name)
    {
        if (length != FeatureCount)
            throw new ArgumentException($"The forest has {FeatureCount} features, {name} has {length}.", name);
    }

    private readonly record struct Branch(int Node, float Weight);
}
