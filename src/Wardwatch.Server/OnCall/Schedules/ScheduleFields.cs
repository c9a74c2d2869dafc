using System.Globalization;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.OnCall.Calculation;

namespace Wardwatch.Server.OnCall.Schedules;

/// <summary>The rules of a schedule, as a request says them.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Zone">The time zone.</param>
/// <param name="Layers">The rotations.</param>
internal sealed record ScheduleData(string Name, TimeZoneInfo Zone, IReadOnlyList<Layer> Layers);

/// <summary>Reads schedules from requests. A fault is a sentence that says which part is wrong and why.</summary>
internal static class ScheduleFields
{
    private const int MostName = 100;
    private const int MostLayers = 10;
    private const int MostMembers = 100;
    private const int MostRestrictions = 20;

    private static readonly DateOnly Earliest = new(2000, 1, 1), Latest = new(2100, 1, 1);

    private static readonly Dictionary<string, DayOfWeek> Days = new(StringComparer.Ordinal)
    {
        ["mon"] = DayOfWeek.Monday,
        ["tue"] = DayOfWeek.Tuesday,
        ["wed"] = DayOfWeek.Wednesday,
        ["thu"] = DayOfWeek.Thursday,
        ["fri"] = DayOfWeek.Friday,
        ["sat"] = DayOfWeek.Saturday,
        ["sun"] = DayOfWeek.Sunday,
    };

    /// <summary>What a request says of the rules, or what is wrong with it.</summary>
    public static string? Read(ScheduleRequest request, out ScheduleData? data)
    {
        data = null;
        if (!IsText(request.Name, MostName))
        {
            return $"name must be a text of 1 to {MostName} characters.";
        }

        if (Zones.Find(request.Zone) is not { } zone)
        {
            return "zone must be a time zone of the IANA database, such as Europe/Berlin.";
        }

        if (request.Layers is not { Count: >= 1 and <= MostLayers })
        {
            return $"layers must be 1 to {MostLayers} rotations.";
        }

        var layers = new List<Layer>();
        foreach (var (number, asked) in request.Layers.Index())
        {
            if (ReadLayer(asked, out var layer) is { } fault)
            {
                return $"layers[{number}]: {fault}";
            }

            if (LeavesNothing(layer!, zone))
            {
                return $"layers[{number}]: its restrictions leave nothing of it.";
            }

            layers.Add(layer!);
        }

        data = new(request.Name!.Trim(), zone, layers);
        return null;
    }

    /// <summary>What is wrong with a duty role and a tier, or null.</summary>
    public static string? FaultOf(string? role, int? tier) =>
        role is null || !DutyRoles.All.ContainsKey(role) ? $"role must be one of {string.Join(", ", DutyRoles.All.Keys)}."
        : tier is not (>= 1 and <= 3) ? "tier must be 1, 2 or 3."
        : null;

    /// <summary>Whether something is a text that can be stored and shown in one line.</summary>
    public static bool IsText(string? text, int most) =>
        !string.IsNullOrWhiteSpace(text) && text.Length <= most && !text.Any(char.IsControl) && text.EnumerateRunes().All(rune => rune != System.Text.Rune.ReplacementChar);

    private static string? ReadLayer(LayerRequest? asked, out Layer? layer)
    {
        layer = null;
        if (asked?.Rotation is not (Layer.Daily or Layer.Weekly or Layer.Custom))
        {
            return "rotation must be daily, weekly or custom.";
        }

        var (length, unit) = asked.Rotation == Layer.Custom ? (asked.Length, asked.Unit) : (1, null);
        if (asked.Rotation == Layer.Custom && (unit, length) is not (Layer.Hours, >= 1 and <= Layer.MostDays * 24) and not (Layer.Days, >= 1 and <= Layer.MostDays))
        {
            return $"a custom rotation needs a unit, hours or days, and a length of 1 to {Layer.MostDays * 24} hours or 1 to {Layer.MostDays} days.";
        }

        if (!TryReadTime(asked.HandOver, out var handOver))
        {
            return "handOver must be a time such as 07:00.";
        }

        if (!DateOnly.TryParseExact(asked.Start, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var start) || start < Earliest || start > Latest)
        {
            return $"start must be a date such as 2026-11-23, from {Earliest:yyyy-MM-dd} to {Latest:yyyy-MM-dd}.";
        }

        if (asked.Members is not { Count: >= 1 and <= MostMembers })
        {
            return $"a rotation needs members: 1 to {MostMembers}.";
        }

        var members = new List<Guid>();
        foreach (var member in asked.Members)
        {
            if (!Guid.TryParse(member, out var account))
            {
                return "members must be ids of accounts.";
            }

            members.Add(account);
        }

        if (ReadRestrictions(asked.Restrictions ?? [], out var restrictions) is { } fault)
        {
            return fault;
        }

        layer = new(asked.Rotation, length!.Value, unit, handOver, start, members, restrictions);
        return null;
    }

    private static string? ReadRestrictions(IReadOnlyList<RestrictionDocument> asked, out List<Restriction> restrictions)
    {
        restrictions = [];
        if (asked.Count > MostRestrictions)
        {
            return $"restrictions must be at most {MostRestrictions}.";
        }

        foreach (var restriction in asked)
        {
            if (restriction is null || !TryReadTime(restriction.From, out var from) || !TryReadTime(restriction.Until, out var until))
            {
                return "a restriction needs from and until: times such as 23:00 and 07:00.";
            }

            if (restriction.Days is not { Count: >= 1 and <= 7 } || restriction.Days.Any(day => day is null || !Days.ContainsKey(day)))
            {
                return $"a restriction without days leaves nothing: name some of {string.Join(", ", Days.Keys)}.";
            }

            restrictions.Add(new([.. restriction.Days.Select(day => Days[day]).Distinct()], from, until));
        }

        return null;
    }

    // Two rounds of the week from the start, which a restriction to some day meets.
    private static bool LeavesNothing(Layer layer, TimeZoneInfo zone)
    {
        var start = LocalTimes.FirstInstant(zone, layer.Start.ToDateTime(layer.HandOver));
        return layer.TurnsWithin(zone, new(start, start.AddDays(15))).Count == 0;
    }

    private static bool TryReadTime(string? text, out TimeOnly time) => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
}
