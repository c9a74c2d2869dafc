namespace Wardwatch.Clinical.Anomaly;

/// <summary>
/// Draws plausible vital signs of adults at rest, for training the default model where no ward's own data exist yet. These are invented numbers with stated
/// assumptions, not patients and not estimates from patients.
/// </summary>
/// <remarks>
/// <para>An adult is drawn asleep (25 %), awake at rest (50 %) or mildly active (25 %), each with means and standard deviations that lie within the reference
/// ranges of common textbooks (awake: heart rate 72 ± 10 /min, respiration 16 ± 2.2 /min, pressure 121 ± 13 over 75 ± 8 mmHg, temperature 36.8 ± 0.3 °C,
/// saturation 97.3 ± 1.1 %). Assumed dependences: arousal moves heart rate, respiration and systolic pressure together; a person's pressure moves systolic and
/// diastolic pressure together; heart rate rises with temperature by about 9 /min per °C.</para>
/// <para>Four rows in a hundred have one vital drawn uniformly over the range that living patients show. A tree can part only what lies within its sample's
/// range: without these sparse rows a saturation of 70 % would walk the same path as the lowest of the ordinary ones, and score the same.</para>
/// <para>Values are rounded as monitors send them (whole numbers, temperature to a tenth) and kept within possible limits.</para>
/// </remarks>
public static class AdultVitalsGenerator
{
    /// <summary>The wire keys of the drawn vitals, in the order of a row.</summary>
    public static IReadOnlyList<string> FeatureNames { get; } = ["hr", "spo2", "sbp", "dbp", "temp", "rr"];

    private const int HeartRate = 0;
    private const int SpO2 = 1;
    private const int Systolic = 2;
    private const int Diastolic = 3;
    private const int Temperature = 4;
    private const int Respiration = 5;
    private const int Width = 6;

    private const double WideShare = 0.04;

    // Mean and standard deviation per vital, in the order of a row.
    private static readonly double[] Asleep = [61, 8, 96.2, 1.2, 111, 12, 66, 8, 36.4, 0.25, 14, 2.0];
    private static readonly double[] Awake = [72, 10, 97.3, 1.1, 121, 13, 75, 8, 36.8, 0.30, 16, 2.2];
    private static readonly double[] Active = [87, 11, 97.0, 1.2, 131, 14, 79, 9, 37.0, 0.30, 18.5, 2.4];

    // The range over which the sparse rows draw one vital.
    private static readonly double[] WideRange = [25, 220, 55, 100, 50, 240, 25, 140, 32, 42, 4, 50];

    /// <summary>Draws a table of vitals. The same seed gives the same table on every machine.</summary>
    /// <param name="rows">How many rows, 1 to a million.</param>
    /// <param name="seed">The seed.</param>
    public static TrainingTable Draw(int rows, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, 1_000_000);
        var random = new SeededRandom(seed);
        float[] values = new float[rows * Width];
        for (int row = 0; row < rows; row++)
            DrawRow(random, values.AsSpan(row * Width, Width));
        return new TrainingTable(FeatureNames, values, labels: null);
    }

    private static void DrawRow(SeededRandom random, Span<float> row)
    {
        double which = random.NextDouble();
        double[] state = which < 0.25 ? Asleep : which < 0.75 ? Awake : Active;
        double arousal = random.NextNearlyNormal();
        double pressure = random.NextNearlyNormal();
        double warmth = random.NextNearlyNormal();

        // Each right-hand side has variance 1: squared weights sum to 1.
        Span<double> deviation =
        [
            (0.5 * arousal) + (0.3 * warmth) + (0.8124 * random.NextNearlyNormal()),
            random.NextNearlyNormal(),
            (0.3 * arousal) + (0.8 * pressure) + (0.5196 * random.NextNearlyNormal()),
            (0.75 * pressure) + (0.6614 * random.NextNearlyNormal()),
            warmth,
            (0.5 * arousal) + (0.8660 * random.NextNearlyNormal()),
        ];
        for (int v = 0; v < Width; v++)
            row[v] = (float)(state[2 * v] + (deviation[v] * state[(2 * v) + 1]));

        if (random.NextDouble() < WideShare)
        {
            int wide = random.NextInt(Width);
            row[wide] = (float)(WideRange[2 * wide] + (random.NextDouble() * (WideRange[(2 * wide) + 1] - WideRange[2 * wide])));
        }

        RoundAsSent(row);
    }

    private static void RoundAsSent(Span<float> row)
    {
        for (int v = 0; v < Width; v++)
            row[v] = v == Temperature ? MathF.Round(row[v] * 10) / 10 : MathF.Round(row[v]);

        row[HeartRate] = Math.Max(row[HeartRate], 20);
        row[SpO2] = Math.Min(row[SpO2], 100);
        row[Systolic] = Math.Max(row[Systolic], 40);
        row[Diastolic] = Math.Clamp(row[Diastolic], 15, Math.Max(15, row[Systolic] - 10));   // a pulse pressure there must be
        row[Respiration] = Math.Max(row[Respiration], 3);
    }
}
