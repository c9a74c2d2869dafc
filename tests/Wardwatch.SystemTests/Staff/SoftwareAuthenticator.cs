using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Wardwatch.SystemTests.Staff;

/// <summary>
/// An authenticator in software (WebAuthn level 3): ES256, attestation "none", one passkey that can be found without a user name. What it says can be bent for
/// attacks.
/// </summary>
internal sealed class SoftwareAuthenticator : IDisposable
{
    private const byte UserPresent = 0x01;
    private const byte UserVerified = 0x04;
    private const byte HasCredential = 0x40;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private byte[] _userHandle = [];

    public byte[] CredentialId { get; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>The page from which it is asked.</summary>
    public required string Origin { get; init; }

    /// <summary>Whether it has verified its owner.</summary>
    public bool Verifies { get; set; } = true;

    /// <summary>The domain that it signs for; by default that of the options.</summary>
    public string? Domain { get; set; }

    public uint Counter { get; set; }

    /// <summary>Says that it answers something else.</summary>
    public string? Challenge { get; set; }

    /// <summary>Answers creation options.</summary>
    public object Create(JsonElement options)
    {
        _userHandle = Base64Url.DecodeFromChars(options.GetProperty("user").GetProperty("id").GetString());
        var client = Client("webauthn.create", options);
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        byte[] cose = [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. point.X!, 0x22, 0x58, 0x20, .. point.Y!];
        byte[] length = [0, (byte)CredentialId.Length];
        byte[] credential = [.. new byte[16], .. length, .. CredentialId, .. cose];
        var data = Data(options.GetProperty("rp").GetProperty("id").GetString()!, HasCredential, credential);

        // {"fmt": "none", "attStmt": {}, "authData": bytes}
        byte[] attestation =
        [
            0xA3, 0x63, .. "fmt"u8, 0x64, .. "none"u8, 0x67, .. "attStmt"u8, 0xA0, 0x68, .. "authData"u8, 0x59, (byte)(data.Length >> 8), (byte)data.Length, .. data,
        ];
        return Credential(new { clientDataJSON = Text(client), attestationObject = Text(attestation), transports = new[] { "internal" } });
    }

    /// <summary>Answers request options.</summary>
    public object Get(JsonElement options)
    {
        var client = Client("webauthn.get", options);
        var data = Data(options.GetProperty("rpId").GetString()!, flags: 0, credential: []);
        byte[] signed = [.. data, .. SHA256.HashData(client)];
        var signature = _key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Credential(new { clientDataJSON = Text(client), authenticatorData = Text(data), signature = Text(signature), userHandle = Text(_userHandle) });
    }

    /// <summary>A copy of it, as somebody has it who read its memory.</summary>
    public SoftwareAuthenticator Copy() => At(Origin);

    /// <summary>The same passkey, asked from another page.</summary>
    public SoftwareAuthenticator At(string origin)
    {
        var copy = new SoftwareAuthenticator { Origin = origin, Counter = Counter, _userHandle = _userHandle };
        copy._key.ImportParameters(_key.ExportParameters(includePrivateParameters: true));
        CredentialId.CopyTo(copy.CredentialId, 0);
        return copy;
    }

    public void Dispose() => _key.Dispose();

    private byte[] Client(string type, JsonElement options) => JsonSerializer.SerializeToUtf8Bytes(
        new { type, challenge = Challenge ?? options.GetProperty("challenge").GetString(), origin = Origin, crossOrigin = false });

    private byte[] Data(string domain, byte flags, byte[] credential)
    {
        var data = new byte[37 + credential.Length];
        SHA256.HashData(Encoding.UTF8.GetBytes(Domain ?? domain)).CopyTo(data, 0);
        data[32] = (byte)(flags | UserPresent | (Verifies ? UserVerified : 0));
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(33), Counter == 0 ? 0 : ++Counter);
        credential.CopyTo(data, 37);
        return data;
    }

    private object Credential(object response) => new
    {
        id = Text(CredentialId),
        rawId = Text(CredentialId),
        type = "public-key",
        authenticatorAttachment = "platform",
        clientExtensionResults = new { },
        response,
    };

    private static string Text(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
