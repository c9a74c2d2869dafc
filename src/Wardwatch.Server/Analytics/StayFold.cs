using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>A stay as far as figures need it.</summary>
/// <param name="Encounter">Its opaque id.</param>
/// <param name="Ward">Where it is, or was at its end.</param>
/// <param name="FirstWard">Where it began.</param>
/// <param name="AdmittedAt">Its begin.</param>
/// <param name="WaitedSeconds">From registration to admission; null if both were one.</param>
/// <param name="WardSince">Since when it is on the ward.</param>
/// <param name="DischargedAt">Its end, or null.</param>
internal sealed record Stay(string Encounter, string Ward, string FirstWard, DateTimeOffset AdmittedAt, double? WaitedSeconds, DateTimeOffset WardSince, DateTimeOffset? DischargedAt);

/// <summary>Something to be added to the sum of a ward's hour.</summary>
internal readonly record struct Change(string Ward, DateTimeOffset Hour, string Measure, double Amount);

/// <summary>What comes of an event.</summary>
/// <param name="Stay">The stay as it is now; null: the event is about none.</param>
/// <param name="WaitingSince">Since when the patient waits now; null: not.</param>
/// <param name="Changes">What is added to sums.</param>
internal sealed record Folded(Stay? Stay, DateTimeOffset? WaitingSince, IReadOnlyList<Change> Changes);

/// <summary>
/// Turns events into figures: without a database, a clock or a memory of its own, so that what is kept up event by event and what is made anew from the history come out the
/// same. Events of one patient come in order. What was not told of (a stay from before there were events) changes no figure it would falsify.
/// </summary>
internal static class StayFold
{
    /// <summary>The kinds that figures are made from.</summary>
    public static IReadOnlyCollection<EventKind> Kinds { get; } =
        [PatientEvents.Created, PatientEvents.Admitted, PatientEvents.Transferred, PatientEvents.Discharged, PatientEvents.StatusUpdated, PatientEvents.Merged, MonitoringEvents.VitalSigns];

    /// <summary>What <see cref="Apply"/> needs to be told for an event.</summary>
    public static Needed NeededFor(DeliveredEvent e) => e.Name switch
    {
        _ when e.Name == PatientEvents.Admitted.Name => new(Text(e, "encounter"), Waiting: true),
        _ when e.Name == PatientEvents.Transferred.Name || e.Name == PatientEvents.Discharged.Name => new(Text(e, "encounter"), Waiting: false),
        _ => default,
    };

    /// <summary>Folds an event in.</summary>
    /// <param name="e">The event.</param>
    /// <param name="stay">The stay that <see cref="NeededFor"/> named, if there is one.</param>
    /// <param name="waitingSince">Since when the patient waits; null: not, or not needed.</param>
    public static Folded Apply(DeliveredEvent e, Stay? stay, DateTimeOffset? waitingSince)
    {
        List<Change> changes = [new("", HourOf(e.Origin.At), Measures.EventPrefix + e.Name, 1)];
        if (e.Name == PatientEvents.Created.Name)
        {
            return new(null, Text(e, "ward") is null ? e.Origin.At : null, changes);
        }

        if (e.Name == PatientEvents.Admitted.Name)
        {
            return new(Admit(e, waitingSince, changes), null, changes);
        }

        if (e.Name == PatientEvents.Transferred.Name)
        {
            return new(Transfer(e, stay, changes), waitingSince, changes);
        }

        if (e.Name == PatientEvents.Discharged.Name)
        {
            return new(Discharge(e, stay, changes), waitingSince, changes);
        }

        if (e.Name == PatientEvents.StatusUpdated.Name && Text(e, "status") == "critical" && Text(e, "ward") is { } ward)
        {
            changes.Add(new(ward, HourOf(e.Origin.At), Measures.Critical, 1));
        }
        else if (e.Name == MonitoringEvents.VitalSigns.Name)
        {
            Count(e, changes);
        }

        return new(null, waitingSince, changes);
    }

    /// <summary>The beginning of an hour, in UTC.</summary>
    public static DateTimeOffset HourOf(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);

    /// <summary>Spreads the time on a ward over its hours.</summary>
    public static IEnumerable<Change> Occupied(string ward, DateTimeOffset from, DateTimeOffset until)
    {
        for (var hour = HourOf(from); hour < until; hour = hour.AddHours(1))
        {
            var begin = hour < from ? from : hour;
            var end = hour.AddHours(1) < until ? hour.AddHours(1) : until;
            yield return new(ward, hour, Measures.OccupiedSeconds, (end - begin).TotalSeconds);
        }
    }

    private static Stay Admit(DeliveredEvent e, DateTimeOffset? waitingSince, List<Change> changes)
    {
        var ward = Text(e, "ward")!;
        changes.Add(new(ward, HourOf(e.Origin.At), Measures.Admissions, 1));
        var waited = waitingSince is { } since ? Math.Max(0, (e.Origin.At - since).TotalSeconds) : (double?)null;
        return new(Text(e, "encounter")!, ward, ward, e.Origin.At, waited, e.Origin.At, DischargedAt: null);
    }

    private static Stay? Transfer(DeliveredEvent e, Stay? stay, List<Change> changes)
    {
        var ward = Text(e, "ward")!;
        changes.Add(new(ward, HourOf(e.Origin.At), Measures.Transfers, 1));
        if (stay is null || stay.Ward == ward)
        {
            return stay;
        }

        changes.AddRange(Occupied(stay.Ward, stay.WardSince, e.Origin.At));
        return stay with { Ward = ward, WardSince = e.Origin.At };
    }

    private static Stay? Discharge(DeliveredEvent e, Stay? stay, List<Change> changes)
    {
        if ((Text(e, "fromWard") ?? stay?.Ward) is { } ward)
        {
            changes.Add(new(ward, HourOf(e.Origin.At), Measures.Discharges, 1));
        }

        if (stay is null or { DischargedAt: not null })
        {
            return stay;
        }

        changes.AddRange(Occupied(stay.Ward, stay.WardSince, e.Origin.At));
        return stay with { DischargedAt = e.Origin.At };
    }

    private static void Count(DeliveredEvent e, List<Change> changes)
    {
        var (ward, hour) = (Text(e, "ward")!, HourOf(e.Origin.At));
        changes.Add(new(ward, hour, Measures.Readings, e.Content.GetProperty("readings").GetInt64()));
        if (e.Content.GetProperty("late").GetInt64() is > 0 and var late)
        {
            changes.Add(new(ward, hour, Measures.LateReadings, late));
        }
    }

    private static string? Text(DeliveredEvent e, string member) => e.Content.TryGetProperty(member, out var value) ? value.GetString() : null;
}
