using Wardwatch.Server.OnCall.Contracts;

namespace Wardwatch.UnitTests.Incidents;

/// <summary>Who is on duty, as a test says.</summary>
internal sealed class Roster : IDutyTable
{
    private readonly List<(string? Ward, OnDuty Person)> _people = [];

    public static readonly DateTimeOffset Begin = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);

    public Roster Add(string name, string role, int tier, double fromHour = 0, double untilHour = 24, string? ward = "ward-1")
    {
        _people.Add((ward, new(IdOf(name), name, role, tier, Begin.AddHours(fromHour), Begin.AddHours(untilHour), "rotation", "schedule")));
        return this;
    }

    public static Guid IdOf(string name) => new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name))[..16]);

    public IReadOnlyList<OnDuty> Who(string? ward, string role, DateTimeOffset at) =>
        [.. Of(ward, role).Where(person => person.From <= at && at < person.Until).OrderBy(person => person.Tier).ThenBy(person => person.Name, StringComparer.Ordinal)];

    public IReadOnlyList<DateTimeOffset> Changes(string? ward, string role) => [.. Of(ward, role).SelectMany(person => new[] { person.From, person.Until }).Distinct().Order()];

    private IEnumerable<OnDuty> Of(string? ward, string role) => _people.Where(one => (one.Ward is null || one.Ward == ward) && one.Person.Role == role).Select(one => one.Person);
}
