using System.Globalization;
using Wardwatch.Benchmarks.Registry;

namespace Wardwatch.Benchmarks.Api;

/// <summary>
/// What is asked, and how often: out of a hundred requests
/// <code>
/// 16 the dashboard           8 names          4 wards and beds
/// 12 a ward's patients       6 record numbers 4 figures of seven days
/// 15 one patient             4 pages of audit 2 dead letters
/// 12 the latest values       6 an hour of readings by the minute
///  5 the latest 100 readings 6 register, admit, transfer, discharge in turn
/// </code>
/// </summary>
internal sealed class ApiMix
{
    /// <summary>The kind of request that changes something.</summary>
    public const string Write = "write";

    private static readonly (string Kind, int Share)[] Shares =
    [
        ("dashboard-data", 16), ("patients of a ward", 12), ("one patient", 15), ("vitals/latest", 12), ("vitals/history, latest 100", 5), ("vitals/history, hour by minute", 6),
        ("search by name", 8), ("search by record number", 6), ("beds of a ward", 4), ("audit page", 4), ("analytics/dashboard", 4), ("dead letters", 2), (Write, 6),
    ];

    private readonly string[] _order;
    private readonly IReadOnlyList<string> _patients;
    private readonly InventedTable _registered;
    private readonly int _registeredCount;
    private readonly DateTimeOffset _hourFrom;
    private readonly StaffMember[] _bedside;
    private readonly StaffMember[] _figures;
    private readonly StaffMember[] _office;

    /// <param name="staff">Who asks.</param>
    /// <param name="patients">Ids of patients in their beds, with readings.</param>
    /// <param name="registered">Those who lie in no bed.</param>
    /// <param name="registeredCount">How many these are.</param>
    /// <param name="hourFrom">The beginning of the hour whose readings are there.</param>
    public ApiMix(ApiStaff staff, IReadOnlyList<string> patients, InventedTable registered, int registeredCount, DateTimeOffset hourFrom)
    {
        (_patients, _registered, _registeredCount, _hourFrom) = (patients, registered, registeredCount, hourFrom);
        (_bedside, _figures, _office) = (staff.Of("nurse", "physician", "charge-nurse"), staff.Of("physician", "charge-nurse"), staff.Of("administrator"));
        _order = Spread();
    }

    /// <summary>Which request the n-th is: who asks for what. The path of a write is null: a story says what comes next.</summary>
    public (string Kind, StaffMember Who, string? Path) At(int number)
    {
        var kind = _order[number % _order.Length];
        var round = number / _order.Length;

        // Another person and another patient each time, the same at every run.
        var draw = (int)((uint)number * 2654435761 >> 8);
        var patient = _patients[draw % _patients.Count];
        var (ward, someone) = ($"ward-{1 + (number % 2)}", (int)((uint)draw * 2654435761 % (uint)_registeredCount));
        StaffMember From(StaffMember[] people) => people[(number + round) % people.Length];
        return kind switch
        {
            "dashboard-data" => (kind, From(_bedside), "/api/dashboard-data"),
            "patients of a ward" => (kind, From(_bedside), $"/api/patients?ward={ward}"),
            "one patient" => (kind, From(_bedside), $"/api/patients/{patient}"),
            "vitals/latest" => (kind, From(_bedside), $"/api/patients/{patient}/vitals/latest"),
            "vitals/history, latest 100" => (kind, From(_bedside), $"/api/patients/{patient}/vitals/history?limit=100"),
            "vitals/history, hour by minute" => (kind, From(_bedside), string.Create(
                CultureInfo.InvariantCulture, $"/api/patients/{patient}/vitals/history?bucket=60&start={_hourFrom:yyyy-MM-ddTHH:mm:ssZ}&end={_hourFrom.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}")),
            "search by name" => (kind, From(_office), $"/api/patients?limit=20&search={Uri.EscapeDataString(NameOf(someone, round))}"),
            "search by record number" => (kind, From(_office), $"/api/patients?limit=20&search={InventedTable.RecordNumberOf(someone)}"),
            "beds of a ward" => (kind, From(_bedside), $"/api/wards/{ward}/beds"),
            "audit page" => (kind, From(_office), "/api/audit?limit=50"),
            "analytics/dashboard" => (kind, From(_figures), "/api/analytics/dashboard"),
            "dead letters" => (kind, From(_office), "/api/dead-letters?limit=50"),
            _ => (Write, From(_office), null),
        };
    }

    /// <summary>A hundred requests in an order in which each kind is spread evenly.</summary>
    public static string[] Spread()
    {
        // Each kind's n-th request stands in the middle of the n-th of its equal parts of the hundred.
        var places = Shares.SelectMany((share, kind) => Enumerable.Range(0, share.Share).Select(i => (At: (i + .5) / share.Share, Order: kind, share.Kind)));
        return [.. places.OrderBy(place => place.At).ThenBy(place => place.Order).Select(place => place.Kind)];
    }

    // Four letters of the family name, or the name and an initial.
    private string NameOf(int patient, int round)
    {
        var (family, given) = _registered.NameOf(patient);
        return round % 2 == 0 ? family[..Math.Min(family.Length, 4)] : $"{family}, {given[0]}";
    }
}
