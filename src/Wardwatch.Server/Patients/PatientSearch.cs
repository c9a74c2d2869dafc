using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>
/// Looks for patients by what somebody typed: each word must begin a part of the name, or the whole must begin the record number. The database knows keyed hashes of
/// beginnings of 3 to 12 letters (4 to 12 characters of a record number), of whole parts that are shorter, and of the first three letters of a part together with
/// the first of another, since a common family name and an initial is what people type; what is typed beyond that is compared afterwards.
/// </summary>
internal sealed class PatientSearch
{
    /// <summary>Which way of making hashes this is; stands in <c>patients.search_version</c>.</summary>
    public const short Version = 2;

    /// <summary>The longest text that is looked for.</summary>
    public const int MostCharacters = 200;

    private const int LeastOfName = 3;
    private const int LeastOfNumber = 4;
    private const int Most = 12;

    // More words than this narrow nothing further; the rest is compared afterwards.
    private const int MostTokens = 4;

    private const string NamePurpose = "patient-search/name";
    private const string PairPurpose = "patient-search/name-and-initial";
    private const string NumberPurpose = "patient-search/record-number";

    private readonly string[] _words;
    private readonly string _recordNumber;

    /// <param name="text">What was typed.</param>
    public PatientSearch(string text)
    {
        _words = PatientNames.Words(text);
        _recordNumber = PatientIdentity.Normalise(text);
    }

    /// <summary>Whether nothing can match: there is no letter and no digit.</summary>
    public bool IsEmpty => _recordNumber.Length == 0;

    /// <summary>Whether the hashes do not tell everything that was typed.</summary>
    public bool NeedsComparison => IsNumber ? _recordNumber.Length > Most : _words.Length > MostTokens || Array.Exists(_words, word => word.Length is < LeastOfName or > Most);

    // Names have no digits.
    private bool IsNumber => _recordNumber.Any(char.IsAsciiDigit);

    /// <summary>All hashes by which a patient is found.</summary>
    public static byte[][] TokensOf(DataKey tenantKey, string name, string recordNumber)
    {
        var parts = PatientNames.Parts(name);
        var names = parts.SelectMany(part => Beginnings(part, LeastOfName)).Distinct(StringComparer.Ordinal).ToList();
        var pairs = parts.Where(part => part.Length >= LeastOfName).SelectMany(part => parts.Where(other => other != part).Select(other => Pair(part, other))).Distinct(StringComparer.Ordinal).ToList();
        var numbers = Beginnings(PatientIdentity.Normalise(recordNumber), LeastOfNumber).ToList();
        return [.. tenantKey.BlindIndexes(NamePurpose, names), .. tenantKey.BlindIndexes(PairPurpose, pairs), .. tenantKey.BlindIndexes(NumberPurpose, numbers)];
    }

    /// <summary>The hashes that a patient must have to be found, the rarest first. Empty: nobody can be found by so little.</summary>
    public byte[][] Tokens(DataKey tenantKey)
    {
        if (IsNumber)
        {
            return tenantKey.BlindIndexes(NumberPurpose, [Cut(_recordNumber)]);
        }

        // Short words are whole names only where nothing longer was typed; beside a longer one they are beginnings, which are compared afterwards. One that does not
        // begin the longer word begins another part of the name, so that its first letter and the longer word's are a pair that the name must have.
        var telling = Array.FindAll(_words, word => word.Length >= LeastOfName);
        var wanted = (telling.Length > 0 ? telling : _words).OrderByDescending(word => word.Length).Take(MostTokens).Select(Cut).Distinct(StringComparer.Ordinal).ToList();
        var pairs = Array.FindAll(_words, word => word.Length < LeastOfName && telling.Length > 0 && !wanted[0].StartsWith(word, StringComparison.Ordinal))
            .Select(word => Pair(wanted[0], word)).Distinct(StringComparer.Ordinal).Take(MostTokens - wanted.Count).ToList();
        return [.. tenantKey.BlindIndexes(NamePurpose, wanted), .. tenantKey.BlindIndexes(PairPurpose, pairs)];
    }

    /// <summary>The keyed hash of the whole record number, as <see cref="PatientIdentity.IndexOf"/> makes it.</summary>
    public byte[] RecordNumberIndex(DataKey tenantKey) => PatientIdentity.IndexOf(tenantKey, _recordNumber);

    /// <summary>Whether a patient is one of those looked for, by what they are called now.</summary>
    public bool Matches(PatientEntry patient)
    {
        if (IsEmpty)
        {
            return false;
        }

        if (PatientIdentity.Normalise(patient.RecordNumber).StartsWith(_recordNumber, StringComparison.Ordinal))
        {
            return true;
        }

        var parts = PatientNames.Parts(patient.Name);
        return _words.Length > 0 && Array.TrueForAll(_words, word => parts.Any(part => part.StartsWith(word, StringComparison.Ordinal)));
    }

    private static string Pair(string part, string other) => $"{part[..LeastOfName]} {other[0]}";

    private static IEnumerable<string> Beginnings(string whole, int least)
    {
        if (whole.Length > 0 && whole.Length < least)
        {
            yield return whole;
        }

        for (var length = least; length <= Math.Min(whole.Length, Most); length++)
        {
            yield return whole[..length];
        }
    }

    private static string Cut(string word) => word.Length > Most ? word[..Most] : word;
}
