using System.Text.RegularExpressions;

namespace Wardwatch.Server.OnCall.Schedules;

/// <summary>Time zones by their names in the IANA database, such as <c>Europe/Berlin</c>.</summary>
internal static partial class Zones
{
    /// <summary>A zone, or null if this machine knows none of this name.</summary>
    public static TimeZoneInfo? Find(string? name) =>
        name is not null && NamePattern().IsMatch(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId ? zone : null;

    /// <summary>A zone that was known when it was stored. A machine that has lost it takes UTC: the wrong hour reaches somebody, and nothing reaches nobody.</summary>
    public static TimeZoneInfo Stored(string name) => Find(name) ?? TimeZoneInfo.Utc;

    [GeneratedRegex("^[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*){0,2}\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamePattern();
}
