namespace Wardwatch.Server.Platform.Contracts;

/// <summary>
/// The chain master key → tenant key → patient key. Keys at rest are wrapped under the key above them
/// (AES Key Wrap with Padding, RFC 5649); only the master key lives outside the database.
/// </summary>
public interface IKeyring
{
    /// <summary>Draws a tenant key and returns it wrapped under the master key, ready to be stored.</summary>
    byte[] CreateTenantKey();

    /// <summary>Opens a stored tenant key and keeps it for <see cref="Tenant"/>. Throws <see cref="System.Security.Cryptography.CryptographicException"/> under a wrong master key.</summary>
    DataKey OpenTenantKey(int tenantId, ReadOnlySpan<byte> wrapped);

    /// <summary>The key of a tenant that was opened before; throws <see cref="KeyNotFoundException"/> otherwise.</summary>
    DataKey Tenant(int tenantId);

    /// <summary>Draws a key below the tenant's (a patient's 32 bytes, or a device's own) and returns it wrapped.</summary>
    byte[] Wrap(int tenantId, ReadOnlySpan<byte> key);

    /// <summary>Unwraps what <see cref="Wrap"/> returned. Throws <see cref="System.Security.Cryptography.CryptographicException"/> if it was changed.</summary>
    byte[] Unwrap(int tenantId, ReadOnlySpan<byte> wrapped);

    /// <summary>Opens a stored (wrapped) 32-byte key of a patient.</summary>
    DataKey OpenPatientKey(int tenantId, ReadOnlySpan<byte> wrapped);
}
