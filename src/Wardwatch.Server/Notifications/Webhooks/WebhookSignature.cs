using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Wardwatch.Server.Notifications.Webhooks;

/// <summary>
/// By which a receiver knows that a message is from here, whole, and of now:
/// <code>Wardwatch-Signature: t=1795348800,v1=hex(HMAC-SHA-256(secret, "1795348800." ‖ body))</code>
/// </summary>
internal static class WebhookSignature
{
    /// <summary>The header's name.</summary>
    public const string Header = "Wardwatch-Signature";

    /// <summary>Bytes of a secret.</summary>
    public const int SecretBytes = 32;

    private const string SecretPrefix = "whsec_";

    /// <summary>A secret as it is shown: <c>whsec_</c> and its bytes in base64.</summary>
    public static string Show(ReadOnlySpan<byte> secret) => SecretPrefix + Convert.ToBase64String(secret);

    /// <summary>The header's value.</summary>
    public static string Of(ReadOnlySpan<byte> secret, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var seconds = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes(seconds), (byte)'.', .. body];
        return $"t={seconds},v1={Convert.ToHexStringLower(HMACSHA256.HashData(secret, signed))}";
    }
}
