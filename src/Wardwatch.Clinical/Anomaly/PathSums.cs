using System.Runtime.Intrinsics;

namespace Wardwatch.Clinical.Anomaly;

/// <summary>
/// What a path contributes to each feature depends on nothing but the leaf it ends at. So it is worked out once for every leaf, and a row's contributions are
/// the sum of the sums of its leaves: a hundred additions of whole vectors, where crediting step by step takes eight hundred that wait for each other.
/// <code>
/// node:  | contribution of feature 0: f32 | … | of the last feature | empty: 0 | expected depth: f32 |      8 or 16 floats
/// </code>
/// </summary>
internal sealed class PathSums
{
    private const int Lane = 8;
    private const int MaxFeatures = (2 * Lane) - 1;
    private const int MaxNodes = 1 << 20;

    private readonly ForestWalk _walk;
    private readonly float[] _sums;
    private readonly int _stride;

    /// <summary>Works them out. Children stand behind their parents.</summary>
    public PathSums(ForestWalk walk, IsolationNode[] nodes, float[] expectedDepths, int features)
    {
        _walk = walk;
        _stride = features < Lane ? Lane : 2 * Lane;
        _sums = new float[nodes.Length * _stride];
        for (int i = 0; i < nodes.Length; i++)
        {
            _sums[(i * _stride) + _stride - 1] = expectedDepths[i];
            if (nodes[i].IsLeaf)
                continue;
            int left = i + nodes[i].LeftOffset;
            Pass(i, left, nodes[i].Feature, expectedDepths);
            Pass(i, left + 1, nodes[i].Feature, expectedDepths);
        }
    }

    /// <summary>Whether a forest is narrow and small enough; the contributions of others are credited step by step.</summary>
    public static bool Suit(int nodes, int features) => features <= MaxFeatures && nodes <= MaxNodes;

    /// <summary>The sum of a row's depths; fills in what each feature contributed to it.</summary>
    /// <param name="row">A value for each feature.</param>
    /// <param name="contributions">One number per feature.</param>
    public double AddUp(ReadOnlySpan<float> row, Span<float> contributions)
    {
        Span<int> leaves = stackalloc int[ForestWalk.Together];
        ReadOnlySpan<float> sums = _sums;
        var low = Vector256<float>.Zero;
        var high = Vector256<float>.Zero;
        double depth = 0;
        for (int group = 0; group < _walk.GroupCount; group++)
        {
            _walk.ToLeaves(row, group, leaves);
            foreach (int leaf in leaves[.._walk.TreesIn(group)])
            {
                var path = sums.Slice(leaf * _stride, _stride);
                depth += path[^1];
                low += Vector256.Create(path);
                if (path.Length > Lane)
                    high += Vector256.Create(path[Lane..]);
            }
        }

        Span<float> all = stackalloc float[2 * Lane];
        low.CopyTo(all);
        high.CopyTo(all[Lane..]);
        all[..contributions.Length].CopyTo(contributions);
        return depth;
    }

    private void Pass(int parent, int child, int feature, float[] expectedDepths)
    {
        var path = _sums.AsSpan(child * _stride, _stride);
        _sums.AsSpan(parent * _stride, _stride).CopyTo(path);
        path[feature] += expectedDepths[child] - expectedDepths[parent];
    }
}
