using System.Globalization;

namespace Wardwatch.Server.Patients;

/// <summary>What is said of a person, checked field by field.</summary>
internal sealed class PatientFields
{
    /// <summary>The most characters of a name and of a record number.</summary>
    public const int MostName = 200, MostRecordNumber = 64, MostNote = 2000;

    private static readonly DateOnly Oldest = new(1870, 1, 1);
    private static readonly string[] Sexes = ["female", "male", "other", "unknown"];
    private static readonly string[] PresentStatuses = ["admitted", "stable", "observation", "critical"];

    private readonly Dictionary<string, string[]> _errors = new(StringComparer.Ordinal);

    /// <summary>What is wrong, by field.</summary>
    public IReadOnlyDictionary<string, string[]> Errors => _errors;

    /// <summary>Whether everything is right.</summary>
    public bool AreValid => _errors.Count == 0;

    /// <summary>A name: family name, comma, given names.</summary>
    public string Name(string field, string? value) => Text(field, value, MostName, text => PatientNames.Parts(text).Count > 0 ? null : "must have a letter.");

    /// <summary>A record number.</summary>
    public string RecordNumber(string field, string? value) => Text(field, value, MostRecordNumber, text => PatientIdentity.Normalise(text).Length > 0 ? null : "must have a letter or a digit.");

    /// <summary>A date of birth: <c>1962-03-04</c>.</summary>
    public DateOnly DateOfBirth(string field, string? value, DateTimeOffset now)
    {
        if (!DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            Add(field, "must be a date such as 1962-03-04.");
        }
        else if (date < Oldest || date > DateOnly.FromDateTime(now.UtcDateTime).AddDays(1))
        {
            Add(field, $"must be from {Oldest:yyyy-MM-dd} to today.");
        }

        return date;
    }

    /// <summary>A sex.</summary>
    public string Sex(string field, string? value) => OneOf(field, value, Sexes);

    /// <summary>The status of somebody who is there.</summary>
    public string Status(string field, string? value) => OneOf(field, value, PresentStatuses);

    /// <summary>A ward and a bed.</summary>
    public void Place(string? ward, string? bed)
    {
        if (string.IsNullOrEmpty(ward) || ward.Length > 64 || ward.Contains('\0', StringComparison.Ordinal))
        {
            Add("ward", "must be the id of a ward.");
        }

        if (string.IsNullOrEmpty(bed) || bed.Length > 16 || bed.Contains('\0', StringComparison.Ordinal))
        {
            Add("bed", "must be the label of a bed in the ward.");
        }
    }

    /// <summary>Words about a patient.</summary>
    public void Note(string? note)
    {
        if (note is { Length: > MostNote })
        {
            Add("note", $"must have at most {MostNote} characters.");
        }
    }

    /// <summary>Adds something that is wrong.</summary>
    public void Add(string field, string problem) => _errors[field] = _errors.TryGetValue(field, out var before) ? [.. before, problem] : [problem];

    private string OneOf(string field, string? value, string[] known)
    {
        if (!known.Contains(value))
        {
            Add(field, $"must be {string.Join(", ", known[..^1])} or {known[^1]}.");
        }

        return value ?? "";
    }

    private string Text(string field, string? value, int most, Func<string, string?> judge)
    {
        var text = value?.Trim() ?? "";
        if (text.Length is 0 || text.Length > most || text.Any(char.IsControl) || !IsWhole(text))
        {
            Add(field, $"must be a text of 1 to {most} characters.");
        }
        else if (judge(text) is { } problem)
        {
            Add(field, problem);
        }

        return text;
    }

    // Half of a character pair cannot be written as UTF-8.
    private static bool IsWhole(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == System.Text.Rune.ReplacementChar)
            {
                return false;
            }
        }

        return true;
    }
}
