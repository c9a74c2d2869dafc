using System.Globalization;
using Wardwatch.Server.Patients;

namespace Wardwatch.Server.Cli.Seed;

/// <summary>
/// The invented patients of the demo hospital, by number from 1. The same number is always the same patient in the same bed,
/// so that a demo may be started again with more of them.
/// </summary>
internal static class DemoPatients
{
    /// <summary>The most that a demo can hold.</summary>
    public const int Most = 10_000;

    private const int SmallWardBeds = 8;
    private const int LargeWardBeds = 32;
    private const int FirstWards = 2 * SmallWardBeds;

    private static readonly string[] Specialities = ["Surgery", "Respiratory", "Neurology", "Nephrology", "Geriatrics", "Orthopaedics", "Gastroenterology", "Oncology"];

    // The first fifteen: eight lie in ward 1, seven in ward 2.
    private static readonly (string Name, string Sex, string Born, string Status, short Scale)[] Known =
    [
        ("Okafor, Adaeze", "female", "1962-03-04", "stable", 1),
        ("Lindqvist, Mats", "male", "1949-11-21", "stable", 1),
        ("Haddad, Samira", "female", "1971-06-30", "observation", 1),
        ("Moreau, Julien", "male", "1985-01-17", "stable", 1),
        ("Petrov, Ivan", "male", "1938-09-02", "stable", 1),
        ("Nakamura, Yuki", "female", "1994-04-25", "observation", 1),
        ("Silva, Teresa", "female", "1957-12-08", "stable", 1),
        ("Bianchi, Carlo", "male", "1966-07-13", "admitted", 1),
        ("Kowalski, Piotr", "male", "1979-10-05", "stable", 1),
        ("Nguyen, Hoa", "female", "1943-02-14", "stable", 1),
        ("Fernández, Lucía", "female", "1951-08-29", "observation", 2),
        ("Andersen, Kirsten", "female", "1988-05-19", "stable", 1),
        ("Mensah, Efua", "female", "1973-03-22", "stable", 1),
        ("Rossi, Giorgio", "male", "1946-01-31", "observation", 1),
        ("Dubois, Véronique", "female", "1960-11-11", "admitted", 1),
    ];

    private static readonly string[] FamilyNames =
    [
        "Abara", "Adler", "Amari", "Aydin", "Baptiste", "Becker", "Belova", "Bergström", "Boateng", "Castro", "Chowdhury", "Cohen", "Costa", "Diallo",
        "Dlamini", "Eriksen", "Farouk", "Ferreira", "Fischer", "Gallagher", "Garcia", "Georgiou", "Gupta", "Hansen", "Hassan", "Horvat", "Ibrahim",
        "Ionescu", "Ito", "Jansen", "Jovanović", "Kamau", "Kaya", "Khan", "Kim", "Klein", "Kovács", "Larsen", "Laurent", "Lopez", "Malik", "Marković",
        "Mbeki", "Mendes", "Mukherjee", "Müller", "Murphy", "Novak", "Nyberg", "Oliveira", "Omar", "Park", "Patel", "Popescu", "Quispe", "Ramirez",
        "Sato", "Schmidt", "Sharma", "Takahashi", "Tanaka", "Tran", "Virtanen", "Weber", "Yamamoto", "Yilmaz", "Zhang",
    ];

    private static readonly string[] FemaleNames =
    [
        "Aisha", "Amélie", "Ana", "Anika", "Beatriz", "Chiara", "Daniela", "Elif", "Emma", "Fatima", "Freya", "Grace", "Hana", "Ingrid", "Jana", "Karin",
        "Leila", "Lin", "Magdalena", "Mei", "Nadia", "Noor", "Olga", "Priya", "Rosa", "Sofia", "Thandi", "Ursula", "Wanjiru", "Yasmin", "Zoë",
    ];

    private static readonly string[] MaleNames =
    [
        "Ahmed", "Andrei", "Anton", "Arjun", "Bram", "Carlos", "Chidi", "Daniel", "Emre", "Farid", "Georg", "Hiroshi", "Hugo", "Ivan", "Jonas", "Kofi",
        "Lars", "Luca", "Marek", "Mateo", "Nikos", "Omar", "Pavel", "Rafael", "Samuel", "Sipho", "Tariq", "Thiago", "Viktor", "Wei", "Yusuf",
    ];

    /// <summary>The id of a patient: p-0001 and so on.</summary>
    public static string IdOf(int number) => $"p-{number:D4}";

    /// <summary>A patient.</summary>
    public static NewPatient Create(int number)
    {
        var (ward, bed) = PlaceOf(number);
        var (name, sex, born, status, scale) = number <= Known.Length ? Known[number - 1] : Invent(number);
        return new(name, RecordNumberOf(number), DateOnly.ParseExact(born, "yyyy-MM-dd", CultureInfo.InvariantCulture), sex, WardId(ward), bed.ToString())
        {
            Id = IdOf(number),
            Status = status,
            SpO2Scale = scale,
        };
    }

    /// <summary>The ward of a patient: its id.</summary>
    public static string WardOf(int number) => WardId(PlaceOf(number).Ward);

    /// <summary>The wards that so many patients need; the first two always stand.</summary>
    public static List<NewWard> Wards(int patients)
    {
        var wards = new List<NewWard>
        {
            new(WardId(1), "Ward 1 · Cardiology", 1, Beds(SmallWardBeds)),
            new(WardId(2), "Ward 2 · Medicine", 2, Beds(SmallWardBeds)),
        };
        for (var ward = 3; ward <= PlaceOf(patients).Ward; ward++)
        {
            wards.Add(new(WardId(ward), $"Ward {ward} · {Specialities[(ward - 3) % Specialities.Length]}", ward, Beds(LargeWardBeds)));
        }

        return wards;
    }

    private static (int Ward, int Bed) PlaceOf(int number)
    {
        if (number <= FirstWards)
        {
            return (1 + ((number - 1) / SmallWardBeds), 1 + ((number - 1) % SmallWardBeds));
        }

        var rest = number - FirstWards - 1;
        return (3 + (rest / LargeWardBeds), (rest % LargeWardBeds) + 1);
    }

    // 7,919 and 90,000 have no common factor, so that no two of the first 90,000 numbers are alike.
    private static string RecordNumberOf(int number) => $"{19 + (number % 7)}-{10_000 + (number * 7_919L % 90_000)}";

    private static (string Name, string Sex, string Born, string Status, short Scale) Invent(int number)
    {
        var female = number % 2 == 0;
        var given = female ? FemaleNames : MaleNames;
        var name = $"{FamilyNames[number * 29 % FamilyNames.Length]}, {given[number * 7 / 3 % given.Length]}";
        var born = new DateOnly(1931, 1, 1).AddDays((int)(number * 6_047L % 27_000)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return (name, female ? "female" : "male", born, number % 5 == 0 ? "observation" : "stable", 1);
    }

    private static string WardId(int ward) => $"ward-{ward}";

    private static string[] Beds(int count) => [.. Enumerable.Range(1, count).Select(bed => bed.ToString())];
}
