using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Wardwatch.Clinical.Anomaly;

/// <summary>
/// Finds the leaf of each tree for rows without a gap. Eight trees are walked in step: each step waits for memory, and eight waits overlap. A walk takes as
/// many steps as the deepest of the eight has levels, and makes no decision by a jump, so that there is nothing for the processor to guess wrong.
/// </summary>
/// <remarks>
/// The walk reads without checking bounds (docs/decisions/0019-forest-walks-without-bounds-checks.md). What makes that safe is checked once, when the forest is made:
/// every child is a node, and every feature has a value in a row.
/// </remarks>
internal sealed class ForestWalk
{
    /// <summary>Trees that are walked together.</summary>
    public const int Together = 8;

    private readonly IsolationNode[] _nodes;
    private readonly int[] _roots;    // filled up to whole groups with the last tree, whose walks there are not looked at
    private readonly int[] _levels;   // steps that each group takes
    private readonly int _features;

    /// <summary>Prepares to walk nodes that <see cref="Check"/> has passed.</summary>
    public ForestWalk(IsolationNode[] nodes, int[] roots, int[] depths, int features)
    {
        _nodes = nodes;
        _features = features;
        TreeCount = roots.Length;
        GroupCount = (roots.Length + Together - 1) / Together;
        _roots = new int[GroupCount * Together];
        _levels = new int[GroupCount];
        for (int i = 0; i < _roots.Length; i++)
        {
            int tree = Math.Min(i, roots.Length - 1);
            int end = tree + 1 < roots.Length ? roots[tree + 1] : nodes.Length;
            _roots[i] = roots[tree];
            _levels[i / Together] = Math.Max(_levels[i / Together], depths[roots[tree]..end].Max());
        }
    }

    /// <summary>Number of trees.</summary>
    public int TreeCount { get; }

    /// <summary>Number of groups of <see cref="Together"/> trees, the last perhaps not full.</summary>
    public int GroupCount { get; }

    /// <summary>Trees in a group.</summary>
    public int TreesIn(int group) => Math.Min(Together, TreeCount - (group * Together));

    /// <summary>The sum of what <paramref name="depths"/> holds for the leaves that a row reaches. Exact, whatever the order: floats of this size add up in a double without rounding.</summary>
    public double DepthSum(ReadOnlySpan<float> row, ReadOnlySpan<float> depths)
    {
        Span<int> leaves = stackalloc int[Together];
        double sum = 0;
        for (int group = 0; group < GroupCount; group++)
        {
            ToLeaves(row, group, leaves);
            foreach (int leaf in leaves[..TreesIn(group)])
                sum += depths[leaf];
        }

        return sum;
    }

    /// <summary>Walks the trees of one group.</summary>
    /// <param name="row">A value for each feature.</param>
    /// <param name="group">0 to <see cref="GroupCount"/> - 1.</param>
    /// <param name="leaves">Receives <see cref="Together"/> nodes, of which the first <see cref="TreesIn"/> count.</param>
    public void ToLeaves(ReadOnlySpan<float> row, int group, Span<int> leaves)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(row.Length, _features, nameof(row));
        var roots = _roots.AsSpan(group * Together, Together);
        ref var nodes = ref MemoryMarshal.GetArrayDataReference(_nodes);
        ref float values = ref MemoryMarshal.GetReference(row);
        nint a = roots[0];
        nint b = roots[1];
        nint c = roots[2];
        nint d = roots[3];
        nint e = roots[4];
        nint f = roots[5];
        nint g = roots[6];
        nint h = roots[7];
        for (int level = _levels[group]; level > 0; level--)
        {
            a = Step(ref nodes, ref values, a);
            b = Step(ref nodes, ref values, b);
            c = Step(ref nodes, ref values, c);
            d = Step(ref nodes, ref values, d);
            e = Step(ref nodes, ref values, e);
            f = Step(ref nodes, ref values, f);
            g = Step(ref nodes, ref values, g);
            h = Step(ref nodes, ref values, h);
        }

        leaves[7] = (int)h;
        leaves[6] = (int)g;
        leaves[5] = (int)f;
        leaves[4] = (int)e;
        leaves[3] = (int)d;
        leaves[2] = (int)c;
        leaves[1] = (int)b;
        leaves[0] = (int)a;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Step(ref IsolationNode nodes, ref float values, nint at)
    {
        ref readonly var node = ref Unsafe.Add(ref nodes, at);
        return at + node.LeftOffset + (Unsafe.Add(ref values, (nint)node.Feature) > node.Threshold ? 1 : 0);
    }

    /// <summary>Makes sure that every walk stays within the nodes and the row.</summary>
    /// <exception cref="ArgumentException">A node names a child or a feature that does not exist, or a leaf could be left.</exception>
    public static void Check(IsolationNode[] nodes, int[] roots, int features)
    {
        for (int i = 0; i < nodes.Length; i++)
        {
            if (nodes[i].Feature >= features || (nodes[i].IsLeaf ? nodes[i].Threshold != float.PositiveInfinity : i + nodes[i].LeftOffset + 1 >= nodes.Length))
                throw new ArgumentException($"Node {i} names a child or a feature that does not exist.", nameof(nodes));
        }

        foreach (int root in roots)
        {
            if ((uint)root >= (uint)nodes.Length)
                throw new ArgumentException($"There is no node {root} for a tree to begin with.", nameof(roots));
        }
    }
}
