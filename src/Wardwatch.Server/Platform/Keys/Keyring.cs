using System.Collections.Concurrent;
using System.Security.Cryptography;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Keys;

/// <summary>
/// The chain master key → tenant key → patient key. Each key serves one purpose: what wraps and what encrypts are derived apart
/// (HKDF-SHA-256, RFC 5869), and each tenant wraps under a key of its own.
/// </summary>
internal sealed class Keyring : IKeyring, IDisposable
{
    private const int KeyBytes = 32;

    private readonly Aes _master;
    private readonly INonceSource _nonces;
    private readonly ConcurrentDictionary<int, TenantKeys> _tenants = new();

    /// <summary>Derives what it needs from the 32-byte <paramref name="masterKey"/>; the caller clears its own.</summary>
    public Keyring(ReadOnlySpan<byte> masterKey, INonceSource nonces)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(masterKey.Length, MasterKey.Bytes, nameof(masterKey));
        _master = DeriveWrapping(masterKey, "wardwatch/master/wrap-tenant-keys"u8);
        _nonces = nonces;
    }

    /// <inheritdoc />
    public byte[] CreateTenantKey()
    {
        var key = RandomNumberGenerator.GetBytes(KeyBytes);
        try
        {
            return Wrap(_master, key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <inheritdoc />
    public DataKey OpenTenantKey(int tenantId, ReadOnlySpan<byte> wrapped)
    {
        var key = Unwrap(_master, wrapped);
        try
        {
            var opened = new TenantKeys(key, _nonces);
            var kept = _tenants.GetOrAdd(tenantId, opened);
            if (!ReferenceEquals(kept, opened))
            {
                opened.Dispose();
            }

            return kept.Data;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <inheritdoc />
    public DataKey Tenant(int tenantId) => Find(tenantId).Data;

    /// <inheritdoc />
    public byte[] Wrap(int tenantId, ReadOnlySpan<byte> key) => Wrap(Find(tenantId).Wrapping, key);

    /// <inheritdoc />
    public byte[] Unwrap(int tenantId, ReadOnlySpan<byte> wrapped) => Unwrap(Find(tenantId).Wrapping, wrapped);

    /// <inheritdoc />
    public DataKey OpenPatientKey(int tenantId, ReadOnlySpan<byte> wrapped)
    {
        var key = Unwrap(tenantId, wrapped);
        try
        {
            return key.Length == KeyBytes ? new DataKey(key, _nonces) : throw new CryptographicException($"A patient's key has {KeyBytes} bytes, not {key.Length}.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _master.Dispose();
        foreach (var tenant in _tenants.Values)
        {
            tenant.Dispose();
        }
    }

    private static Aes DeriveWrapping(ReadOnlySpan<byte> key, ReadOnlySpan<byte> purpose)
    {
        Span<byte> derived = stackalloc byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, salt: [], info: purpose);
        var aes = Aes.Create();
        aes.SetKey(derived);
        CryptographicOperations.ZeroMemory(derived);
        return aes;
    }

    // Aes holds no lock of its own; wrapping is rare.
    private static byte[] Wrap(Aes wrapping, ReadOnlySpan<byte> key)
    {
        lock (wrapping)
        {
            return wrapping.EncryptKeyWrapPadded(key);
        }
    }

    private static byte[] Unwrap(Aes wrapping, ReadOnlySpan<byte> wrapped)
    {
        lock (wrapping)
        {
            return wrapping.DecryptKeyWrapPadded(wrapped);
        }
    }

    private TenantKeys Find(int tenantId) =>
        _tenants.TryGetValue(tenantId, out var tenant) ? tenant : throw new KeyNotFoundException($"The key of tenant {tenantId} was not opened.");

    private sealed class TenantKeys : IDisposable
    {
        public TenantKeys(ReadOnlySpan<byte> key, INonceSource nonces)
        {
            Wrapping = DeriveWrapping(key, "wardwatch/tenant/wrap-keys"u8);
            Span<byte> data = stackalloc byte[KeyBytes];
            HKDF.DeriveKey(HashAlgorithmName.SHA256, key, data, salt: [], info: "wardwatch/tenant/data"u8);
            Data = new DataKey(data, nonces);
            CryptographicOperations.ZeroMemory(data);
        }

        public Aes Wrapping { get; }

        public DataKey Data { get; }

        public void Dispose()
        {
            Wrapping.Dispose();
            Data.Dispose();
        }
    }
}
