using System.Security.Cryptography;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Staff.Factors;

/// <summary>
/// Codes for whoever has lost the authenticator: ten, each good once, 50 bits each. They are kept as keyed hashes, so that a dump of the database is no
/// list in which to try them.
/// </summary>
internal static class RecoveryCodes
{
    /// <summary>How many are given out.</summary>
    public const int Count = 10;

    // Crockford's 32: no i, l, o and u.
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int HalfLength = 5;

    /// <summary>Draws new ones, <c>xxxxx-xxxxx</c>.</summary>
    public static List<string> Draw() =>
        [.. Enumerable.Range(0, Count).Select(_ => $"{RandomNumberGenerator.GetString(Alphabet, HalfLength)}-{RandomNumberGenerator.GetString(Alphabet, HalfLength)}")];

    /// <summary>A code as it was drawn, however it was typed; null if it cannot be one.</summary>
    public static string? Normalize(string typed)
    {
        var letters = typed.ToLowerInvariant().Where(letter => letter is not ('-' or ' ')).Select(letter => letter switch { 'o' => '0', 'i' or 'l' => '1', _ => letter }).ToArray();
        return letters.Length == 2 * HalfLength && Array.TrueForAll(letters, Alphabet.Contains)
            ? $"{new string(letters, 0, HalfLength)}-{new string(letters, HalfLength, HalfLength)}"
            : null;
    }

    /// <summary>What is stored of a code.</summary>
    public static byte[] Hash(DataKey hospital, Guid account, string code) => hospital.BlindIndex("staff/recovery-code", $"{account:N}:{code}");
}
