using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Wardwatch.Server.Notifications.Push;

/// <summary>
/// Encrypts a message for one browser (RFC 8291, content coding aes128gcm of RFC 8188), so that the push service carries what it cannot read. One record:
/// <code>| salt: 16 | record size: 4 | key id length: 1 (65) | key id: 65, our public key | AES-128-GCM of message ‖ 02 ‖ zeros, and its tag: 16 |</code>
/// </summary>
internal static class PushCipher
{
    /// <summary>The length of the secret that a browser gives with its key.</summary>
    public const int AuthenticationBytes = 16;

    /// <summary>Every message is filled up to this length, so that its own length tells nothing of it.</summary>
    public const int PaddedBytes = 512;

    private const int SaltBytes = 16;
    private const int HeaderBytes = SaltBytes + 4 + 1 + P256Point.Bytes;
    private const int KeyBytes = 16;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int RecordBytes = 4096;
    private const byte LastRecord = 2;

    /// <summary>Encrypts, under a key and a salt that are drawn for this message alone.</summary>
    /// <param name="message">At most <see cref="PaddedBytes"/> − 1 bytes.</param>
    /// <param name="receiver">The browser's public key, a valid point.</param>
    /// <param name="authentication">The browser's secret.</param>
    public static byte[] Encrypt(ReadOnlySpan<byte> message, ReadOnlySpan<byte> receiver, ReadOnlySpan<byte> authentication)
    {
        using var own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Encrypt(message, receiver, authentication, own, RandomNumberGenerator.GetBytes(SaltBytes), PaddedBytes);
    }

    /// <summary>The same with a given key, salt and padded length.</summary>
    internal static byte[] Encrypt(ReadOnlySpan<byte> message, ReadOnlySpan<byte> receiver, ReadOnlySpan<byte> authentication, ECDiffieHellman own, ReadOnlySpan<byte> salt, int padded)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(padded, message.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(padded, RecordBytes - TagBytes);
        var ownPublic = P256Point.Write(own.ExportParameters(includePrivateParameters: false).Q);
        using var other = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = P256Point.Read(receiver) });
        var (key, nonce) = Derive(own.DeriveRawSecretAgreement(other.PublicKey), authentication, receiver, ownPublic, salt);

        var plain = new byte[padded];
        message.CopyTo(plain);
        plain[message.Length] = LastRecord;
        var body = new byte[HeaderBytes + padded + TagBytes];
        salt.CopyTo(body);
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(SaltBytes), RecordBytes);
        body[SaltBytes + 4] = P256Point.Bytes;
        ownPublic.CopyTo(body, SaltBytes + 5);
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(nonce, plain, body.AsSpan(HeaderBytes, padded), body.AsSpan(HeaderBytes + padded));
        return body;
    }

    /// <summary>What a browser does: opens a message; null if it is not for this key.</summary>
    internal static byte[]? Decrypt(ReadOnlySpan<byte> body, ECDiffieHellman receiver, ReadOnlySpan<byte> authentication)
    {
        if (body.Length < HeaderBytes + TagBytes + 1 || body[SaltBytes + 4] != P256Point.Bytes || !P256Point.IsValid(body.Slice(SaltBytes + 5, P256Point.Bytes)))
        {
            return null;
        }

        var sender = body.Slice(SaltBytes + 5, P256Point.Bytes);
        var receiverPublic = P256Point.Write(receiver.ExportParameters(includePrivateParameters: false).Q);
        using var other = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = P256Point.Read(sender) });
        var (key, nonce) = Derive(receiver.DeriveRawSecretAgreement(other.PublicKey), authentication, receiverPublic, sender, body[..SaltBytes]);
        var plain = new byte[body.Length - HeaderBytes - TagBytes];
        using var cipher = new AesGcm(key, TagBytes);
        try
        {
            cipher.Decrypt(nonce, body[HeaderBytes..^TagBytes], body[^TagBytes..], plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        var end = Array.FindLastIndex(plain, padding => padding != 0);
        return end >= 0 && plain[end] == LastRecord ? plain[..end] : null;
    }

    // RFC 8291, section 3.4.
    private static (byte[] Key, byte[] Nonce) Derive(byte[] shared, ReadOnlySpan<byte> authentication, ReadOnlySpan<byte> receiver, ReadOnlySpan<byte> sender, ReadOnlySpan<byte> salt)
    {
        byte[] info = [.. "WebPush: info\0"u8, .. receiver, .. sender];
        var material = HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, 32, authentication.ToArray(), info);
        var saltBytes = salt.ToArray();
        var keys = (
            HKDF.DeriveKey(HashAlgorithmName.SHA256, material, KeyBytes, saltBytes, Encoding.ASCII.GetBytes("Content-Encoding: aes128gcm\0")),
            HKDF.DeriveKey(HashAlgorithmName.SHA256, material, NonceBytes, saltBytes, Encoding.ASCII.GetBytes("Content-Encoding: nonce\0")));
        CryptographicOperations.ZeroMemory(shared);
        CryptographicOperations.ZeroMemory(material);
        return keys;
    }
}
