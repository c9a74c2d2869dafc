using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Wardwatch.Server.Platform.Keys;

/// <summary>The master keys that this process has: one, or two while it is rotated. Thread-safe.</summary>
/// <param name="reread">Reads them again from where they come from, when one is needed that was not there; null if they come from nowhere.</param>
internal sealed class MasterKeys(Func<IReadOnlyList<byte[]>>? reread = null) : IDisposable
{
    private ImmutableList<Entry> _keys = [];

    /// <summary>The fingerprints, in the order in which the keys were found.</summary>
    public IReadOnlyList<string> Ids => _keys.ConvertAll(key => key.Id);

    /// <summary>Where the present one comes from.</summary>
    public MasterKeyOrigin Origin { get; init; }

    /// <summary>The fingerprint of the key under which keys of hospitals are to be wrapped: the first one, unless another was chosen.</summary>
    public string PreferredId { get; set; } = "";

    /// <summary>The short name of a master key. It tells nothing of the key.</summary>
    public static string IdOf(ReadOnlySpan<byte> key)
    {
        Span<byte> id = stackalloc byte[8];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, id, salt: [], info: "wardwatch/master/id"u8);
        return Convert.ToHexStringLower(id);
    }

    /// <summary>Takes a key of 32 bytes, which the caller clears.</summary>
    public void Add(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, MasterKey.Bytes, nameof(key));
        var id = IdOf(key);
        if (_keys.Exists(known => known.Id == id))
        {
            return;
        }

        _keys = _keys.Add(new(id, new WrappingKey(key, "wardwatch/master/wrap-tenant-keys"u8)));
        PreferredId = PreferredId.Length == 0 ? id : PreferredId;
    }

    /// <summary>Whether the key is here, without looking for it anew.</summary>
    public bool Has(string id) => _keys.Exists(key => key.Id == id);

    /// <summary>Wraps a key of a hospital and says under which master key.</summary>
    public (byte[] Wrapped, string Id) Wrap(ReadOnlySpan<byte> key)
    {
        var id = PreferredId;
        return (Find(id)!.Wrap(key), id);
    }

    /// <summary>Wraps a key of a hospital under a certain master key, which must be here.</summary>
    public byte[] WrapUnder(string id, ReadOnlySpan<byte> key) => Find(id)!.Wrap(key);

    /// <summary>Unwraps a key of a hospital.</summary>
    /// <param name="id">Under which master key it is wrapped; null: not known, each is tried.</param>
    /// <param name="wrapped">The key.</param>
    /// <exception cref="CryptographicException">None of the keys here opens it.</exception>
    public byte[] Unwrap(string? id, ReadOnlySpan<byte> wrapped)
    {
        if (id is not null)
        {
            return (Find(id) ?? throw new CryptographicException($"The master key {id} is not here.")).Unwrap(wrapped);
        }

        foreach (var key in _keys)
        {
            try
            {
                return key.Wrapping.Unwrap(wrapped);
            }
            catch (CryptographicException)
            {
                // Another one's.
            }
        }

        throw new CryptographicException("No master key that is here opens it.");
    }

    /// <summary>The fingerprint of the key that opens it, of those that are here; null if none does.</summary>
    public string? FindOpener(ReadOnlySpan<byte> wrapped)
    {
        foreach (var key in _keys)
        {
            try
            {
                CryptographicOperations.ZeroMemory(key.Wrapping.Unwrap(wrapped));
                return key.Id;
            }
            catch (CryptographicException)
            {
                // Another one's.
            }
        }

        return null;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var key in _keys)
        {
            key.Wrapping.Dispose();
        }
    }

    private WrappingKey? Find(string id)
    {
        if (_keys.Find(key => key.Id == id) is { } known)
        {
            return known.Wrapping;
        }

        // It may have been rotated since this process started.
        foreach (var key in reread?.Invoke() ?? [])
        {
            Add(key);
            CryptographicOperations.ZeroMemory(key);
        }

        return _keys.Find(key => key.Id == id)?.Wrapping;
    }

    private sealed record Entry(string Id, WrappingKey Wrapping);
}
