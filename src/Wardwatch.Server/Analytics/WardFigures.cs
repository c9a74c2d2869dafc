using Npgsql;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>The figures of a ward, or of several together, over some hours.</summary>
internal sealed class FigureSum
{
    public double Admissions { get; set; }

    public double Discharges { get; set; }

    public double Transfers { get; set; }

    public double Critical { get; set; }

    public double OccupiedSeconds { get; set; }

    public double Readings { get; set; }

    public double LateReadings { get; set; }

    /// <summary>Adds an amount of a measure; one that is not known here is of a newer release, and passed over.</summary>
    public void Add(string measure, double amount)
    {
        switch (measure)
        {
            case Measures.Admissions:
                Admissions += amount;
                break;
            case Measures.Discharges:
                Discharges += amount;
                break;
            case Measures.Transfers:
                Transfers += amount;
                break;
            case Measures.Critical:
                Critical += amount;
                break;
            case Measures.OccupiedSeconds:
                OccupiedSeconds += amount;
                break;
            case Measures.Readings:
                Readings += amount;
                break;
            case Measures.LateReadings:
                LateReadings += amount;
                break;
        }
    }
}

/// <summary>How long something took: how many there were, half of them at most so long, nine of ten at most so long, in seconds.</summary>
internal sealed record Durations(long Count, double? Median, double? Ninetieth);

/// <summary>The figures of some wards over a time.</summary>
/// <param name="Wards">Of each ward over the whole time.</param>
/// <param name="Hours">Of each hour over all the wards.</param>
/// <param name="Occupied">How many beds of each ward are taken now.</param>
/// <param name="Stays">Lengths of the stays that ended.</param>
/// <param name="Waits">How long those waited who were admitted.</param>
internal sealed record WardFigures(
    IReadOnlyDictionary<string, FigureSum> Wards, IReadOnlyDictionary<DateTimeOffset, FigureSum> Hours, IReadOnlyDictionary<string, int> Occupied, Durations Stays, Durations Waits);

/// <summary>Reads figures, as the hospital of the caller sees them.</summary>
internal sealed class FigureReader(TenantDatabase database)
{
    /// <summary>The figures of wards from one hour to another; stays that go on count as far as they have come.</summary>
    public async Task<WardFigures> ReadAsync(int tenantId, IReadOnlyCollection<WardEntry> wards, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation)
    {
        string[] ids = [.. wards.Select(ward => ward.Id)];
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        var (byWard, byHour) = await SumsAsync(transaction, tenantId, ids, from, until, cancellation);
        var occupied = new Dictionary<string, int>(StringComparer.Ordinal);
        await using (var command = transaction.Command(AnalyticsSql.OpenStays, tenantId, ids))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var stay = AnalyticsStore.ReadStay(reader);
                occupied[stay.Ward] = occupied.GetValueOrDefault(stay.Ward) + 1;
                var begin = stay.WardSince < from ? from : stay.WardSince;
                foreach (var change in StayFold.Occupied(stay.Ward, begin, until))
                {
                    Of(byWard, change.Ward).Add(change.Measure, change.Amount);
                    Of(byHour, change.Hour).Add(change.Measure, change.Amount);
                }
            }
        }

        var (stays, waits) = await DurationsAsync(transaction, tenantId, ids, from, until, cancellation);
        return new(byWard, byHour, occupied, stays, waits);
    }

    /// <summary>How many events of each kind there were, by hour or day.</summary>
    public async Task<List<(string Kind, DateTimeOffset At, long Count)>> EventsAsync(
        int tenantId, DateTimeOffset from, DateTimeOffset until, string[]? kinds, string bucket, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var command = transaction.Command(AnalyticsSql.EventCounts, tenantId, from.UtcDateTime, until.UtcDateTime, kinds is null ? DBNull.Value : kinds, bucket);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var counts = new List<(string, DateTimeOffset, long)>();
        while (await reader.ReadAsync(cancellation))
        {
            counts.Add((reader.GetString(0), new DateTimeOffset(reader.GetDateTime(1)), reader.GetInt64(2)));
        }

        return counts;
    }

    private static async Task<(Dictionary<string, FigureSum> ByWard, Dictionary<DateTimeOffset, FigureSum> ByHour)> SumsAsync(
        TenantTransaction transaction, int tenantId, string[] wards, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation)
    {
        var (byWard, byHour) = (new Dictionary<string, FigureSum>(StringComparer.Ordinal), new Dictionary<DateTimeOffset, FigureSum>());
        await using var command = transaction.Command(AnalyticsSql.Sums, tenantId, from.UtcDateTime, until.UtcDateTime, wards);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var sum = reader.IsDBNull(0) ? Of(byHour, new DateTimeOffset(reader.GetDateTime(1))) : Of(byWard, reader.GetString(0));
            sum.Add(reader.GetString(2), reader.GetDouble(3));
        }

        return (byWard, byHour);
    }

    private static async Task<(Durations Stays, Durations Waits)> DurationsAsync(
        TenantTransaction transaction, int tenantId, string[] wards, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation)
    {
        await using var command = transaction.Command(AnalyticsSql.Durations, tenantId, from.UtcDateTime, until.UtcDateTime, wards);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (Of(reader, 0), Of(reader, 1));

        static Durations Of(NpgsqlDataReader reader, int column)
        {
            var values = reader.GetFieldValue<double?[]>(column);
            return new((long)values[0]!, values[1], values[2]);
        }
    }

    private static FigureSum Of<TKey>(Dictionary<TKey, FigureSum> sums, TKey key) where TKey : notnull
    {
        if (!sums.TryGetValue(key, out var sum))
        {
            sums.Add(key, sum = new FigureSum());
        }

        return sum;
    }
}
