using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>
/// A key that protects data of one tenant or one patient with AES-256-GCM (NIST SP 800-38D).
/// A sealed value is <c>nonce (12) ‖ ciphertext ‖ tag (16)</c>, so it is <see cref="Overhead"/> bytes longer than its content.
/// </summary>
/// <remarks>
/// Thread-safe: the platform's <see cref="AesGcm"/> is not, so each operation holds a lock that is free on the normal path,
/// since one lane owns a patient. Bulk readers take an instance of their own with <see cref="OpenSecond"/>.
/// Once it is disposed of, as when its patient is erased, it opens nothing and seals nothing, whoever still holds it.
/// </remarks>
public sealed class DataKey : IDisposable
{
    /// <summary>Bytes that sealing adds: a 12-byte nonce before and a 16-byte tag behind the ciphertext.</summary>
    public const int Overhead = NonceBytes + TagBytes;

    private const int NonceBytes = 12;
    private const int ShortIndexBytes = 8;
    private const int TagBytes = 16;

    private readonly Lock _gate = new();
    private readonly AesGcm _cipher;
    private readonly byte[] _key;
    private readonly INonceSource _nonces;
    private bool _isDestroyed;

    /// <summary>Takes a copy of the 32-byte <paramref name="key"/>; the caller clears its own.</summary>
    public DataKey(ReadOnlySpan<byte> key, INonceSource nonces)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, 32, nameof(key));
        _key = key.ToArray();
        _cipher = new AesGcm(key, TagBytes);
        _nonces = nonces;
    }

    /// <summary>Seals <paramref name="plaintext"/> into <paramref name="destination"/> and returns the bytes written.</summary>
    /// <param name="associatedData">What the value is bound to (its place); the same bytes are needed to open it.</param>
    /// <param name="plaintext">The content.</param>
    /// <param name="destination">At least <c>plaintext.Length + Overhead</c> bytes.</param>
    /// <exception cref="ObjectDisposedException">The key was destroyed.</exception>
    public int Seal(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        var length = plaintext.Length + Overhead;
        destination = destination[..length];
        var nonce = destination[..NonceBytes];
        _nonces.Next(nonce);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDestroyed, this);
            _cipher.Encrypt(nonce, plaintext, destination[NonceBytes..^TagBytes], destination[^TagBytes..], associatedData);
        }

        return length;
    }

    /// <summary>Opens what <see cref="Seal"/> wrote. False if it was changed, moved to another place, or sealed under another key, or if this key was destroyed.</summary>
    public bool TryOpen(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedValue, Span<byte> plaintext, out int length)
    {
        length = sealedValue.Length - Overhead;
        if (length < 0)
        {
            length = 0;
            return false;
        }

        try
        {
            lock (_gate)
            {
                if (_isDestroyed)
                {
                    length = 0;
                    return false;
                }

                _cipher.Decrypt(sealedValue[..NonceBytes], sealedValue[NonceBytes..^TagBytes], sealedValue[^TagBytes..], plaintext[..length], associatedData);
            }

            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>
    /// A keyed hash (HMAC-SHA-256) by which an encrypted value can be found without being stored in clear.
    /// <paramref name="purpose"/> separates fields, so that equal values in two fields do not match.
    /// </summary>
    public byte[] BlindIndex(string purpose, string value)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDestroyed, this);
            var derived = HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, 32, info: System.Text.Encoding.UTF8.GetBytes("blind-index:" + purpose));
            return HMACSHA256.HashData(derived, System.Text.Encoding.UTF8.GetBytes(value));
        }
    }

    /// <summary>The same for many values of one purpose: the first eight bytes of each keyed hash.</summary>
    /// <param name="purpose">Separates fields.</param>
    /// <param name="values">What is to be found.</param>
    public byte[][] BlindIndexes(string purpose, IReadOnlyList<string> values)
    {
        byte[] derived;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDestroyed, this);
            derived = HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, 32, info: System.Text.Encoding.UTF8.GetBytes("blind-index:" + purpose));
        }

        // One context for all of them: to set one up costs several times what a hash does, and a patient has some thirty.
        var indexes = new byte[values.Count][];
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        using (var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, derived))
        {
            for (var i = 0; i < indexes.Length; i++)
            {
                hmac.AppendData(System.Text.Encoding.UTF8.GetBytes(values[i]));
                hmac.GetHashAndReset(hash);
                indexes[i] = hash[..ShortIndexBytes].ToArray();
            }
        }

        CryptographicOperations.ZeroMemory(derived);
        return indexes;
    }

    /// <summary>A second instance under the same key, for a reader that opens many values and should not contend with the lane. Of a destroyed key it opens nothing either.</summary>
    public DataKey OpenSecond()
    {
        lock (_gate)
        {
            var second = new DataKey(_key, _nonces);
            if (_isDestroyed)
            {
                second.Dispose();
            }

            return second;
        }
    }

    /// <summary>The key, wrapped by <paramref name="wrap"/>.</summary>
    internal byte[] WrapUnder(Func<ReadOnlySpan<byte>, byte[]> wrap)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDestroyed, this);
            return wrap(_key);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            _isDestroyed = true;
            CryptographicOperations.ZeroMemory(_key);
            _cipher.Dispose();
        }
    }
}

/// <summary>
/// Draws nonces that are never given twice: <c>writer lease (u32) ‖ counter (u64)</c>, big-endian. The lease comes from a database sequence
/// at each start of a process, so neither a restart nor a second process can repeat one; random nonces would collide at this volume.
/// </summary>
public interface INonceSource
{
    /// <summary>Writes the next 12-byte nonce.</summary>
    void Next(Span<byte> nonce);
}

/// <summary>The nonces of one writer lease. Thread-safe.</summary>
public sealed class LeasedNonces(uint lease) : INonceSource
{
    private long _counter;

    /// <inheritdoc />
    public void Next(Span<byte> nonce)
    {
        BinaryPrimitives.WriteUInt32BigEndian(nonce, lease);
        BinaryPrimitives.WriteInt64BigEndian(nonce[4..], Interlocked.Increment(ref _counter));
    }
}
