namespace Wardwatch.Clinical.Anomaly;

/// <summary>How an isolation forest is grown. The defaults are those of the paper.</summary>
public sealed record IsolationForestOptions
{
    /// <summary>The most trees a forest may have.</summary>
    public const int MaxTrees = 10_000;

    /// <summary>The greatest sample per tree; child offsets are 16 bits wide.</summary>
    public const int MaxSampleSize = 16_384;

    /// <summary>The most features a forest may have.</summary>
    public const int MaxFeatures = 4_096;

    /// <summary>The greatest height limit.</summary>
    public const int MaxHeight = 64;

    /// <summary>Number of trees, 1 to <see cref="MaxTrees"/>.</summary>
    public int Trees { get; init; } = 100;

    /// <summary>Rows drawn for each tree without replacement, 2 to <see cref="MaxSampleSize"/>; all rows if there are fewer.</summary>
    public int SampleSize { get; init; } = 256;

    /// <summary>The same seed and rows give the same forest, on every machine.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Levels below the root, 1 to <see cref="MaxHeight"/>; null for ⌈log₂(sample size)⌉, beyond which only the ordinary would be split further.</summary>
    public int? HeightLimit { get; init; }

    internal void Check()
    {
        InRange(Trees, 1, MaxTrees, nameof(Trees));
        InRange(SampleSize, 2, MaxSampleSize, nameof(SampleSize));
        if (HeightLimit is { } height)
            InRange(height, 1, MaxHeight, nameof(HeightLimit));
    }

    private static void InRange(int value, int min, int max, string name)
    {
        if (value < min || value > max)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be from {min} to {max}.");
    }
}
