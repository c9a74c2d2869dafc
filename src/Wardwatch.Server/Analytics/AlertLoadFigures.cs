using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>Makes the answer from what was read: arithmetic, without a database or a clock.</summary>
internal static class AlertLoadFigures
{
    private const int MostCauses = 10;
    private const double SecondsOfDay = 86_400;
    private static readonly string[] Priorities = [AlertPriority.High.Word(), AlertPriority.Medium.Word(), AlertPriority.Low.Word()];

    /// <summary>The answer.</summary>
    /// <param name="wards">The wards asked for, in their order.</param>
    /// <param name="load">What was read of them.</param>
    /// <param name="time">From the beginning of an hour until its end or now, and now.</param>
    /// <param name="zone">The hospital's.</param>
    /// <param name="budget">The installation's budget, in alerts per bed-day.</param>
    public static AlertLoadDocument Of(IReadOnlyList<WardEntry> wards, AlertLoad load, (DateTimeOffset From, DateTimeOffset Until, DateTimeOffset Now) time, TimeZoneInfo zone, double budget)
    {
        var types = load.Wards.Values.SelectMany(ward => ward.Causes).GroupBy(cause => cause.Key, cause => cause.Value, StringComparer.Ordinal).ToList();
        var bedDays = load.Wards.Values.Sum(ward => ward.OccupiedSeconds) / SecondsOfDay;
        var byType = types.Select(type => TypeOf(type.Key, [.. type], bedDays)).Where(type => type.Alerts > 0).OrderByDescending(type => type.Alerts).ThenBy(type => type.Type, StringComparer.Ordinal).ToList();
        var alerts = byType.Sum(type => type.Alerts);
        CauseSum[] all = [.. types.SelectMany(type => type)];
        return new(
            time.From, time.Until, zone.Id, Math.Round(bedDays, 3), alerts, byType.Where(type => type.Technical).Sum(type => type.Alerts), PerBedDay(alerts, bedDays), JudgementsOf(all),
            [.. Priorities.Select(priority => PriorityOf(priority, all, bedDays))], byType, HoursOfDay(load.Hours, time.From, time.Until, zone), TopCauses(wards, load, alerts),
            ResponseOf(null, load.Responses), [.. Priorities.Select(priority => ResponseOf(priority, load.Responses))],
            [.. wards.Select(ward => WardOf(ward, load, time.Now, zone, budget))]);
    }

    private static TypeLoad TypeOf(string code, CauseSum[] causes, double bedDays)
    {
        var (type, alerts) = (AlertCatalogue.Find(code), causes.Sum(cause => cause.Alerts));
        return new(code, type?.Name ?? code, type?.Category.Word(), type?.IsTechnical ?? false, (long)alerts, PerBedDay(alerts, bedDays), JudgementsOf(causes));
    }

    private static PriorityLoad PriorityOf(string priority, CauseSum[] causes, double bedDays)
    {
        var alerts = causes.Sum(cause => cause.ByPriority.GetValueOrDefault(priority));
        return new(priority, (long)alerts, PerBedDay(alerts, bedDays));
    }

    // Where the clocks are put back an hour of the day comes twice, and counts as two.
    private static List<HourOfDayLoad> HoursOfDay(IReadOnlyDictionary<DateTimeOffset, double> hours, DateTimeOffset from, DateTimeOffset until, TimeZoneInfo zone)
    {
        var (alerts, spans) = (new double[24], new double[24]);
        for (var hour = from; hour < until; hour = hour.AddHours(1))
        {
            var ofDay = TimeZoneInfo.ConvertTime(hour, zone).Hour;
            alerts[ofDay] += hours.GetValueOrDefault(hour);
            spans[ofDay] += (until - hour).TotalHours is < 1 and var rest ? rest : 1;
        }

        return [.. Enumerable.Range(0, 24).Select(hour => new HourOfDayLoad(hour, (long)alerts[hour], spans[hour] > 0 ? Math.Round(alerts[hour] / spans[hour], 2) : null))];
    }

