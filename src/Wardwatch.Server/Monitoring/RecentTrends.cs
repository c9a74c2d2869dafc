using Npgsql;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>
/// The last minutes of many patients, for screens that start. Memory holds the latest readings only (100, which is less than two minutes of a monitor at 1 Hz),
/// so the rest comes from the history; while the database is away, memory alone has to do.
/// </summary>
internal sealed class RecentTrends(IReadingStore history, TimeProvider time)
{
    private const int PointsPerPatient = 300;
    private const int MostLatest = 100;

    /// <summary>Points of each patient, oldest first.</summary>
    public async Task<RecentDocument> ReadAsync(IEnumerable<PatientEntry> patients, double minutes, IPatientMonitor monitor, CancellationToken cancellation)
    {
        var now = time.Microseconds();
        var from = now - (long)(minutes * 60e6);
        var step = (now - from) / PointsPerPatient;
        var documents = new List<RecentPatient>();
        foreach (var patient in patients)
        {
            var points = new List<RecentPoint>();
            var next = from;
            void Take(long measuredAt, in ReadingContent content)
            {
                if (measuredAt >= next)
                {
                    points.Add(Point(measuredAt, in content));
                    next = measuredAt + step;
                }
            }

            var recent = monitor.Recent(patient.Number);
            await ReadOlderAsync(patient, from, recent.Count > 0 ? recent[0].MeasuredAt : now, Take, cancellation);
            foreach (var reading in recent.OrderBy(reading => reading.MeasuredAt))
            {
                var content = reading.Content;
                Take(reading.MeasuredAt, in content);
            }

            documents.Add(new RecentPatient(patient.Id, points));
        }

        return new RecentDocument(documents);
    }

    /// <summary>The latest readings of a patient, oldest first: from memory, or from the history where the lanes are another process's.</summary>
    public async Task<IReadOnlyList<RecentReading>> LatestAsync(PatientEntry patient, IPatientMonitor monitor, CancellationToken cancellation)
    {
        if (monitor.Recent(patient.Number) is { Count: > 0 } recent)
        {
            return recent;
        }

        var readings = new List<RecentReading>();
        try
        {
            await history.ReadLatestAsync([patient], MostLatest, (in StoredReading reading) =>
            {
                readings.Add(new RecentReading
                {
                    MeasuredAt = reading.Key.MeasuredAt,
                    ReceivedAt = reading.ReceivedAt,
                    DeviceNumber = reading.Key.DeviceNumber,
                    Late = (reading.Flags & ReadingFlags.Late) != ReadingFlags.None,
                    PartlyRefused = (reading.Flags & ReadingFlags.PartlyRefused) != ReadingFlags.None,
                    Content = reading.Content,
                });
                return true;
            }, cancellation);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            // The newest values are there all the same; that the database is away is said elsewhere.
        }

        return readings;
    }

    private delegate void PointTaker(long measuredAt, in ReadingContent content);

    private async Task ReadOlderAsync(PatientEntry patient, long from, long until, PointTaker take, CancellationToken cancellation)
    {
        if (until <= from)
        {
            return;
        }

        try
        {
            await history.ReadAsync(patient, from, until, most: null, (in StoredReading reading) =>
            {
                var content = reading.Content;
                take(reading.Key.MeasuredAt, in content);
                return true;
            }, cancellation);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            // The screen starts with what memory has; that the database is away stands in its header.
        }
    }

    private static RecentPoint Point(long measuredAt, in ReadingContent content) => new(
        UnixTime.ToDateTimeOffset(measuredAt), Number(in content, Vital.HeartRate), Number(in content, Vital.SpO2),
        Number(in content, Vital.RespiratoryRate), Number(in content, Vital.SystolicPressure), Number(in content, Vital.DiastolicPressure),
        Number(in content, Vital.Temperature), float.IsNaN(content.AnomalyScore) ? null : Math.Round(content.AnomalyScore, 3));

    private static double? Number(in ReadingContent content, Vital vital) =>
        content.Has((int)vital) ? ReadingDocuments.Exact(content.Values[(int)vital]) : null;
}

/// <summary>The last minutes of some patients.</summary>
internal sealed record RecentDocument(IReadOnlyList<RecentPatient> Patients);

/// <summary>One patient's points, oldest first.</summary>
internal sealed record RecentPatient(string Id, IReadOnlyList<RecentPoint> Readings);

/// <summary>What was measured at one time; null where it was not.</summary>
internal sealed record RecentPoint(DateTimeOffset At, double? Hr, double? Spo2, double? Rr, double? Sbp, double? Dbp, double? Temp, double? Anomaly);
