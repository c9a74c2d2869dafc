namespace Wardwatch.Server.Staff;

/// <summary>The cookies of a session. They are always Secure: browsers take such cookies over plain HTTP from this machine, and nowhere else.</summary>
internal static class AuthCookies
{
    /// <summary>The cookie with the refresh token.</summary>
    public const string Refresh = "wardwatch_refresh";

    /// <summary>
    /// Tells the page that there is a refresh cookie, which it cannot see: without it there is nothing to renew and nothing to ask. It carries no secret.
    /// </summary>
    public const string Hint = "wardwatch_signed_in";

    /// <summary>The cookie with the challenge that a passkey is to answer, sealed.</summary>
    public const string Challenge = "wardwatch_challenge";

    /// <summary>Under which they are sent back.</summary>
    public const string Path = "/api/auth";

    private const int MaxLength = 256;

    /// <summary>The refresh token that a request carries, or null.</summary>
    public static string? Presented(HttpContext context) => context.Request.Cookies[Refresh] is { Length: > 0 and <= MaxLength } token ? token : null;

    /// <summary>Whether the request carries a cookie by which something could be done in somebody's name.</summary>
    public static bool HasAny(HttpRequest request) => request.Cookies.ContainsKey(Refresh) || request.Cookies.ContainsKey(Challenge);

    /// <summary>Gives the client its refresh token.</summary>
    public static void Append(HttpContext context, string token, DateTimeOffset expires)
    {
        context.Response.Cookies.Append(Refresh, token, Options(expires));
        context.Response.Cookies.Append(Hint, "1", HintOptions(expires));
    }

    /// <summary>Takes it away.</summary>
    public static void Delete(HttpContext context)
    {
        context.Response.Cookies.Delete(Refresh, Options(null));
        context.Response.Cookies.Delete(Hint, HintOptions(null));
    }

    /// <summary>HttpOnly, Secure, SameSite=Strict, for sign-in alone.</summary>
    public static CookieOptions Options(DateTimeOffset? expires) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = true,
        Path = Path,
        Expires = expires,
        IsEssential = true,
    };

    private static CookieOptions HintOptions(DateTimeOffset? expires)
    {
        var options = Options(expires);
        (options.HttpOnly, options.Path) = (false, "/");
        return options;
    }
}
