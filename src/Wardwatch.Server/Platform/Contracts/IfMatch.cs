using Microsoft.Net.Http.Headers;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>Which version a request wants to change: its If-Match.</summary>
/// <param name="IsAbsent">There is none. What cannot be read is there: whoever sends it means not to overwrite.</param>
/// <param name="IsGiven">It says which.</param>
/// <param name="Version">The version; null: whichever there is.</param>
public readonly record struct IfMatch(bool IsAbsent, bool IsGiven, long? Version)
{
    /// <summary>Whichever version there is.</summary>
    public static IfMatch Any => new(IsAbsent: false, IsGiven: true, Version: null);

    /// <summary>The same where it may be left out: without one, whichever version there is.</summary>
    public IfMatch OrAny => IsAbsent ? Any : this;

    /// <summary>Reads If-Match: <c>"7"</c>, or <c>*</c> for whichever there is.</summary>
    public static IfMatch Of(HttpContext context) => context.Request.Headers[HeaderNames.IfMatch] switch
    {
        [] => new(IsAbsent: true, IsGiven: false, Version: null),
        ["*"] => Any,
        [{ Length: > 2 } text] when text[0] == '"' && text[^1] == '"' && long.TryParse(text.AsSpan(1, text.Length - 2), System.Globalization.NumberStyles.None, null, out var number) => new(false, true, number),
        _ => default,
    };

    /// <summary>Whether it wants to change this version.</summary>
    public bool Admits(long present) => IsGiven && (Version is null || Version == present);
}
