using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Wardwatch.Server.Staff.Tokens;

/// <summary>
/// Writes and checks access tokens: JSON Web Signatures (RFC 7515, compact form) with ES256 and nothing else. The header is not read but compared
/// with those of our keys, so that a token cannot choose how it is checked (RFC 8725, section 3.1).
/// </summary>
internal static class AccessTokens
{
    // Ours have about 500 characters; longer ones are not looked at.
    private const int MaxLength = 2048;

    /// <summary>The token in its compact form: header, claims and signature.</summary>
    public static string Write(AccessToken token, SigningKey key)
    {
        var claims = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(token, AccessTokenJson.Default.AccessToken));
        var signed = $"{key.Header}.{claims}";
        return $"{signed}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>The token's claims if one of our keys signed it and it is good at this time; otherwise null.</summary>
    /// <param name="text">What somebody presents.</param>
    /// <param name="keyOf">The key with this header, or null.</param>
    /// <param name="now">The time.</param>
    public static AccessToken? Read(string text, Func<string, SigningKey?> keyOf, DateTimeOffset now)
    {
        var headerEnd = text.IndexOf('.', StringComparison.Ordinal);
        var claimsEnd = text.LastIndexOf('.');
        if (text.Length > MaxLength || headerEnd < 0 || claimsEnd <= headerEnd || !Ascii.IsValid(text) || keyOf(text[..headerEnd]) is not { } key)
        {
            return null;
        }

        Span<byte> signature = stackalloc byte[SigningKey.SignatureBytes];
        if (!TryDecode(text.AsSpan(claimsEnd + 1), signature, out var length) || length != signature.Length)
        {
            return null;
        }

        if (!key.Verify(Encoding.ASCII.GetBytes(text[..claimsEnd]), signature))
        {
            return null;
        }

        var claims = new byte[Base64Url.GetMaxDecodedLength(claimsEnd - headerEnd - 1)];
        return TryDecode(text.AsSpan(headerEnd + 1, claimsEnd - headerEnd - 1), claims, out length)
            && Parse(claims.AsSpan(0, length)) is { } token && IsGood(token, key, now.ToUnixTimeSeconds())
            ? token
            : null;
    }

    private static bool IsGood(AccessToken token, SigningKey key, long now) =>
        token.Issuer == AccessToken.OurIssuer && token.Audience == AccessToken.OurAudience && token.TenantId == key.TenantId
        && token.NotBefore <= now && now < token.Expires;

    private static AccessToken? Parse(ReadOnlySpan<byte> claims)
    {
        try
        {
            return JsonSerializer.Deserialize(claims, AccessTokenJson.Default.AccessToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int length)
    {
        length = 0;
        return Base64Url.IsValid(text, out var decoded) && decoded <= destination.Length && Base64Url.TryDecodeFromChars(text, destination, out length);
    }
}
