using System.Text.Json.Serialization;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Patients.Contracts;

/// <summary>Somebody was registered; with a bed if they were admitted at once.</summary>
public sealed record PatientCreated(string Patient, string Status, string? Ward, string? Bed);

/// <summary>Who somebody is, or what they agreed to, was corrected.</summary>
/// <param name="Patient">The public id.</param>
/// <param name="Fields">What is different: recordNumber, name, dateOfBirth, sex, consent.</param>
public sealed record PatientChanged(string Patient, IReadOnlyList<string> Fields);

/// <summary>Somebody was given a bed.</summary>
public sealed record PatientAdmitted(string Patient, string Encounter, string Status, string Ward, string Bed);

/// <summary>Somebody lies in another bed now.</summary>
public sealed record PatientTransferred(string Patient, string Encounter, string Status, string Ward, string Bed, string FromWard, string FromBed);

/// <summary>Somebody has left.</summary>
/// <param name="Patient">The public id.</param>
/// <param name="Encounter">The stay that is over.</param>
/// <param name="To">home, other-hospital, died, other, or null.</param>
/// <param name="FromWard">Where they lay.</param>
/// <param name="FromBed">In which bed.</param>
public sealed record PatientDischarged(string Patient, string Encounter, string? To, string? FromWard, string? FromBed);

/// <summary>A patient is in another state.</summary>
/// <param name="Patient">The public id.</param>
/// <param name="Status">admitted, stable, observation or critical.</param>
/// <param name="Before">What it was.</param>
/// <param name="By">staff or system.</param>
/// <param name="Ward">Where they lie.</param>
/// <param name="Bed">In which bed.</param>
public sealed record PatientStatusUpdated(string Patient, string Status, string Before, string By, string? Ward, string? Bed);

/// <summary>Two records turned out to be one person.</summary>
/// <param name="Patient">The one that goes on.</param>
/// <param name="Duplicate">The one that only leads there now.</param>
/// <param name="Ward">Where the patient lies, or null.</param>
/// <param name="Bed">In which bed.</param>
/// <param name="Status">The patient's status.</param>
public sealed record PatientMerged(string Patient, string Duplicate, string Status, string? Ward, string? Bed);

/// <summary>Many patients were registered at once, without an event of each: read anew. Those who were given a bed have events of their own besides.</summary>
public sealed record PatientsImported(int Count);

/// <summary>What happens to patients.</summary>
public static class PatientEvents
{
    public static readonly EventKind<PatientCreated> Created = new(nameof(PatientCreated), 1, PatientEventsJson.Default.PatientCreated);
    public static readonly EventKind<PatientChanged> Changed = new(nameof(PatientChanged), 1, PatientEventsJson.Default.PatientChanged);
    public static readonly EventKind<PatientAdmitted> Admitted = new(nameof(PatientAdmitted), 1, PatientEventsJson.Default.PatientAdmitted);
    public static readonly EventKind<PatientTransferred> Transferred = new(nameof(PatientTransferred), 1, PatientEventsJson.Default.PatientTransferred);
    public static readonly EventKind<PatientDischarged> Discharged = new(nameof(PatientDischarged), 1, PatientEventsJson.Default.PatientDischarged);
    public static readonly EventKind<PatientStatusUpdated> StatusUpdated = new(nameof(PatientStatusUpdated), 1, PatientEventsJson.Default.PatientStatusUpdated);
    public static readonly EventKind<PatientMerged> Merged = new(nameof(PatientMerged), 1, PatientEventsJson.Default.PatientMerged);
    public static readonly EventKind<PatientsImported> Imported = new(nameof(PatientsImported), 1, PatientEventsJson.Default.PatientsImported);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PatientCreated))]
[JsonSerializable(typeof(PatientChanged))]
[JsonSerializable(typeof(PatientAdmitted))]
[JsonSerializable(typeof(PatientTransferred))]
[JsonSerializable(typeof(PatientDischarged))]
[JsonSerializable(typeof(PatientStatusUpdated))]
[JsonSerializable(typeof(PatientMerged))]
[JsonSerializable(typeof(PatientsImported))]
internal sealed partial class PatientEventsJson : JsonSerializerContext;
