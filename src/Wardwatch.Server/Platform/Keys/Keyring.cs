using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Keys;

/// <summary>
/// The chain master key → tenant key → patient key. Each key serves one purpose: what wraps and what encrypts are derived apart, and each tenant wraps under
/// keys of its own. A wrapped key says under which:
/// <code>| number of the tenant key 4, big-endian | AES Key Wrap with Padding, to the end |</code>
/// A number that is not known was made by a rotation in another process: the tenant's keys are then read again.
/// </summary>
/// <param name="masters">The master keys; disposed of with this.</param>
/// <param name="nonces">For the keys that are opened.</param>
/// <param name="source">Where tenants' keys are read; null: only those that are handed in.</param>
internal sealed class Keyring(MasterKeys masters, INonceSource nonces, ITenantKeySource? source = null) : IKeyring, IDisposable
{
    private const int NumberBytes = 4;

    private readonly ConcurrentDictionary<int, TenantKeys> _tenants = new();
    private readonly Lock _opening = new();

    /// <summary>A keyring under one master key, which the caller clears.</summary>
    public Keyring(ReadOnlySpan<byte> masterKey, INonceSource nonces)
        : this(Of(masterKey), nonces)
    {
    }

    /// <summary>The tenants whose keys are open.</summary>
    public IReadOnlyCollection<int> TenantIds => [.. _tenants.Keys];

    /// <summary>The master keys.</summary>
    public MasterKeys Masters => masters;

    /// <inheritdoc />
    public WrappedTenantKey CreateTenantKey()
    {
        var key = RandomNumberGenerator.GetBytes(WrappingKey.KeyBytes);
        var (wrapped, id) = masters.Wrap(key);
        CryptographicOperations.ZeroMemory(key);
        return new(1, id, wrapped, WrappedDataKey: null);
    }

    /// <summary>Draws a key that takes the place of a tenant's newest one: it wraps anew, and opens what the tenant's data key has sealed.</summary>
    public WrappedTenantKey CreateNextTenantKey(int tenantId)
    {
        var present = Find(tenantId);
        var key = RandomNumberGenerator.GetBytes(WrappingKey.KeyBytes);
        using var wrapping = TenantKeys.Derive(key);
        var (wrapped, id) = masters.Wrap(key);
        CryptographicOperations.ZeroMemory(key);
        return new(present.Newest + 1, id, wrapped, present.Data.WrapUnder(wrapping.Wrap));
    }

    /// <summary>Opens a tenant's keys; those that are no longer among them are forgotten.</summary>
    public DataKey Open(int tenantId, IReadOnlyCollection<WrappedTenantKey> keys)
    {
        lock (_opening)
        {
            var before = _tenants.GetValueOrDefault(tenantId);
            var wrapping = new Dictionary<int, WrappingKey>();
            var data = before?.Data;
            foreach (var stored in keys)
            {
                var key = masters.Unwrap(stored.MasterKeyId, stored.WrappedKey);
                var opened = before?.ByNumber.GetValueOrDefault(stored.Number) ?? TenantKeys.Derive(key);
                wrapping.Add(stored.Number, opened);
                data ??= TenantKeys.OpenData(key, opened, stored.WrappedDataKey, nonces);
                CryptographicOperations.ZeroMemory(key);
            }

            _tenants[tenantId] = new(data ?? throw new KeyNotFoundException($"Tenant {tenantId} has no key."), wrapping.ToFrozenDictionary());
            foreach (var (number, gone) in before?.ByNumber ?? FrozenDictionary<int, WrappingKey>.Empty)
            {
                if (!wrapping.ContainsKey(number))
                {
                    gone.Dispose();
                }
            }

            return data;
        }
    }

    /// <summary>Reads a tenant's keys again.</summary>
    public void Reload(int tenantId)
    {
        if (source is not null)
        {
            Open(tenantId, source.Read(tenantId));
        }
    }

    /// <inheritdoc />
    public DataKey Tenant(int tenantId) => Find(tenantId).Data;

