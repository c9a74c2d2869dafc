using Wardwatch.Devices.Ascon;

namespace Wardwatch.Devices.Envelopes;

/// <summary>
/// Seals and opens envelopes. The nonce is bytes 6..21 (boot id ‖ counter); the associated data is the header ‖ the topic in UTF-8,
/// so that a sealed reading cannot be moved to another patient's topic. Nothing is allocated.
/// </summary>
public static class Envelope
{
    /// <summary>Longer topics are refused: the associated data is put together on the stack.</summary>
    public const int MaxTopicBytes = 1024;

    /// <summary>What sealing adds to a plaintext: header and tag.</summary>
    public const int Overhead = EnvelopeHeader.Bytes + AeadCipher.TagBytes;

    /// <summary>The plaintext's length in an envelope of this many bytes; 0 where it is too short to be one.</summary>
    public static int PlaintextLength(int envelopeBytes) => Math.Max(0, envelopeBytes - Overhead);

    /// <summary>Writes header ‖ ciphertext ‖ tag and answers its length, the plaintext's + <see cref="Overhead"/>.</summary>
    /// <exception cref="ArgumentException">The destination is too short, the topic too long, the kind unknown or the counter zero.</exception>
    public static int Seal(IAeadCipher cipher, in EnvelopeHeader header, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(cipher);
        if (topic.Length > MaxTopicBytes) throw new ArgumentException($"A topic has at most {MaxTopicBytes} bytes", nameof(topic));
        if (header.Counter == 0) throw new ArgumentException("Counters begin at 1", nameof(header));
        if (header.Kind is < EnvelopeKind.Vitals or > EnvelopeKind.DeviceStatus) throw new ArgumentException("Unknown kind", nameof(header));
        var length = plaintext.Length + Overhead;
        if (destination.Length < length) throw new ArgumentException($"The envelope takes {length} bytes", nameof(destination));

        header.Write(destination);
        Span<byte> associatedData = stackalloc byte[EnvelopeHeader.Bytes + topic.Length];
        destination[..EnvelopeHeader.Bytes].CopyTo(associatedData);
        topic.CopyTo(associatedData[EnvelopeHeader.Bytes..]);
        cipher.Encrypt(associatedData[EnvelopeHeader.NonceOffset..EnvelopeHeader.Bytes], associatedData, plaintext, destination[EnvelopeHeader.Bytes..length]);
        return length;
    }

    /// <summary>Checks the tag and decrypts. Where it answers false, nothing of the plaintext is left in the destination.</summary>
    /// <param name="cipher">The cipher of the key that the header names.</param>
    /// <param name="envelope">The complete envelope, as published.</param>
    /// <param name="topic">The topic of the PUBLISH, in UTF-8, as it was sent.</param>
    /// <param name="plaintext">At least <see cref="PlaintextLength"/> bytes, apart from the envelope.</param>
    /// <param name="written">The plaintext's length.</param>
    /// <param name="problem">Why the envelope is refused.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static bool TryOpen(IAeadCipher cipher, ReadOnlySpan<byte> envelope, ReadOnlySpan<byte> topic, Span<byte> plaintext, out int written, out EnvelopeProblem problem)
    {
        ArgumentNullException.ThrowIfNull(cipher);
        written = 0;
        if (!EnvelopeHeader.TryRead(envelope, out _, out problem)) return false;
        if (topic.Length > MaxTopicBytes)
        {
            problem = EnvelopeProblem.TopicTooLong;
            return false;
        }

        var length = envelope.Length - Overhead;
        if (plaintext.Length < length) throw new ArgumentException($"The plaintext takes {length} bytes", nameof(plaintext));

        var header = envelope[..EnvelopeHeader.Bytes];
        Span<byte> associatedData = stackalloc byte[EnvelopeHeader.Bytes + topic.Length];
        header.CopyTo(associatedData);
        topic.CopyTo(associatedData[EnvelopeHeader.Bytes..]);
        if (!cipher.TryDecrypt(header[EnvelopeHeader.NonceOffset..], associatedData, envelope[EnvelopeHeader.Bytes..], plaintext[..length]))
        {
            problem = EnvelopeProblem.WrongTag;
            return false;
        }

        written = length;
        return true;
    }
}
