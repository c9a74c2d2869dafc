using Microsoft.Net.Http.Headers;

namespace Wardwatch.Server.OnCall;

/// <summary>Which version a request wants to change.</summary>
/// <param name="IsGiven">Whether it says so.</param>
/// <param name="Version">The version; null: whichever there is.</param>
internal readonly record struct IfMatch(bool IsGiven, int? Version)
{
    /// <summary>Reads If-Match: <c>"7"</c>, or <c>*</c> for whichever there is. Anything else says nothing.</summary>
    public static IfMatch Of(HttpContext context) => context.Request.Headers[HeaderNames.IfMatch] switch
    {
        ["*"] => new(IsGiven: true, Version: null),
        [{ Length: > 2 } text] when text[0] == '"' && text[^1] == '"' && int.TryParse(text.AsSpan(1, text.Length - 2), System.Globalization.NumberStyles.None, null, out var number) => new(true, number),
        _ => default,
    };
}
