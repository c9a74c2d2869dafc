using System.Diagnostics;

namespace Wardwatch.Clinical.Anomaly;

/// <summary>
/// The model that ships with Wardwatch, for wards that have not trained one on their own data. Grown at first use (tens of milliseconds) from
/// <see cref="AdultVitalsGenerator"/> with a fixed seed, so it is the same on every machine and its whole origin is in the source.
/// </summary>
public static class DefaultAnomalyModel
{
    /// <summary>The model's name.</summary>
    public const string Name = "adult-default-1";

    private const int Rows = 20_000;
    private const ulong Seed = 20261120;

    private static readonly Lazy<VitalAnomalyModel> Lazy = new(Create);

    /// <summary>The default model.</summary>
    public static VitalAnomalyModel Instance => Lazy.Value;

    private static VitalAnomalyModel Create()
    {
        var table = AdultVitalsGenerator.Draw(Rows, Seed);
        var options = new IsolationForestOptions { Trees = 100, SampleSize = 256, Seed = Seed };
        var forest = IsolationForestTrainer.Train(table.RowMajor, table.Columns.Count, options, progress: null, CancellationToken.None);
        var document = new ModelDocument(
            Name,
            table.Columns,
            forest,
            trainedOn: "Synthetic plausible vital signs of adults at rest, drawn from stated assumptions. Not trained on patients.",
            rowCount: table.RowCount,
            seed: Seed,
            createdAt: new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero),
            note: "A starting point. Train a model on the ward's own readings (ward train anomaly) and compare before relying on scores.");
        return VitalAnomalyModel.TryCreate(document, out var model, out string? error) ? model : throw new UnreachableException(error);
    }
}
