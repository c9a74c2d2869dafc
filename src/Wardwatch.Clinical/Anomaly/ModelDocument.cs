namespace Wardwatch.Clinical.Anomaly;

/// <summary>
/// An anomaly model as it is kept, listed and handed on: the forest, the names of its features and where it comes from. Immutable.
/// Its file format is drawn at <see cref="ModelFile"/>; writing and reading give the same document, byte for byte.
/// </summary>
public sealed class ModelDocument
{
    /// <summary>The greatest length of any text in the document, in characters.</summary>
    public const int MaxTextLength = 4_000;

    private readonly string[] _featureNames;

    /// <summary>A document around a forest.</summary>
    /// <param name="name">What the model is called, such as "adult-default-1".</param>
    /// <param name="featureNames">One name per feature, each once; for a model of vitals their wire keys.</param>
    /// <param name="forest">The grown forest.</param>
    /// <param name="trainedOn">What the rows were, in words, so that nobody mistakes what the model knows.</param>
    /// <param name="rowCount">How many rows it was trained on.</param>
    /// <param name="seed">The seed of its training.</param>
    /// <param name="createdAt">When it was made, to the second in UTC; handed in, since this library has no clock.</param>
    /// <param name="note">Anything else worth knowing; may be empty.</param>
    /// <exception cref="ArgumentException">Names are missing, repeat or do not match the forest, or a text is too long.</exception>
    public ModelDocument(
        string name, IReadOnlyList<string> featureNames, IsolationForest forest, string trainedOn, long rowCount, ulong seed, DateTimeOffset createdAt, string note)
    {
        ArgumentNullException.ThrowIfNull(featureNames);
        ArgumentNullException.ThrowIfNull(forest);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (featureNames.Count != forest.FeatureCount)
            throw new ArgumentException($"{featureNames.Count} names for {forest.FeatureCount} features.", nameof(featureNames));
        if (featureNames.Any(string.IsNullOrWhiteSpace) || featureNames.Distinct(StringComparer.Ordinal).Count() != featureNames.Count)
            throw new ArgumentException("Feature names are empty or repeat.", nameof(featureNames));
        CheckText(name, nameof(name));
        CheckText(trainedOn, nameof(trainedOn));
        CheckText(note, nameof(note));
        foreach (string feature in featureNames)
            CheckText(feature, nameof(featureNames));
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);

        Name = name;
        _featureNames = [.. featureNames];
        Forest = forest;
        TrainedOn = trainedOn;
        RowCount = rowCount;
        Seed = seed;
        CreatedAt = DateTimeOffset.FromUnixTimeSeconds(createdAt.ToUnixTimeSeconds());
        Note = note;
    }

    /// <summary>What the model is called.</summary>
    public string Name { get; }

    /// <summary>The features in the order of a row.</summary>
    public IReadOnlyList<string> FeatureNames => _featureNames;

    /// <summary>The forest.</summary>
    public IsolationForest Forest { get; }

    /// <summary>What the rows were that it was trained on.</summary>
    public string TrainedOn { get; }

    /// <summary>How many rows it was trained on.</summary>
    public long RowCount { get; }

    /// <summary>The seed of its training.</summary>
    public ulong Seed { get; }

    /// <summary>When it was made, to the second in UTC.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>Anything else worth knowing.</summary>
    public string Note { get; }

    /// <summary>The document as a file.</summary>
    public byte[] ToBytes() => ModelFile.Write(this);

    /// <summary>Reads a file. Everything in it is checked, and no more memory is set aside than the file is long, times a small constant.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, of another version, too large, or not a model; the message says which.</exception>
    public static ModelDocument Read(ReadOnlySpan<byte> file) => ModelFile.Read(file);

    private static void CheckText(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text, name);
        if (text.Length > MaxTextLength)
            throw new ArgumentException($"The text has {text.Length} characters; {MaxTextLength} are allowed.", name);
    }
}
