namespace Wardwatch.Clinical.Anomaly;

/// <summary>The receiver operating characteristic of a score against labels.</summary>
public static class RocCurve
{
    /// <summary>
    /// The area under the curve: the probability that an anomalous row scores higher than an ordinary one, ties counting half (Hanley and McNeil, 1982).
    /// </summary>
    /// <param name="scores">One score per row, higher for more anomalous.</param>
    /// <param name="anomalous">One label per row.</param>
    /// <returns>0 to 1; NaN if all labels are the same.</returns>
    /// <exception cref="ArgumentException">The lengths differ, or a score is not a number.</exception>
    public static double Area(ReadOnlySpan<double> scores, ReadOnlySpan<bool> anomalous)
    {
        if (scores.Length != anomalous.Length)
            throw new ArgumentException($"{scores.Length} scores for {anomalous.Length} labels.", nameof(anomalous));

        double[] sorted = scores.ToArray();
        bool[] labels = anomalous.ToArray();
        if (Array.Exists(sorted, double.IsNaN))
            throw new ArgumentException("A score is not a number.", nameof(scores));
        Array.Sort(sorted, labels);

        double wins = 0;
        long ordinaryBelow = 0;
        long anomalies = 0;
        for (int start = 0; start < sorted.Length;)
        {
            int end = start;
            int tiedAnomalies = 0;
            for (; end < sorted.Length && sorted[end] == sorted[start]; end++)
                tiedAnomalies += labels[end] ? 1 : 0;

            int tiedOrdinary = end - start - tiedAnomalies;
            wins += tiedAnomalies * (ordinaryBelow + (tiedOrdinary / 2.0));
            anomalies += tiedAnomalies;
            ordinaryBelow += tiedOrdinary;
            start = end;
        }

        return anomalies == 0 || ordinaryBelow == 0 ? double.NaN : wins / ((double)anomalies * ordinaryBelow);
    }
}
