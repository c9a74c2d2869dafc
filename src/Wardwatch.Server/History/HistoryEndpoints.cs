using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.History;

/// <summary>The history over HTTP: readings page by page, or buckets for trends.</summary>
internal static class HistoryEndpoints
{
    private const int DefaultItems = 1000;
    private const int AutomaticBuckets = 600;
    private const double AnomalyThreshold = 0.6;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/patients/{id}/vitals/history", ReadAsync)
            .WithTags("History")
            .RequireAuthorization(Policies.SeePatients)
            .WithSummary("A patient's readings between start and end, oldest first, page by page; or, with bucket=60 (seconds), 5m, 1h, 1d or auto, least, mean and greatest values")
            .Produces<ReadingPage>()
            .Produces<BucketPage>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> ReadAsync(
        string id, string? start, string? end, string? bucket, int? limit, string? after, HttpContext context,
        RecordAccess access, IDeviceDirectory devices, IReadingStore store, IOptions<HistoryOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        if (await access.OpenAsync(context, id, AuditActions.ReadHistory, cancellation) is not { } patient)
        {
            return Problems.PatientNotFound();
        }

        if (HistoryRange.Parse(start, end, time.GetUtcNow(), out var range) is { } wrong)
        {
            return Problems.InvalidParameter(wrong);
        }

        var most = options.Value.MaxItems;
        if (limit is < 1 || limit > most)
        {
            return Problems.InvalidParameter($"limit must be from 1 to {most}.");
        }

        try
        {
            if (bucket is not null)
            {
                return HistoryRange.TryParseBucket(bucket, range, AutomaticBuckets, out var length)
                    ? TypedResults.Ok(await BucketsAsync(patient, range, length, limit ?? most, store, cancellation))
                    : Problems.InvalidParameter("bucket must be a number of seconds, such as 60, or 30s, 5m, 1h, 1d, or auto.");
            }

            if (!HistoryCursor.TryParse(after, out var cursor))
            {
                return Problems.InvalidParameter("after must be the next of an earlier answer.");
            }

            return TypedResults.Ok(await PageAsync(patient, range, cursor, limit ?? Math.Min(DefaultItems, most), devices, store, cancellation));
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return Problems.HistoryAway();
        }
    }

    private static async Task<ReadingPage> PageAsync(
        PatientEntry patient, HistoryRange range, HistoryCursor cursor, int limit, IDeviceDirectory devices, IReadingStore store, CancellationToken cancellation)
    {
        var items = new List<ReadingDocument>(Math.Min(limit, 1024));
        var toSkip = cursor.Delivered;
        var next = cursor;
        var more = false;
        var visited = 0;
        var most = (int)Math.Min(int.MaxValue, (long)toSkip + limit + 1);
        var unreadable = await store.ReadAsync(patient, Math.Max(range.From, cursor.MeasuredAt), range.Until, most, (in StoredReading reading) =>
        {
            visited++;
            if (toSkip > 0 && reading.Key.MeasuredAt == cursor.MeasuredAt)
            {
                toSkip--;
                return true;
            }

            if (items.Count == limit)
            {
                more = true;
                return false;
            }

            next = next.MeasuredAt == reading.Key.MeasuredAt ? next with { Delivered = next.Delivered + 1 } : new HistoryCursor(reading.Key.MeasuredAt, 1);
            var content = reading.Content;
            items.Add(ReadingDocuments.Build(reading.Key.MeasuredAt, reading.ReceivedAt, devices.Find(reading.Key.DeviceNumber)?.Id,
                reading.Flags.HasFlag(ReadingFlags.Late), reading.Flags.HasFlag(ReadingFlags.PartlyRefused), in content));
            return true;
        }, cancellation);

        // Damaged rows count towards what was read, but there may be readings behind them.
        more |= items.Count > 0 && visited + unreadable >= most;
        return new ReadingPage(items, more ? next.ToString() : null);
    }

    private static async Task<BucketPage> BucketsAsync(
        PatientEntry patient, HistoryRange range, long bucketMicroseconds, int limit, IReadingStore store, CancellationToken cancellation)
    {
        var buckets = new Buckets(bucketMicroseconds, limit);
        var complete = true;
        await store.ReadAsync(patient, range.From, range.Until, most: null, (in StoredReading reading) => complete = buckets.Add(in reading, AnomalyThreshold), cancellation);
        var (items, anomalies) = buckets.Finish();
        return new BucketPage(bucketMicroseconds / 1e6, UnixTime.ToDateTimeOffset(range.From), UnixTime.ToDateTimeOffset(range.Until), items, anomalies, Truncated: !complete);
    }
}

/// <summary>A page of readings, oldest first.</summary>
/// <param name="Items">The readings.</param>
/// <param name="Next">Pass it as <c>after</c> to go on; null at the end.</param>
internal sealed record ReadingPage(IReadOnlyList<ReadingDocument> Items, string? Next);

/// <summary>A trend.</summary>
/// <param name="BucketSeconds">Length of a bucket.</param>
/// <param name="Start">Beginning of the range.</param>
/// <param name="End">Its end, exclusive.</param>
/// <param name="Items">Buckets that hold readings, oldest first.</param>
/// <param name="Anomalies">The highest anomaly scores of the range from 0.6 on (at most 500), in order of time.</param>
/// <param name="Truncated">True if there were more buckets than <c>limit</c>.</param>
internal sealed record BucketPage(
    double BucketSeconds, DateTimeOffset Start, DateTimeOffset End, IReadOnlyList<BucketDocument> Items, IReadOnlyList<AnomalyPoint> Anomalies, bool Truncated);
