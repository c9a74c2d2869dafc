namespace Wardwatch.Server.Platform.Contracts;

/// <summary>
/// The chain master key → tenant key → patient key. Keys at rest are wrapped under the key above them
/// (AES Key Wrap with Padding, RFC 5649); only the master key lives outside the database.
/// </summary>
public interface IKeyring
{
    /// <summary>Draws a tenant's first key, wrapped under a master key, ready to be stored.</summary>
    WrappedTenantKey CreateTenantKey();

    /// <summary>The key of a tenant's data; throws <see cref="KeyNotFoundException"/> if there is no such tenant. It stays the same when the tenant's key is rotated.</summary>
    DataKey Tenant(int tenantId);

    /// <summary>
    /// Wraps a key below the tenant's (a patient's 32 bytes, or a device's own). What comes of it is stored in a column that is named <c>wrapped_…</c> and goes
    /// through <c>keep_wrapped</c> in its migration: by that a rotation finds it.
    /// </summary>
    byte[] Wrap(int tenantId, ReadOnlySpan<byte> key);

    /// <summary>Unwraps what <see cref="Wrap"/> returned. Throws <see cref="System.Security.Cryptography.CryptographicException"/> if it was changed.</summary>
    byte[] Unwrap(int tenantId, ReadOnlySpan<byte> wrapped);

    /// <summary>Opens a stored (wrapped) 32-byte key of a patient.</summary>
    DataKey OpenPatientKey(int tenantId, ReadOnlySpan<byte> wrapped);
}

/// <summary>A tenant key as it is stored.</summary>
/// <param name="Number">Counts the tenant's keys, from 1.</param>
/// <param name="MasterKeyId">The fingerprint of the master key that wraps it; null where that was not noted.</param>
/// <param name="WrappedKey">The key.</param>
/// <param name="WrappedDataKey">The key of the tenant's data under this key; null: it is derived from this key.</param>
public sealed record WrappedTenantKey(int Number, string? MasterKeyId, byte[] WrappedKey, byte[]? WrappedDataKey);
