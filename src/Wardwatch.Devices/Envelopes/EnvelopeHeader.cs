using static System.Buffers.Binary.BinaryPrimitives;

namespace Wardwatch.Devices.Envelopes;

/// <summary>What an envelope carries once it is opened.</summary>
public enum EnvelopeKind : byte
{
    Vitals = 0x01,
    EcgWaveform = 0x02,
    DeviceStatus = 0x03,
}

/// <summary>Why an envelope could not be read or opened.</summary>
public enum EnvelopeProblem : byte
{
    None = 0,

    /// <summary>Shorter than header and tag.</summary>
    TooShort,

    /// <summary>The version byte is not 0x01.</summary>
    UnsupportedVersion,

    /// <summary>The kind byte is none of <see cref="EnvelopeKind"/>.</summary>
    UnknownKind,

    /// <summary>Counters begin at 1, so that a device which never counted is noticed.</summary>
    CounterZero,

    /// <summary>The topic has more than <see cref="Envelope.MaxTopicBytes"/> bytes.</summary>
    TopicTooLong,

    /// <summary>The tag is wrong: other key, other topic, other algorithm, or changed bytes.</summary>
    WrongTag,
}

/// <summary>
/// The clear, authenticated beginning of every envelope, version 1, big-endian:
/// <code>
///  0         1      2         6          14         22
///  | version | kind | key id  | boot id  | counter  | ciphertext ‖ tag …
///  | 0x01    | u8   | u32     | u64      | u64      |
/// </code>
/// </summary>
/// <param name="Kind">What is inside.</param>
/// <param name="KeyId">Names the device's key.</param>
/// <param name="BootId">Drawn at random each time the device starts.</param>
/// <param name="Counter">1, 2, 3 … since that start. Together with <paramref name="BootId"/> the nonce.</param>
public readonly record struct EnvelopeHeader(EnvelopeKind Kind, uint KeyId, ulong BootId, ulong Counter)
{
    public const int Bytes = 22;
    public const byte Version = 0x01;
    internal const int NonceOffset = 6;

    /// <summary>Reads the header of a whole envelope. Believe it only after the tag has been checked.</summary>
    /// <param name="envelope">The complete envelope, as published.</param>
    /// <param name="header">What could be read, for the record of a refusal; all zero if the envelope is too short or of another version.</param>
    /// <param name="problem">Why the envelope is refused.</param>
    public static bool TryRead(ReadOnlySpan<byte> envelope, out EnvelopeHeader header, out EnvelopeProblem problem)
    {
        header = default;
        problem = envelope.Length < Envelope.Overhead ? EnvelopeProblem.TooShort
            : envelope[0] != Version ? EnvelopeProblem.UnsupportedVersion
            : EnvelopeProblem.None;
        if (problem != EnvelopeProblem.None) return false;

        header = new EnvelopeHeader(
            (EnvelopeKind)envelope[1],
            ReadUInt32BigEndian(envelope[2..]),
            ReadUInt64BigEndian(envelope[6..]),
            ReadUInt64BigEndian(envelope[14..]));
        problem = header.Kind is < EnvelopeKind.Vitals or > EnvelopeKind.DeviceStatus ? EnvelopeProblem.UnknownKind
            : header.Counter == 0 ? EnvelopeProblem.CounterZero
            : EnvelopeProblem.None;
        return problem == EnvelopeProblem.None;
    }

    /// <summary>Writes the 22 bytes of the header.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The destination is shorter than <see cref="Bytes"/>.</exception>
    public void Write(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Bytes, nameof(destination));
        destination[0] = Version;
        destination[1] = (byte)Kind;
        WriteUInt32BigEndian(destination[2..], KeyId);
        WriteUInt64BigEndian(destination[6..], BootId);
        WriteUInt64BigEndian(destination[14..], Counter);
    }
}