    private static List<CauseLoad> TopCauses(IReadOnlyList<WardEntry> wards, AlertLoad load, double all) =>
    [
        .. wards.Where(ward => load.Wards.ContainsKey(ward.Id))
            .SelectMany(ward => load.Wards[ward.Id].Causes.Select(cause => (Ward: ward, Type: cause.Key, Sum: cause.Value)))
            .Where(cause => cause.Sum.Alerts > 0)
            .OrderByDescending(cause => cause.Sum.Alerts).ThenBy(cause => cause.Ward.Id, StringComparer.Ordinal).ThenBy(cause => cause.Type, StringComparer.Ordinal)
            .Take(MostCauses)
            .Select(cause => new CauseLoad(
                cause.Ward.Id, cause.Ward.Name, cause.Type, AlertCatalogue.Find(cause.Type)?.Name ?? cause.Type, (long)cause.Sum.Alerts, Share(cause.Sum.Alerts, all) ?? 0, JudgementsOf([cause.Sum]))),
    ];

    private static WardAlertLoad WardOf(WardEntry ward, AlertLoad load, DateTimeOffset now, TimeZoneInfo zone, double budget)
    {
        var sum = load.Wards.GetValueOrDefault(ward.Id) ?? new();
        var (own, alerts, bedDays) = (load.Budgets.GetValueOrDefault(ward.Id), sum.Causes.Values.Sum(cause => cause.Alerts), sum.OccupiedSeconds / SecondsOfDay);
        var burn = AlertBudget.BurnOf(own?.AlertsPerBedDay ?? budget, load.Lately.GetValueOrDefault(ward.Id) ?? [], sum.OccupiedNow, now, zone);
        return new(
            ward.Id, ward.Name, (long)alerts, Math.Round(bedDays, 3), PerBedDay(alerts, bedDays), JudgementsOf(sum.Causes.Values), BudgetOf(own, budget),
            burn with
            {
                Allowed = Math.Round(burn.Allowed, 2),
                UsedShare = Rounded(burn.UsedShare, 4),
                PacePerBedDay = Rounded(burn.PacePerBedDay, 2),
                ProjectedShare = Rounded(burn.ProjectedShare, 4),
            });
    }

    /// <summary>A ward's budget, its own or the installation's.</summary>
    public static BudgetResponse BudgetOf(WardBudget? own, double budget) => new(own?.AlertsPerBedDay ?? budget, budget, own is null ? "default" : "ward", own?.Owner, own?.SetAt);

    private static ResponseLoad ResponseOf(string? priority, IReadOnlyDictionary<string, ResponseTimes> responses)
    {
        var times = responses.GetValueOrDefault(priority ?? "") ?? ResponseTimes.None;
        var judged = times.Real + times.NoAction + times.Artefact;
        return new(
            priority, times.Incidents, Of(times.FromOnset), Of(times.FromOpened), Of(times.FromDelivery), Of(times.ToReview), Of(times.ToResolve),
            new(judged, times.Real, times.NoAction, times.Artefact, Share(judged, times.Incidents), Share(times.Real, judged)));

        static DurationResponse Of(Durations seconds) => new(seconds.Count, Rounded(seconds.Median, 1), Rounded(seconds.Ninetieth, 1));
    }

    private static JudgementFigures JudgementsOf(IReadOnlyCollection<CauseSum> causes)
    {
        var (real, noAction, artefact) = (causes.Sum(cause => cause.Real), causes.Sum(cause => cause.NoAction), causes.Sum(cause => cause.Artefact));
        var judged = real + noAction + artefact;
        return new((long)judged, (long)real, (long)noAction, (long)artefact, Share(judged, causes.Sum(cause => cause.Alerts)), Share(real, judged));
    }

    private static double? PerBedDay(double alerts, double bedDays) => bedDays > 0 ? Math.Round(alerts / bedDays, 2) : null;

    private static double? Share(double part, double whole) => whole > 0 ? Math.Round(part / whole, 4) : null;

    private static double? Rounded(double? value, int digits) => value is { } number ? Math.Round(number, digits) : null;
}
