using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Wardwatch.Server.Patients;

/// <summary>What counts of a name when somebody looks for it: letters and digits, whatever their case and accents, word by word.</summary>
internal static class PatientNames
{
    // Latin letters by the plain ones that Unicode decomposes them to (and a few by the nearest that people type); the program runs without the tables of languages.
    private static readonly FrozenDictionary<char, string> Plain = new (string Plain, string Letters)[]
    {
        ("A", "ÀÁÂÃÄÅĀĂĄǍǞǠǺȀȂȦḀẠẢẤẦẨẪẬẮẰẲẴẶ"),
        ("AE", "ÆǼǢ"),
        ("B", "ḂḄḆ"),
        ("C", "ÇĆĈĊČḈ"),
        ("D", "ĎḊḌḎḐḒĐÐƉ"),
        ("DZ", "ǄǱ"),
        ("E", "ÈÉÊËĒĔĖĘĚȄȆȨḔḖḘḚḜẸẺẼẾỀỂỄỆ"),
        ("F", "Ḟ"),
        ("G", "ĜĞĠĢǦǴḠ"),
        ("H", "ĤȞḢḤḦḨḪĦ"),
        ("I", "ÌÍÎÏĨĪĬĮİǏȈȊḬḮỈỊı"),
        ("IJ", "Ĳ"),
        ("J", "Ĵ"),
        ("K", "ĶǨḰḲḴ"),
        ("L", "ĹĻĽḶḸḺḼŁ"),
        ("LJ", "Ǉ"),
        ("M", "ḾṀṂ"),
        ("N", "ÑŃŅŇǸṄṆṈṊŊ"),
        ("NJ", "Ǌ"),
        ("O", "ÒÓÔÕÖŌŎŐƠǑǪǬȌȎȪȬȮȰṌṎṐṒỌỎỐỒỔỖỘỚỜỞỠỢØǾ"),
        ("OE", "Œ"),
        ("P", "ṔṖ"),
        ("R", "ŔŖŘȐȒṘṚṜṞ"),
        ("S", "ŚŜŞŠȘṠṢṤṦṨ"),
        ("SS", "ßẞ"),
        ("T", "ŢŤȚṪṬṮṰŦ"),
        ("TH", "Þ"),
        ("U", "ÙÚÛÜŨŪŬŮŰŲƯǓǕǗǙǛȔȖṲṴṶṸṺỤỦỨỪỬỮỰ"),
        ("V", "ṼṾ"),
        ("W", "ŴẀẂẄẆẈ"),
        ("X", "ẊẌ"),
        ("Y", "ÝŶŸȲẎỲỴỶỸ"),
        ("Z", "ŹŻŽẐẒẔ"),
    }.SelectMany(group => group.Letters.Select(letter => (letter, group.Plain))).ToFrozenDictionary(pair => pair.letter, pair => pair.Plain);

    private static readonly char[] Hyphens = ['-', '\u2010', '\u2011', '\u2013'];
    private static readonly char[] BetweenWords = [' ', ',', '\t', '\u00a0', ';'];

    /// <summary>
    /// The words of a name: <c>O'Brien-Núñez, Søren</c> gives <c>OBRIENNUNEZ</c>, <c>OBRIEN</c>, <c>O</c>, <c>BRIEN</c>, <c>NUNEZ</c> and <c>SOREN</c>, so that it is found however
    /// it is typed.
    /// </summary>
    public static HashSet<string> Parts(string name)
    {
        var parts = new HashSet<string>(StringComparer.Ordinal);
        foreach (var word in name.Split(BetweenWords, StringSplitOptions.RemoveEmptyEntries))
        {
            parts.Add(Fold(word, keepBreaks: false));
            foreach (var piece in word.Split(Hyphens))
            {
                parts.Add(Fold(piece, keepBreaks: false));
                parts.UnionWith(Fold(piece, keepBreaks: true).Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }
        }

        parts.Remove("");
        return parts;
    }

    /// <summary>The words that somebody typed to find a name; punctuation within a word does not count.</summary>
    public static string[] Words(string typed) =>
        [.. typed.Split(BetweenWords, StringSplitOptions.RemoveEmptyEntries).Select(word => Fold(word, keepBreaks: false)).Where(word => word.Length > 0).Distinct(StringComparer.Ordinal)];

    // Marks that are characters of their own go; letters with marks in them are written without.
    private static string Fold(string word, bool keepBreaks)
    {
        var result = new StringBuilder(word.Length);
        foreach (var character in word)
        {
            if (char.IsLetterOrDigit(character))
            {
                var upper = char.ToUpperInvariant(character);
                result.Append(Plain.TryGetValue(upper, out var plain) ? plain : upper.ToString());
            }
            else if (keepBreaks && CharUnicodeInfo.GetUnicodeCategory(character) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark))
            {
                result.Append(' ');
            }
        }

        return result.ToString();
    }
}
