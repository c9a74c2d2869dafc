using System.Security.Cryptography;

namespace Wardwatch.Server.Platform.Keys;

/// <summary>Wraps other keys (AES Key Wrap with Padding, RFC 5649) under what is derived from a key for just that purpose (HKDF-SHA-256, RFC 5869). Thread-safe.</summary>
internal sealed class WrappingKey : IDisposable
{
    /// <summary>Bytes of the keys from which these are derived.</summary>
    public const int KeyBytes = 32;

    private readonly Lock _gate = new();
    private readonly Aes _aes = Aes.Create();

    /// <summary>Derives from <paramref name="key"/>, which the caller clears.</summary>
    public WrappingKey(ReadOnlySpan<byte> key, ReadOnlySpan<byte> purpose)
    {
        Span<byte> derived = stackalloc byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, salt: [], info: purpose);
        _aes.SetKey(derived);
        CryptographicOperations.ZeroMemory(derived);
    }

    /// <summary>Wraps a key.</summary>
    public byte[] Wrap(ReadOnlySpan<byte> key)
    {
        // Aes holds no lock of its own; wrapping is rare.
        lock (_gate)
        {
            return _aes.EncryptKeyWrapPadded(key);
        }
    }

    /// <summary>Unwraps a key. Throws <see cref="CryptographicException"/> if it was changed or wrapped under another.</summary>
    public byte[] Unwrap(ReadOnlySpan<byte> wrapped)
    {
        lock (_gate)
        {
            return _aes.DecryptKeyWrapPadded(wrapped);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            _aes.Dispose();
        }
    }
}
