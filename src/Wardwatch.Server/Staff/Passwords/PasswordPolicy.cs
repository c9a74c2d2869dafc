using System.Collections.Frozen;
using System.Text;

namespace Wardwatch.Server.Staff.Passwords;

/// <summary>
/// Which passwords cannot be taken (NIST SP 800-63B, section 3.1.1.2; OWASP ASVS 5.0, 6.2): those that are too short, and those that somebody who guesses tries
/// first. No rules about kinds of characters: they make passwords worse.
/// </summary>
/// <remarks>
/// The lists of common passwords that circulate are, from twelve characters on, nearly all made from few words by few rules: a word or two, letters replaced by
/// digits that look alike, digits and signs before and behind, the same again, rows of keys. So <c>common-words.txt</c> holds the words, and this undoes the
/// rules, which covers many more than a list of a million would. What remains of known long passwords stands in the file as it is.
/// </remarks>
internal static class PasswordPolicy
{
    /// <summary>The fewest characters.</summary>
    public const int Shortest = 12;

    private const int MostCommonWords = 2;
    private const int FewestDifferent = 5;
    private const int FewestOwnCharacters = 8;
    private const int ShortestRun = 4;
    private const string Resource = "staff/common-words.txt";

    // What is easy to run a finger along, forwards and backwards.
    private static readonly string[] Rows = WithReversed(
        "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
        "q1w2e3r4t5y6u7i8o9p0", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujmikolp", "!@#$%^&*()", "zaq12wsx", "147258369", "741852963", "159357");

    private static readonly FrozenSet<string> Words = ReadWords();
    private static readonly int LongestWord = Words.Max(word => word.Length);

    /// <summary>Why a password cannot be taken, or null.</summary>
    /// <param name="password">The password.</param>
    /// <param name="user">The name with which its owner signs in.</param>
    /// <param name="name">The name that colleagues see.</param>
    public static string? Refuse(string password, string user, string name)
    {
        if (password.EnumerateRunes().Count() < Shortest)
        {
            return $"A password has at least {Shortest} characters.";
        }

        var plain = password.ToLowerInvariant();
        if (plain.Distinct().Count() < FewestDifferent)
        {
            return "It has too few different characters.";
        }

        if (IsRepeated(plain))
        {
            return "It is the same again and again.";
        }

        if (Without(plain, [.. PartsOf(user), .. PartsOf(name)]) < FewestOwnCharacters)
        {
            return "It is made from your own name, or the name of this program.";
        }

        return WithoutRows(plain) < FewestOwnCharacters || IsCommon(plain) ? "It is among the first that anybody would try." : null;
    }

    private static bool IsRepeated(string plain) => Enumerable.Range(1, plain.Length / 2)
        .Any(length => plain.Index().All(letter => letter.Item == plain[letter.Index % length]));

    /// <summary>How many characters are left without the given words.</summary>
    private static int Without(string plain, IEnumerable<string> words)
    {
        var left = plain;
        foreach (var word in words.OrderByDescending(word => word.Length))
        {
            left = left.Replace(word, "", StringComparison.Ordinal);
        }

        return left.Length == plain.Length ? int.MaxValue : left.Count(char.IsLetterOrDigit);
    }

    private static IEnumerable<string> PartsOf(string name) =>
        name.ToLowerInvariant().Split([' ', '.', '-', '_', '@', ','], StringSplitOptions.RemoveEmptyEntries).Where(part => part.Length >= 4).Append("wardwatch");

    /// <summary>How many characters are left when what runs along a row of keys counts as one.</summary>
    private static int WithoutRows(string plain)
    {
        var left = 0;
        for (var at = 0; at < plain.Length; left++)
        {
            at += RunAt(plain, at) is >= ShortestRun and var run ? run : 1;
        }

        return left;
    }

    private static int RunAt(string plain, int at)
    {
        var longest = 1;
        while (at + longest < plain.Length && plain[at + longest] == plain[at])
        {
            longest++;
        }

        foreach (var row in Rows)
        {
            for (var length = longest + 1; at + length <= plain.Length && row.Contains(plain.AsSpan(at, length), StringComparison.Ordinal); length++)
            {
                longest = length;
            }
        }

        return longest;
    }

    /// <summary>Whether it is a common password, or made of one or two common words in the usual ways.</summary>
    private static bool IsCommon(string plain)
    {
        foreach (var form in FormsOf(plain))
        {
            if (Words.Contains(form) || IsMadeOfWords(form))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The password, and what it may have been before digits and signs were added around it and put in the place of letters.</summary>
    private static IEnumerable<string> FormsOf(string plain)
    {
        var trimmed = Trim(plain);
        yield return string.Concat(trimmed.Where(char.IsLetterOrDigit));
        foreach (var one in new[] { 'i', 'l' })
        {
            yield return Unleet(trimmed, one);
            yield return Trim(Unleet(plain, one));
        }
    }

    /// <summary>Without the digits and signs around it.</summary>
    private static string Trim(string plain)
    {
        var core = plain.AsSpan();
        while (core.Length > 0 && !char.IsLetter(core[0]))
        {
            core = core[1..];
        }

        while (core.Length > 0 && !char.IsLetter(core[^1]))
        {
            core = core[..^1];
        }

        return core.ToString();
    }

    private static string Unleet(string plain, char one) => string.Concat(plain.Select(letter => letter switch
    {
        '@' or '4' => 'a',
        '0' => 'o',
        '1' or '!' or '|' => one,
        '3' or '€' => 'e',
        '5' or '$' => 's',
        '7' or '+' => 't',
        '8' => 'b',
        '9' => 'g',
        _ => letter,
    }).Where(char.IsLetterOrDigit));

    private static bool IsMadeOfWords(string form)
    {
        if (form.Length < 4)
        {
            // Digits and signs with hardly a letter.
            return true;
        }

        // The fewest common words of which the first n characters are made, digits between words not counted.
        var fewest = new int[form.Length + 1];
        Array.Fill(fewest, int.MaxValue / 2, 1, form.Length);
        for (var until = 1; until <= form.Length; until++)
        {
            if (char.IsAsciiDigit(form[until - 1]))
            {
                fewest[until] = fewest[until - 1];
            }

            for (var from = Math.Max(0, until - LongestWord); from <= until - 3; from++)
            {
                if (fewest[from] < MostCommonWords && Words.Contains(form[from..until]))
                {
                    fewest[until] = Math.Min(fewest[until], fewest[from] + 1);
                }
            }
        }

        return fewest[form.Length] <= MostCommonWords;
    }

    private static string[] WithReversed(params string[] rows) => [.. rows, .. rows.Select(row => string.Concat(row.Reverse()))];

    private static FrozenSet<string> ReadWords()
    {
        using var stream = typeof(PasswordPolicy).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"{Resource} is not in the program.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var words = new HashSet<string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                words.UnionWith(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }
        }

        return words.ToFrozenSet(StringComparer.Ordinal);
    }
}
