using System.Text.RegularExpressions;

namespace Wardwatch.Server.Notifications.Mail;

/// <summary>Addresses for mail: the plain form alone, so that nothing in one can end a line or begin another header or command.</summary>
internal static partial class MailAddresses
{
    private const int MostCharacters = 254;

    /// <summary>Whether a text is an address: <c>name@host.example</c>, of ASCII letters, digits and the usual signs.</summary>
    public static bool IsAddress(string? text) => text is { Length: <= MostCharacters } && Address().IsMatch(text);

    /// <summary>Whether an address is at one of these domains, or below one.</summary>
    /// <param name="address">A valid address.</param>
    /// <param name="domains">Separated by commas; null: all.</param>
    public static bool IsAt(string address, string? domains)
    {
        var domain = address[(address.LastIndexOf('@') + 1)..];
        return domains is null || domains.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Any(allowed => string.Equals(domain, allowed, StringComparison.OrdinalIgnoreCase) || domain.EndsWith("." + allowed, StringComparison.OrdinalIgnoreCase));
    }

    // No quoted names, no comments, no literals of addresses: nobody in a hospital has one, and each is a way to say something else.
    [GeneratedRegex(@"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();
}
