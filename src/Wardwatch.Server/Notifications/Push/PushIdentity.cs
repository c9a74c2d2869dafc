using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Wardwatch.Server.Notifications.Push;

/// <summary>By which push services know one hospital (VAPID, RFC 8292): a key pair, and tokens under it that say who sends.</summary>
internal sealed class PushIdentity : IDisposable
{
    // A day at most is allowed; tokens are drawn anew well before that.
    private static readonly TimeSpan TokenLife = TimeSpan.FromHours(12);
    private static readonly TimeSpan TokenUse = TimeSpan.FromHours(6);

    private static readonly string Header = Base64Url.EncodeToString("{\"typ\":\"JWT\",\"alg\":\"ES256\"}"u8);

    private readonly Lock _gate = new();
    private readonly ECDsa _key = ECDsa.Create();
    private readonly ConcurrentDictionary<string, (string Value, DateTimeOffset Until)> _tokens = new(StringComparer.Ordinal);

    /// <param name="privateKey">The key in PKCS #8.</param>
    public PushIdentity(ReadOnlySpan<byte> privateKey)
    {
        _key.ImportPkcs8PrivateKey(privateKey, out _);
        PublicKey = P256Point.Write(_key.ExportParameters(includePrivateParameters: false).Q);
    }

    /// <summary>The public key, uncompressed: browsers subscribe with it.</summary>
    public byte[] PublicKey { get; }

    /// <summary>Draws a private key, in PKCS #8.</summary>
    public static byte[] Draw()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKey();
    }

    /// <summary>The value of <c>Authorization</c> for a push service.</summary>
    /// <param name="service">Its origin: <c>https://push.example</c>.</param>
    /// <param name="contact">Whom it may write to, or null.</param>
    /// <param name="now">The time.</param>
    public string Authorization(string service, string? contact, DateTimeOffset now)
    {
        if (!_tokens.TryGetValue(service, out var token) || token.Until <= now)
        {
            token = (Token(service, contact, now + TokenLife), now + TokenUse);
            _tokens[service] = token;
        }

        return $"vapid t={token.Value}, k={Base64Url.EncodeToString(PublicKey)}";
    }

    /// <inheritdoc />
    public void Dispose() => _key.Dispose();

    private string Token(string service, string? contact, DateTimeOffset until)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["aud"] = service, ["exp"] = until.ToUnixTimeSeconds() };
        if (contact is not null)
        {
            claims["sub"] = contact;
        }

        var signed = $"{Header}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        lock (_gate)
        {
            return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))}";
        }
    }
}
