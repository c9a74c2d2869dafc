using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>Reads alert load, as the hospital of the caller sees it.</summary>
internal sealed class AlertLoadReader(TenantDatabase database)
{
    /// <summary>The load of wards from one hour to another; stays that go on count as far as they have come.</summary>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="wards">The wards asked for.</param>
    /// <param name="from">The beginning of an hour.</param>
    /// <param name="until">Exclusive.</param>
    /// <param name="lately">Since when single hours are wanted, up to <paramref name="now"/>.</param>
    /// <param name="now">Now.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<AlertLoad> ReadAsync(int tenantId, string[] wards, DateTimeOffset from, DateTimeOffset until, DateTimeOffset lately, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        var (byWard, byHour) = await SumsAsync(transaction, tenantId, wards, from, until, cancellation);
        var recent = await HoursAsync(transaction, tenantId, wards, lately, now, cancellation);
        await using (var command = transaction.Command(AnalyticsSql.OpenStays, tenantId, wards))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                AddOpen(AnalyticsStore.ReadStay(reader), byWard, recent, (from, until), (lately, now));
            }
        }

        var responses = await ResponsesAsync(transaction, tenantId, wards, from, until, cancellation);
        return new(
            byWard, byHour, responses, recent.ToDictionary(ward => ward.Key, ward => (IReadOnlyCollection<HourLoad>)ward.Value.Values, StringComparer.Ordinal),
            await BudgetsAsync(transaction, tenantId, wards, cancellation));
    }

    private static void AddOpen(
        Stay stay, Dictionary<string, WardLoad> wards, Dictionary<string, Dictionary<DateTimeOffset, HourLoad>> recent, (DateTimeOffset From, DateTimeOffset Until) time,
        (DateTimeOffset From, DateTimeOffset Until) lately)
    {
        var ward = Of(wards, stay.Ward);
        ward.OccupiedNow++;
        ward.OccupiedSeconds += StayFold.Occupied(stay.Ward, Later(stay.WardSince, time.From), time.Until).Sum(change => change.Amount);
        foreach (var change in StayFold.Occupied(stay.Ward, Later(stay.WardSince, lately.From), lately.Until))
        {
            Add(recent, new(change.Hour, 0, change.Amount), stay.Ward);
        }

        static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
    }

    private static async Task<(Dictionary<string, WardLoad> ByWard, Dictionary<DateTimeOffset, double> ByHour)> SumsAsync(
        TenantTransaction transaction, int tenantId, string[] wards, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation)
    {
        var (byWard, byHour) = (new Dictionary<string, WardLoad>(StringComparer.Ordinal), new Dictionary<DateTimeOffset, double>());
        await using var command = transaction.Command(AlertLoadSql.Sums, tenantId, from.UtcDateTime, until.UtcDateTime, wards);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.IsDBNull(0))
            {
                byHour[new DateTimeOffset(reader.GetDateTime(1))] = reader.GetDouble(4);
            }
            else
            {
                Of(byWard, reader.GetString(0)).Add(reader.GetString(2), reader.GetDouble(3));
            }
        }

        return (byWard, byHour);
    }

    private static async Task<Dictionary<string, Dictionary<DateTimeOffset, HourLoad>>> HoursAsync(
        TenantTransaction transaction, int tenantId, string[] wards, DateTimeOffset since, DateTimeOffset now, CancellationToken cancellation)
    {
        var recent = new Dictionary<string, Dictionary<DateTimeOffset, HourLoad>>(StringComparer.Ordinal);
        await using var command = transaction.Command(AlertLoadSql.Hours, tenantId, since.UtcDateTime, now.UtcDateTime, wards);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            Add(recent, new(new DateTimeOffset(reader.GetDateTime(1)), reader.GetDouble(2), reader.GetDouble(3)), reader.GetString(0));
        }

        return recent;
    }

    private static async Task<Dictionary<string, ResponseTimes>> ResponsesAsync(
        TenantTransaction transaction, int tenantId, string[] wards, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation)
    {
        var responses = new Dictionary<string, ResponseTimes>(StringComparer.Ordinal);
        await using var command = transaction.Command(AlertLoadSql.Responses, tenantId, from.UtcDateTime, until.UtcDateTime, wards);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            responses[reader.IsDBNull(0) ? "" : reader.GetString(0)] = new(
                reader.GetInt64(1), TimesAt(reader, 2), TimesAt(reader, 4), TimesAt(reader, 6), TimesAt(reader, 8), TimesAt(reader, 10), reader.GetInt64(12), reader.GetInt64(13), reader.GetInt64(14));
        }

        return responses;

        static Durations TimesAt(NpgsqlDataReader reader, int column)
        {
            var times = reader.IsDBNull(column + 1) ? null : reader.GetFieldValue<double?[]>(column + 1);
            return new(reader.GetInt64(column), times?[0], times?[1]);
        }
    }

    private static async Task<Dictionary<string, WardBudget>> BudgetsAsync(TenantTransaction transaction, int tenantId, string[] wards, CancellationToken cancellation)
    {
        var budgets = new Dictionary<string, WardBudget>(StringComparer.Ordinal);
        await using var command = transaction.Command(AlertLoadSql.Budgets, tenantId, wards);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            budgets[reader.GetString(0)] = new(reader.GetDouble(1), reader.GetString(2), new DateTimeOffset(reader.GetDateTime(3)));
        }

        return budgets;
    }

    private static void Add(Dictionary<string, Dictionary<DateTimeOffset, HourLoad>> recent, HourLoad load, string ward)
    {
        var hours = recent.TryGetValue(ward, out var known) ? known : recent[ward] = [];
        var before = hours.GetValueOrDefault(load.Hour);
        hours[load.Hour] = new(load.Hour, before.Alerts + load.Alerts, before.OccupiedSeconds + load.OccupiedSeconds);
    }

    private static WardLoad Of(Dictionary<string, WardLoad> wards, string ward) => wards.TryGetValue(ward, out var known) ? known : wards[ward] = new();
}
