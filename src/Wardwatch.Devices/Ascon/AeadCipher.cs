namespace Wardwatch.Devices.Ascon;

/// <summary>Sizes that all ciphers here share, and the way from a key's entry to its cipher.</summary>
public static class AeadCipher
{
    public const int KeyBytes = 16;
    public const int NonceBytes = 16;
    public const int TagBytes = 16;

    /// <summary>Makes the cipher that a key's entry names. The key is copied.</summary>
    /// <exception cref="ArgumentException">The key is not 16 bytes long.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The algorithm is unknown.</exception>
    public static IAeadCipher Create(AeadAlgorithm algorithm, ReadOnlySpan<byte> key) => algorithm switch
    {
        AeadAlgorithm.AsconAead128 => new AsconAead128(key),
        AeadAlgorithm.Ascon128 => new Ascon128(key),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Unknown cipher"),
    };

    internal static void CheckKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyBytes) throw new ArgumentException($"A key has {KeyBytes} bytes, this one {key.Length}", nameof(key));
    }

    internal static void CheckNonce(ReadOnlySpan<byte> nonce)
    {
        if (nonce.Length != NonceBytes) throw new ArgumentException($"A nonce has {NonceBytes} bytes, this one {nonce.Length}", nameof(nonce));
    }

    /// <summary>The destination must have the given length and either coincide with the source or lie apart from it.</summary>
    internal static void CheckDestination(ReadOnlySpan<byte> source, Span<byte> destination, int length)
    {
        if (destination.Length != length) throw new ArgumentException($"The destination must have {length} bytes, it has {destination.Length}", nameof(destination));
        if (source.Overlaps(destination, out var offset) && offset != 0) throw new ArgumentException("Source and destination overlap without coinciding", nameof(destination));
    }
}
