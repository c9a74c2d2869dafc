using System.Net;

namespace Wardwatch.Server.Notifications.Outside;

/// <summary>Reads addresses that people give: of webhooks and of push services.</summary>
internal static class OutsideAddress
{
    private const int MostCharacters = 2000;

    /// <summary>An absolute https address (http where that may be) without user name, password and fragment; null: it is none.</summary>
    /// <param name="text">What was given.</param>
    /// <param name="mayBePlain">Whether http will do, as far as can be said before the name is looked up.</param>
    public static Uri? Parse(string? text, bool mayBePlain)
    {
        if (text is not { Length: > 0 and <= MostCharacters } || text.Any(letter => letter is <= ' ' or >= '\x7f' or '\\'))
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttps || (mayBePlain && address.Scheme == Uri.UriSchemeHttp))
            && address.UserInfo.Length == 0 && address.Fragment.Length == 0 && address.Host.Length > 0
            && address.HostNameType is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6
            ? address
            : null;
    }

    /// <summary>The address as numbers, if the host is one: <c>127.1</c> and <c>0x7f000001</c> as well.</summary>
    public static IPAddress? Number(Uri address) => IPAddress.TryParse(address.DnsSafeHost, out var number) ? number : null;
}
