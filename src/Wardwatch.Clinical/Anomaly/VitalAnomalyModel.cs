using System.Diagnostics.CodeAnalysis;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Clinical.Anomaly;

/// <summary>An anomaly score of a patient's vitals, with what it is worth.</summary>
/// <param name="Value">0 to 1, higher for more anomalous; NaN if no feature was known.</param>
/// <param name="KnownFeatures">How many of the model's features were present and fresh.</param>
/// <param name="FeatureCount">How many features the model has.</param>
/// <param name="OldestInputMicros">When the oldest value that was used was measured (Unix microseconds); 0 if none was. The score is no younger than that.</param>
public readonly record struct AnomalyScore(double Value, int KnownFeatures, int FeatureCount, long OldestInputMicros)
{
    /// <summary>Whether there is a score at all; <c>default</c> is none.</summary>
    public bool IsKnown => KnownFeatures > 0;

    /// <summary>The share of the model's features that were present and fresh, 0 to 1.</summary>
    public double Completeness => FeatureCount == 0 ? 0 : (double)KnownFeatures / FeatureCount;
}

/// <summary>
/// An anomaly model whose features are vital signs, applied to a patient's <see cref="VitalSet"/>. Immutable and safe for concurrent use; scoring does not allocate.
/// </summary>
public sealed class VitalAnomalyModel
{
    private readonly Vital[] _features;

    private VitalAnomalyModel(ModelDocument document, Vital[] features)
    {
        Document = document;
        _features = features;
    }

    /// <summary>The model's document.</summary>
    public ModelDocument Document { get; }

    /// <summary>The vitals in the order of the model's features, and so of contributions.</summary>
    public ReadOnlySpan<Vital> Features => _features;

    /// <summary>Applies a document to vitals. Fails if a feature's name is not the wire key of a vital.</summary>
    public static bool TryCreate(ModelDocument document, [NotNullWhen(true)] out VitalAnomalyModel? model, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(document);
        var features = new Vital[document.FeatureNames.Count];
        for (int i = 0; i < features.Length; i++)
        {
            if (!VitalCatalogue.TryFind(document.FeatureNames[i], out features[i]))
            {
                model = null;
                error = $"Model \"{document.Name}\" has a feature \"{document.FeatureNames[i]}\", which is no vital sign.";
                return false;
            }
        }

        model = new VitalAnomalyModel(document, features);
        error = null;
        return true;
    }

    /// <summary>Scores a patient's vitals at a time. A vital that is absent or too old is missing, not a zero.</summary>
    /// <param name="vitals">The patient's latest values.</param>
    /// <param name="nowMicros">The time of the score, Unix microseconds.</param>
    /// <param name="window">How old each value may be.</param>
    public AnomalyScore Score(in VitalSet vitals, long nowMicros, ScoreWindow window)
    {
        Span<float> row = stackalloc float[VitalCatalogue.Count];
        row = row[.._features.Length];
        int known = Fill(row, in vitals, nowMicros, window, out long oldest);
        return new AnomalyScore(Document.Forest.Score(row), known, _features.Length, oldest);
    }

    /// <summary>Scores a patient's vitals and tells what drove the score.</summary>
    /// <param name="vitals">The patient's latest values.</param>
    /// <param name="nowMicros">The time of the score, Unix microseconds.</param>
    /// <param name="window">How old each value may be.</param>
    /// <param name="contributions">Receives one number per feature, as <see cref="IsolationForest.Score(ReadOnlySpan{float}, Span{float})"/> describes.</param>
    public AnomalyScore Score(in VitalSet vitals, long nowMicros, ScoreWindow window, Span<float> contributions)
    {
        Span<float> row = stackalloc float[VitalCatalogue.Count];
        row = row[.._features.Length];
        int known = Fill(row, in vitals, nowMicros, window, out long oldest);
        return new AnomalyScore(Document.Forest.Score(row, contributions), known, _features.Length, oldest);
    }

    /// <summary>The vital that drove the score up most, or null if none did.</summary>
    public Vital? StrongestDriver(ReadOnlySpan<float> contributions)
    {
        Vital? strongest = null;
        float most = 0;
        for (int i = 0; i < _features.Length; i++)
        {
            if (contributions[i] > most)
            {
                most = contributions[i];
                strongest = _features[i];
            }
        }

        return strongest;
    }

    private int Fill(Span<float> row, in VitalSet vitals, long nowMicros, ScoreWindow window, out long oldestMicros)
    {
        ArgumentNullException.ThrowIfNull(window);
        int known = 0;
        oldestMicros = 0;
        for (int i = 0; i < _features.Length; i++)
        {
            if (!window.TryGetFresh(in vitals, _features[i], nowMicros, out double value, out long measuredAt))
            {
                row[i] = float.NaN;
                continue;
            }

            row[i] = (float)value;
            oldestMicros = known == 0 ? measuredAt : Math.Min(oldestMicros, measuredAt);
            known++;
        }

        return known;
    }
}
