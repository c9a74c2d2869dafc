using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Wardwatch.Server.Devices.Contracts;

/// <summary>
/// A device's token: 256 random bits in base64url. Only its SHA-256 is kept; a slow hash would protect nothing more,
/// since nobody can guess 256 bits.
/// </summary>
public static class DeviceTokens
{
    private static readonly byte[] NoDevice = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);

    /// <summary>Draws a token: 43 characters.</summary>
    public static string Draw() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>The hash that is stored.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>
    /// Whether <paramref name="token"/> is the device's, in a time that depends on neither the token nor on whether there is such a device.
    /// </summary>
    /// <param name="device">The device that claims to be there; null (unknown or revoked) never matches.</param>
    /// <param name="token">The token's bytes as the device sent them.</param>
    public static bool Matches(DeviceEntry? device, ReadOnlySpan<byte> token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(token, hash);
        return CryptographicOperations.FixedTimeEquals(hash, device?.TokenHash ?? NoDevice) & device is not null;
    }
}
