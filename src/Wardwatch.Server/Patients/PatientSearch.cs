using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>
/// Looks for patients by what somebody typed: each word must begin a part of the name, or the whole must begin the record number.
/// </summary>
internal sealed class PatientSearch(string text)
{
    private static readonly char[] Separators = [' ', ',', '-', '\''];

    private readonly string[] _words = text.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    private readonly string _recordNumber = PatientIdentity.Normalise(text);

    /// <summary>Whether the patient is one of those looked for.</summary>
    public bool Matches(PatientEntry patient)
    {
        if (_recordNumber.Length > 0 && PatientIdentity.Normalise(patient.RecordNumber).StartsWith(_recordNumber, StringComparison.Ordinal))
        {
            return true;
        }

        var parts = patient.Name.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        return _words.Length > 0 && Array.TrueForAll(_words, word => Array.Exists(parts, part => part.StartsWith(word, StringComparison.OrdinalIgnoreCase)));
    }
}
