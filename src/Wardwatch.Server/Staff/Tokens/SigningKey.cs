using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Wardwatch.Server.Staff.Tokens;

/// <summary>An ECDSA P-256 key of one hospital, and the one token header that goes with it.</summary>
internal sealed class SigningKey : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ECDsa _key;

    /// <param name="id">The key's id (<c>kid</c>): letters, digits and hyphens, so that it needs no escaping in JSON.</param>
    /// <param name="tenantId">The hospital for which it signs.</param>
    /// <param name="privateKey">The key in PKCS #8.</param>
    public SigningKey(string id, int tenantId, ReadOnlySpan<byte> privateKey)
    {
        Id = id;
        TenantId = tenantId;
        Header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"ES256","kid":"{{id}}","typ":"JWT"}"""));
        _key = ECDsa.Create();
        _key.ImportPkcs8PrivateKey(privateKey, out _);
    }

    /// <summary>Bytes of a signature: r ‖ s, 32 each (RFC 7518, section 3.4).</summary>
    public const int SignatureBytes = 64;

    /// <summary>The key's id.</summary>
    public string Id { get; }

    /// <summary>The hospital for which it signs.</summary>
    public int TenantId { get; }

    /// <summary>The header of every token under this key, in base64url. A token with any other header is not one of ours.</summary>
    public string Header { get; }

    /// <summary>Draws a private key, in PKCS #8.</summary>
    public static byte[] Draw()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKey();
    }

    /// <summary>The public key, as SubjectPublicKeyInfo.</summary>
    public byte[] PublicKey()
    {
        lock (_gate)
        {
            return _key.ExportSubjectPublicKeyInfo();
        }
    }

    /// <summary>Signs (ECDSA with SHA-256).</summary>
    public byte[] Sign(ReadOnlySpan<byte> content)
    {
        lock (_gate)
        {
            return _key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    /// <summary>Whether the signature is this key's.</summary>
    public bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        lock (_gate)
        {
            return _key.VerifyData(content, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _key.Dispose();
}
