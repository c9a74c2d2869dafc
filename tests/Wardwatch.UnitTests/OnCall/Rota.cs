using System.Globalization;
using Wardwatch.Server.OnCall.Calculation;

namespace Wardwatch.UnitTests.OnCall;

/// <summary>Short forms for schedules in tests.</summary>
internal static class Rota
{
    public static readonly Guid Ada = Person(1), Ben = Person(2), Cem = Person(3), Dee = Person(4);

    public static Guid Person(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    public static TimeZoneInfo Zone(string id) => TimeZoneInfo.FindSystemTimeZoneById(id);

    /// <summary>An instant: <c>2026-03-29 01:00</c> in UTC.</summary>
    public static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public static Layer Daily(string start, string handOver, params Guid[] members) => new(Layer.Daily, 1, null, TimeOnly.Parse(handOver), DateOnly.Parse(start), members, []);

    public static Layer Weekly(string start, string handOver, params Guid[] members) => new(Layer.Weekly, 1, null, TimeOnly.Parse(handOver), DateOnly.Parse(start), members, []);

    public static Layer Every(int length, string unit, string start, string handOver, params Guid[] members) =>
        new(Layer.Custom, length, unit, TimeOnly.Parse(handOver), DateOnly.Parse(start), members, []);

    public static Restriction On(string days, string from, string until) =>
        new([.. days.Split(' ').Select(day => Enum.GetValues<DayOfWeek>().First(known => $"{known}".StartsWith(day, StringComparison.OrdinalIgnoreCase)))], TimeOnly.Parse(from), TimeOnly.Parse(until));

    public static Restriction Always(string from, string until) => On("mon tue wed thu fri sat sun", from, until);

    public static Schedule Schedule(string zone, params Layer[] layers) => new([new(DateTimeOffset.MinValue, Until: null, Zone(zone), layers)], []);

    public static List<Stretch> Final(this Schedule schedule, string from, string until) => schedule.Final(new(Utc(from), Utc(until)), _ => true);

    /// <summary>Stretches in one text: <c>1 29 06:00–30 05:00 | …</c>, days and times in UTC.</summary>
    public static string Say(this IEnumerable<Stretch> stretches) => string.Join(
        " | ", stretches.Select(stretch => $"{NameOf(stretch.Person)} {stretch.From.UtcDateTime:dd HH:mm}–{stretch.Until.UtcDateTime:dd HH:mm}{(stretch.Source == DutySource.Rotation ? "" : $" {stretch.Source.Word()}")}"));

    private static string NameOf(Guid person) => person == Ada ? "Ada" : person == Ben ? "Ben" : person == Cem ? "Cem" : person == Dee ? "Dee" : "?";
}
