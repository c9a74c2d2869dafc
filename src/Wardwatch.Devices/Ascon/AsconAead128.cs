using System.Security.Cryptography;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Wardwatch.Devices.Ascon;

/// <summary>
/// Ascon-AEAD128 (NIST SP 800-232, section 4): rate 128 bits, 12 rounds at both ends and 8 between, little-endian words.
/// </summary>
public sealed class AsconAead128 : IAeadCipher
{
    private const int RateBytes = 16;
    private const ulong InitialValue = 0x0000_1000_808c_0001;
    private const ulong DomainSeparation = 1UL << 63;

    private readonly ulong k0;
    private readonly ulong k1;

    /// <exception cref="ArgumentException">The key is not 16 bytes long.</exception>
    public AsconAead128(ReadOnlySpan<byte> key)
    {
        AeadCipher.CheckKey(key);
        k0 = ReadUInt64LittleEndian(key);
        k1 = ReadUInt64LittleEndian(key[8..]);
    }

    public AeadAlgorithm Algorithm => AeadAlgorithm.AsconAead128;

    public void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        AeadCipher.CheckNonce(nonce);
        AeadCipher.CheckDestination(plaintext, destination, plaintext.Length + AeadCipher.TagBytes);

        var state = Start(nonce, associatedData);
        while (plaintext.Length >= RateBytes)
        {
            state.X0 ^= ReadUInt64LittleEndian(plaintext);
            state.X1 ^= ReadUInt64LittleEndian(plaintext[8..]);
            WriteUInt64LittleEndian(destination, state.X0);
            WriteUInt64LittleEndian(destination[8..], state.X1);
            state.Permute8();
            plaintext = plaintext[RateBytes..];
            destination = destination[RateBytes..];
        }

        // The last block holds 0..15 bytes and the padding's single 1 bit after them.
        var length = plaintext.Length;
        if (length >= 8)
        {
            state.X0 ^= ReadUInt64LittleEndian(plaintext);
            WriteUInt64LittleEndian(destination, state.X0);
            state.X1 ^= ReadPart(plaintext[8..]) ^ Padding(length - 8);
            WritePart(destination[8..length], state.X1);
        }
        else
        {
            state.X0 ^= ReadPart(plaintext) ^ Padding(length);
            WritePart(destination[..length], state.X0);
        }

        Finish(ref state);
        WriteUInt64LittleEndian(destination[length..], state.X3);
        WriteUInt64LittleEndian(destination[(length + 8)..], state.X4);
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
            var c0 = ReadUInt64LittleEndian(ciphertext);
            var c1 = ReadUInt64LittleEndian(ciphertext[8..]);
            WriteUInt64LittleEndian(plaintext, state.X0 ^ c0);
            WriteUInt64LittleEndian(plaintext[8..], state.X1 ^ c1);
            state.X0 = c0;
            state.X1 = c1;
            state.Permute8();
            ciphertext = ciphertext[RateBytes..];
            plaintext = plaintext[RateBytes..];
        }

        var length = ciphertext.Length;
        if (length >= 8)
        {
            var c0 = ReadUInt64LittleEndian(ciphertext);
            WriteUInt64LittleEndian(plaintext, state.X0 ^ c0);
            state.X0 = c0;
            state.X1 = DecryptPart(state.X1, ciphertext[8..], plaintext[8..]);
        }
        else
        {
            state.X0 = DecryptPart(state.X0, ciphertext, plaintext);
        }

        Finish(ref state);
        var difference = (state.X3 ^ ReadUInt64LittleEndian(tag)) | (state.X4 ^ ReadUInt64LittleEndian(tag[8..]));
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
        state.X3 = ReadUInt64LittleEndian(nonce);
        state.X4 = ReadUInt64LittleEndian(nonce[8..]);
        state.Permute12();
        state.X3 ^= k0;
        state.X4 ^= k1;

        if (!associatedData.IsEmpty)
        {
            while (associatedData.Length >= RateBytes)
            {
                state.X0 ^= ReadUInt64LittleEndian(associatedData);
                state.X1 ^= ReadUInt64LittleEndian(associatedData[8..]);
                state.Permute8();
                associatedData = associatedData[RateBytes..];
            }

            if (associatedData.Length >= 8)
            {
                state.X0 ^= ReadUInt64LittleEndian(associatedData);
                state.X1 ^= ReadPart(associatedData[8..]) ^ Padding(associatedData.Length - 8);
            }
            else
            {
                state.X0 ^= ReadPart(associatedData) ^ Padding(associatedData.Length);
            }

            state.Permute8();
        }

        state.X4 ^= DomainSeparation;
        return state;
    }

    /// <summary>Leaves the tag in X3 and X4.</summary>
    private void Finish(ref AsconState state)
    {
        state.X2 ^= k0;
        state.X3 ^= k1;
        state.Permute12();
        state.X3 ^= k0;
        state.X4 ^= k1;
    }

    /// <summary>The padding's 1 bit after <paramref name="length"/> (0..7) bytes of a word.</summary>
    private static ulong Padding(int length) => 1UL << (8 * length);

    /// <summary>0..7 bytes as the low end of a word.</summary>
    private static ulong ReadPart(ReadOnlySpan<byte> bytes)
    {
        ulong word = 0;
        for (var i = 0; i < bytes.Length; i++) word |= (ulong)bytes[i] << (8 * i);
        return word;
    }

    private static void WritePart(Span<byte> bytes, ulong word)
    {
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(word >> (8 * i));
    }

    /// <summary>Decrypts the last 0..7 bytes under one word of the state, and answers the padded word that replaces it.</summary>
    private static ulong DecryptPart(ulong word, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        var length = ciphertext.Length;
        var c = ReadPart(ciphertext);
        WritePart(plaintext, word ^ c);
        var kept = ulong.MaxValue << (8 * length);
        return ((word & kept) | c) ^ Padding(length);
    }
}
