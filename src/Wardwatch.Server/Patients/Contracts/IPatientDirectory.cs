using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients.Contracts;

/// <summary>One patient as every module may know them: decrypted, immutable, replaced as a whole when something changes.</summary>
/// <param name="Number">The database key that stands for the patient in hot tables; never shown.</param>
/// <param name="TenantId">The tenant the patient belongs to.</param>
/// <param name="Id">The opaque public id, as in <c>/api/patients/{id}</c> and in topics.</param>
/// <param name="Name">Family name, comma, given names.</param>
/// <param name="RecordNumber">The hospital's record number, unique in the tenant.</param>
/// <param name="DateOfBirth">Date of birth; an age is computed from it, never stored.</param>
/// <param name="Sex">female, male, other or unknown.</param>
/// <param name="Status">admitted, stable, observation, critical or discharged.</param>
/// <param name="Ward">The ward's public id, or null when not on a ward.</param>
/// <param name="Bed">The bed's label in its ward, or null.</param>
/// <param name="SpO2Scale">1, or 2 where a clinician ordered NEWS2's second SpO2 scale.</param>
/// <param name="Key">The patient's key for records at rest.</param>
public sealed record PatientEntry(
    int Number, int TenantId, string Id, string Name, string RecordNumber, DateOnly DateOfBirth, string Sex,
    string Status, string? Ward, string? Bed, int SpO2Scale, DataKey Key)
{
    /// <summary>
    /// Whether this is a ward's synthetic patient, whose alerts prove the alert path: on <see cref="Ward"/> and in no bed, never present, and found by number only.
    /// </summary>
    public bool IsCanary { get; init; }

    /// <summary>Counts stays: whoever is discharged and admitted again has another one. 0: there is none now.</summary>
    public long Stay { get; init; }

    /// <summary>Whether the patient is still there: not discharged.</summary>
    public bool IsPresent => Status != "discharged";

    /// <summary>The short form for walls: family name and the first initial, <c>Okafor, A.</c></summary>
    public string ShortName { get; } = Shorten(Name);

    private static string Shorten(string name)
    {
        var comma = name.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || comma + 2 >= name.Length)
        {
            return name;
        }

        return $"{name.AsSpan(0, comma)}, {name[comma + 2]}.";
    }
}

/// <summary>A ward and its beds in their fixed order.</summary>
public sealed record WardEntry(int TenantId, string Id, string Name, IReadOnlyList<string> Beds);

/// <summary>A hospital (tenant).</summary>
public sealed record HospitalEntry(int TenantId, string Id, string Name);

/// <summary>
/// In memory: wards, the patients who are there, and those who wore a device within the last eight days, whose readings may still come late. Reads of these never
/// block and allocate nothing; a patient is replaced as a whole. Everybody else is read from the database when asked for.
/// </summary>
public interface IPatientDirectory
{
    /// <summary>The patient with this public id, if held in memory; otherwise null.</summary>
    PatientEntry? Find(string id);

    /// <summary>The patient with this database key, if held in memory; otherwise null.</summary>
    PatientEntry? Find(int number);

    /// <summary>Every patient that is not discharged, in bed order.</summary>
    IReadOnlyList<PatientEntry> Present { get; }

    /// <summary>The wards' synthetic patients, who are nowhere else in what this answers but by number.</summary>
    IReadOnlyList<PatientEntry> Canaries => [];

    /// <summary>A patient of a hospital, from memory or else from the database: also one who left long ago. Null: there is none, or they were erased.</summary>
    /// <param name="tenantId">The hospital; patients of others are not found.</param>
    /// <param name="id">The public id.</param>
    /// <param name="cancellation">Gives up.</param>
    ValueTask<PatientEntry?> FindAsync(int tenantId, string id, CancellationToken cancellation);

    /// <summary>Every ward in its order.</summary>
    IReadOnlyList<WardEntry> Wards { get; }

    /// <summary>Every hospital.</summary>
    IReadOnlyList<HospitalEntry> Hospitals { get; }
}
