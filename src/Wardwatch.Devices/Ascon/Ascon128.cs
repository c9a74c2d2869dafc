using System.Security.Cryptography;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Wardwatch.Devices.Ascon;

/// <summary>
/// Ascon-128 as in the submission v1.2 to the NIST competition (section 2): rate 64 bits, 12 rounds at both ends and 6 between,
/// big-endian words. For older devices only; it does not interoperate with <see cref="AsconAead128"/>.
/// </summary>
public sealed class Ascon128 : IAeadCipher
{
    private const int RateBytes = 8;
    private const ulong InitialValue = 0x8040_0c06_0000_0000;
    private const ulong DomainSeparation = 1;

    private readonly ulong k0;
    private readonly ulong k1;

    /// <exception cref="ArgumentException">The key is not 16 bytes long.</exception>
    public Ascon128(ReadOnlySpan<byte> key)
    {
        AeadCipher.CheckKey(key);
        k0 = ReadUInt64BigEndian(key);
        k1 = ReadUInt64BigEndian(key[8..]);
    }

    public AeadAlgorithm Algorithm => AeadAlgorithm.Ascon128;

    public void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        AeadCipher.CheckNonce(nonce);
        AeadCipher.CheckDestination(plaintext, destination, plaintext.Length + AeadCipher.TagBytes);

        var state = Start(nonce, associatedData);
        while (plaintext.Length >= RateBytes)
        {
            state.X0 ^= ReadUInt64BigEndian(plaintext);
            WriteUInt64BigEndian(destination, state.X0);
            state.Permute6();
            plaintext = plaintext[RateBytes..];
            destination = destination[RateBytes..];
        }

        var length = plaintext.Length;
        state.X0 ^= ReadPart(plaintext) ^ Padding(length);
        WritePart(destination[..length], state.X0);

        Finish(ref state);
        WriteUInt64BigEndian(destination[length..], state.X3);
        WriteUInt64BigEndian(destination[(length + 8)..], state.X4);
    }

    public bool TryDecrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertextAndTag, Span<byte> plaintext)
    {
        AeadCipher.CheckNonce(nonce);
        if (ciphertextAndTag.Length < AeadCipher.TagBytes)
        {
            CryptographicOperations.ZeroMemory(plaintext);
            return false;
        }

        var ciphertext = ciphertextAndTag[..^AeadCipher.TagBytes];
        AeadCipher.CheckDestination(ciphertextAndTag, plaintext, ciphertext.Length);
        var tag = ciphertextAndTag[^AeadCipher.TagBytes..];
        var whole = plaintext;

        var state = Start(nonce, associatedData);
        while (ciphertext.Length >= RateBytes)
        {
            var c = ReadUInt64BigEndian(ciphertext);
            WriteUInt64BigEndian(plaintext, state.X0 ^ c);
            state.X0 = c;
            state.Permute6();
            ciphertext = ciphertext[RateBytes..];
            plaintext = plaintext[RateBytes..];
        }

        state.X0 = DecryptPart(state.X0, ciphertext, plaintext);

        Finish(ref state);
        var difference = (state.X3 ^ ReadUInt64BigEndian(tag)) | (state.X4 ^ ReadUInt64BigEndian(tag[8..]));
        if (difference == 0) return true;
        CryptographicOperations.ZeroMemory(whole);
        return false;
    }

    private AsconState Start(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData)
    {
        AsconState state;
        state.X0 = InitialValue;
        state.X1 = k0;
        state.X2 = k1;
        state.X3 = ReadUInt64BigEndian(nonce);
        state.X4 = ReadUInt64BigEndian(nonce[8..]);
        state.Permute12();
        state.X3 ^= k0;
        state.X4 ^= k1;

        if (!associatedData.IsEmpty)
        {
            while (associatedData.Length >= RateBytes)
            {
                state.X0 ^= ReadUInt64BigEndian(associatedData);
                state.Permute6();
                associatedData = associatedData[RateBytes..];
            }

            state.X0 ^= ReadPart(associatedData) ^ Padding(associatedData.Length);
            state.Permute6();
        }

        state.X4 ^= DomainSeparation;
        return state;
    }

    /// <summary>Leaves the tag in X3 and X4.</summary>
    private void Finish(ref AsconState state)
    {
        state.X1 ^= k0;
        state.X2 ^= k1;
        state.Permute12();
        state.X3 ^= k0;
        state.X4 ^= k1;
    }

    /// <summary>The padding's 1 bit after <paramref name="length"/> (0..7) bytes of a word.</summary>
    private static ulong Padding(int length) => 0x80UL << (56 - (8 * length));

    /// <summary>0..7 bytes as the high end of a word.</summary>
    private static ulong ReadPart(ReadOnlySpan<byte> bytes)
    {
        ulong word = 0;
        for (var i = 0; i < bytes.Length; i++) word |= (ulong)bytes[i] << (56 - (8 * i));
        return word;
    }

    private static void WritePart(Span<byte> bytes, ulong word)
    {
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(word >> (56 - (8 * i)));
    }

    /// <summary>Decrypts the last 0..7 bytes under one word of the state, and answers the padded word that replaces it.</summary>
    private static ulong DecryptPart(ulong word, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        var length = ciphertext.Length;
        var c = ReadPart(ciphertext);
        WritePart(plaintext, word ^ c);
        var kept = ulong.MaxValue >> (8 * length);
        return ((word & kept) | c) ^ Padding(length);
    }
}
