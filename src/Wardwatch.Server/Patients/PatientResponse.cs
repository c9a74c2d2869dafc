using Microsoft.Net.Http.Headers;

namespace Wardwatch.Server.Patients;

/// <summary>What a patient agreed to, as the API shows and takes it; what is absent was not agreed to.</summary>
internal sealed record ConsentDocument(bool Research = false, bool App = false)
{
    public Consent ToConsent() => new(Research, App);
}

/// <summary>The stay that a patient is in.</summary>
internal sealed record CurrentEncounterDocument(string Id, DateTimeOffset AdmittedAt);

/// <summary>A patient as the API shows it.</summary>
internal sealed record PatientResponse(
    string Id, string RecordNumber, string Name, DateOnly DateOfBirth, string Sex, string Status, DateTimeOffset StatusSince, string? Ward, string? Bed, int Version,
    ConsentDocument Consent, CurrentEncounterDocument? Encounter, string? MergedInto)
{
    public static PatientResponse Of(StoredPatient patient) => new(
        patient.Entry.Id, patient.Entry.RecordNumber, patient.Entry.Name, patient.Entry.DateOfBirth, patient.Entry.Sex, patient.Entry.Status, patient.StatusSince,
        patient.Entry.Ward, patient.Entry.Bed, patient.Version, new(patient.Consent.Research, patient.Consent.App),
        patient.Encounter is { } encounter ? new($"{encounter.Id}", encounter.AdmittedAt) : null, patient.MergedInto);

    /// <summary>The patient, and the version as ETag.</summary>
    public static PatientResponse Answer(HttpContext context, StoredPatient patient)
    {
        context.Response.Headers.ETag = $"\"{patient.Version}\"";
        return Of(patient);
    }
}

/// <summary>A page of patients; <see cref="Next"/> goes into <c>?after=</c> for the next one, null at the end.</summary>
internal sealed record PatientPage(IReadOnlyList<PatientResponse> Items, string? Next);

/// <summary>Which version a request wants to change.</summary>
internal static class PatientVersions
{
    /// <summary>Reads If-Match: <c>"7"</c>, or <c>*</c> for whichever there is. False: it is absent, or no version.</summary>
    public static bool TryRead(HttpContext context, out int? version)
    {
        version = null;
        var header = context.Request.Headers[HeaderNames.IfMatch];
        if (header is not [{ } text])
        {
            return false;
        }

        if (text == "*")
        {
            return true;
        }

        if (text.Length < 3 || text[0] != '"' || text[^1] != '"' || !int.TryParse(text.AsSpan(1, text.Length - 2), System.Globalization.NumberStyles.None, null, out var number))
        {
            return false;
        }

        version = number;
        return true;
    }
}
