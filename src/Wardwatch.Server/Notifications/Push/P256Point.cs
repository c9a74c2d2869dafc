using System.Numerics;
using System.Security.Cryptography;

namespace Wardwatch.Server.Notifications.Push;

/// <summary>Points of the curve P-256 (SEC 2, secp256r1), uncompressed: <c>04 ‖ x (32) ‖ y (32)</c>.</summary>
internal static class P256Point
{
    /// <summary>The length of a point.</summary>
    public const int Bytes = 65;

    private const int CoordinateBytes = 32;
    private const byte Uncompressed = 4;

    private static readonly BigInteger P = Number("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");
    private static readonly BigInteger B = Number("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B");

    /// <summary>Whether these bytes are a point of the curve: y² = x³ − 3x + b. Anything else would give away bits of the key that is multiplied with it.</summary>
    public static bool IsValid(ReadOnlySpan<byte> point)
    {
        if (point.Length != Bytes || point[0] != Uncompressed)
        {
            return false;
        }

        var (x, y) = (new BigInteger(point.Slice(1, CoordinateBytes), isUnsigned: true, isBigEndian: true), new BigInteger(point[(1 + CoordinateBytes)..], isUnsigned: true, isBigEndian: true));
        return x < P && y < P && BigInteger.ModPow(y, 2, P) == (((BigInteger.ModPow(x, 3, P) - (3 * x) + B) % P) + P) % P;
    }

    /// <summary>Reads a valid point.</summary>
    public static ECPoint Read(ReadOnlySpan<byte> point) => new() { X = point.Slice(1, CoordinateBytes).ToArray(), Y = point[(1 + CoordinateBytes)..].ToArray() };

    /// <summary>Writes a point.</summary>
    public static byte[] Write(ECPoint point)
    {
        var bytes = new byte[Bytes];
        bytes[0] = Uncompressed;
        point.X!.CopyTo(bytes, 1 + CoordinateBytes - point.X!.Length);
        point.Y!.CopyTo(bytes, Bytes - point.Y!.Length);
        return bytes;
    }

    private static BigInteger Number(string hex) => new(Convert.FromHexString(hex), isUnsigned: true, isBigEndian: true);
}