    /// <inheritdoc />
    public byte[] Wrap(int tenantId, ReadOnlySpan<byte> key)
    {
        while (true)
        {
            var tenant = Find(tenantId);
            try
            {
                var wrapped = tenant.ByNumber[tenant.Newest].Wrap(key);
                var result = new byte[NumberBytes + wrapped.Length];
                BinaryPrimitives.WriteInt32BigEndian(result, tenant.Newest);
                wrapped.CopyTo(result, NumberBytes);
                return result;
            }
            catch (ObjectDisposedException) when (!ReferenceEquals(tenant, Find(tenantId)))
            {
                // Rotated away just now.
            }
        }
    }

    /// <inheritdoc />
    public byte[] Unwrap(int tenantId, ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length <= NumberBytes)
        {
            throw new CryptographicException("This is no wrapped key.");
        }

        var number = BinaryPrimitives.ReadInt32BigEndian(wrapped);
        var tenant = Find(tenantId);
        if (!tenant.ByNumber.ContainsKey(number))
        {
            Reload(tenantId);
            tenant = Find(tenantId);
        }

        return tenant.ByNumber.TryGetValue(number, out var wrapping)
            ? wrapping.Unwrap(wrapped[NumberBytes..])
            : throw new CryptographicException($"It is wrapped under key {number} of tenant {tenantId}, which is not there (any more).");
    }

    /// <summary>The number of the tenant's newest key: what is wrapped under another one is to be wrapped anew.</summary>
    public int NewestNumber(int tenantId) => Find(tenantId).Newest;

    /// <inheritdoc />
    public DataKey OpenPatientKey(int tenantId, ReadOnlySpan<byte> wrapped)
    {
        var key = Unwrap(tenantId, wrapped);
        try
        {
            return key.Length == WrappingKey.KeyBytes ? new DataKey(key, nonces) : throw new CryptographicException($"A patient's key has {WrappingKey.KeyBytes} bytes, not {key.Length}.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        masters.Dispose();
        foreach (var tenant in _tenants.Values)
        {
            tenant.Data.Dispose();
            foreach (var wrapping in tenant.ByNumber.Values)
            {
                wrapping.Dispose();
            }
        }
    }

    private static MasterKeys Of(ReadOnlySpan<byte> masterKey)
    {
        var masters = new MasterKeys();
        masters.Add(masterKey);
        return masters;
    }

    private TenantKeys Find(int tenantId)
    {
        if (!_tenants.TryGetValue(tenantId, out var tenant))
        {
            Reload(tenantId);
            tenant = _tenants.GetValueOrDefault(tenantId);
        }

        return tenant ?? throw new KeyNotFoundException($"The key of tenant {tenantId} was not opened.");
    }

    private sealed record TenantKeys(DataKey Data, FrozenDictionary<int, WrappingKey> ByNumber)
    {
        public int Newest { get; } = ByNumber.Keys.Max();

        public static WrappingKey Derive(ReadOnlySpan<byte> key) => new(key, "wardwatch/tenant/wrap-keys"u8);

        /// <summary>A tenant's first key also gives its data key; later ones carry it along, so that what it has sealed stays readable (decision 24).</summary>
        public static DataKey OpenData(ReadOnlySpan<byte> key, WrappingKey wrapping, byte[]? wrapped, INonceSource nonces)
        {
            var data = wrapped is null ? new byte[WrappingKey.KeyBytes] : wrapping.Unwrap(wrapped);
            if (wrapped is null)
            {
                HKDF.DeriveKey(HashAlgorithmName.SHA256, key, data, salt: [], info: "wardwatch/tenant/data"u8);
            }

            var opened = new DataKey(data, nonces);
            CryptographicOperations.ZeroMemory(data);
            return opened;
        }
    }
}

/// <summary>Where the wrapped keys of tenants are.</summary>
internal interface ITenantKeySource
{
    /// <summary>The keys of one tenant; none if there is no such tenant.</summary>
    IReadOnlyCollection<WrappedTenantKey> Read(int tenantId);
}
