using System.Buffers.Binary;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Cluster.Queue;

/// <summary>
/// Envelopes on their way to a partition, big-endian; they stay sealed under the devices' keys.
/// <code>
/// | version: 1 byte = 1 | partition: u16 | partitions: u16 | batches: u16 | batch, batch, … |
/// batch: | tenant: i32 | device: i32 | patient: i32 | received at: i64, microseconds since 1970 | envelopes: u16 | envelope, envelope, … |
/// envelope: | flags: 1 byte | topic's length: u16 | length: i32 | topic | envelope |
/// </code>
/// A batch is what one device sent in one go. The patient is by whom the gateway chose the partition. Flag 1: the gateway knew the envelope's key.
/// </summary>
internal static class EnvelopeMessage
{
    /// <summary>Bytes before the first batch.</summary>
    public const int HeaderBytes = 7;

    private const byte Version = 1;
    private const byte KeyKnown = 1;
    private const int BatchBytes = 22;
    private const int EnvelopeBytes = 7;

    /// <summary>Bytes that a batch takes at the most.</summary>
    public static int BytesOf(EnvelopeBatch batch) => BatchBytes + batch.Bytes + batch.Count * EnvelopeBytes;

    /// <summary>Whether a batch fits at all: a device's packets are bounded far below, and counts are of two bytes.</summary>
    public static bool CanHold(EnvelopeBatch batch) => batch.Count <= ushort.MaxValue;

    /// <summary>Writes what comes before the batches.</summary>
    public static void WriteHeader(Span<byte> message, int partition, int partitions, int batches)
    {
        message[0] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(message[1..], (ushort)partition);
        BinaryPrimitives.WriteUInt16BigEndian(message[3..], (ushort)partitions);
        BinaryPrimitives.WriteUInt16BigEndian(message[5..], (ushort)batches);
    }

    /// <summary>Writes a batch without what the gateway has refused already; answers its bytes, 0 if nothing is left of it.</summary>
    public static int WriteBatch(Span<byte> room, EnvelopeBatch batch)
    {
        var (at, count) = (BatchBytes, 0);
        for (var entry = 0; entry < batch.Count; entry++)
        {
            if (batch.Outcome(entry) != RefusalReason.None)
            {
                continue;
            }

            var topic = batch.Topic(entry);
            var envelope = batch.Envelope(entry);
            var known = EnvelopeHeader.TryRead(envelope, out var header, out _) && batch.Device.FindKey(header.KeyId, batch.ReceivedAt) is not null;
            room[at] = known ? KeyKnown : (byte)0;
            BinaryPrimitives.WriteUInt16BigEndian(room[(at + 1)..], (ushort)topic.Length);
            BinaryPrimitives.WriteInt32BigEndian(room[(at + 3)..], envelope.Length);
            topic.CopyTo(room[(at + EnvelopeBytes)..]);
            envelope.CopyTo(room[(at + EnvelopeBytes + topic.Length)..]);
            at += EnvelopeBytes + topic.Length + envelope.Length;
            count++;
        }

        if (count == 0)
        {
            return 0;
        }

        BinaryPrimitives.WriteInt32BigEndian(room, batch.Device.TenantId);
        BinaryPrimitives.WriteInt32BigEndian(room[4..], batch.Device.Number);
        BinaryPrimitives.WriteInt32BigEndian(room[8..], EnvelopeWay.PatientOf(batch.Device, batch.ReceivedAt));
        BinaryPrimitives.WriteInt64BigEndian(room[12..], batch.ReceivedAt);
        BinaryPrimitives.WriteUInt16BigEndian(room[20..], (ushort)count);
        return at;
    }

    /// <summary>Reads a message for a partition; false if it is none of ours, in whatever way. Nothing is allocated from a declared count.</summary>
    /// <param name="message">The bytes.</param>
    /// <param name="partition">The partition in whose queue it came.</param>
    /// <param name="partitions">How many there are.</param>
    /// <param name="batches">Emptied, then filled; what they hold lies in the message.</param>
    public static bool TryRead(ReadOnlySpan<byte> message, int partition, int partitions, List<SentBatch> batches)
    {
        batches.Clear();
        if (message.Length < HeaderBytes || message[0] != Version || BinaryPrimitives.ReadUInt16BigEndian(message[1..]) != partition
            || BinaryPrimitives.ReadUInt16BigEndian(message[3..]) != partitions)
        {
            return false;
        }

        var (at, count) = (HeaderBytes, BinaryPrimitives.ReadUInt16BigEndian(message[5..]));
        for (var i = 0; i < count; i++)
        {
            if (message.Length - at < BatchBytes)
            {
                return false;
            }

            var head = message[at..];
            var (first, envelopes) = (at + BatchBytes, BinaryPrimitives.ReadUInt16BigEndian(head[20..]));
            batches.Add(new(
                BinaryPrimitives.ReadInt32BigEndian(head), BinaryPrimitives.ReadInt32BigEndian(head[4..]), BinaryPrimitives.ReadInt32BigEndian(head[8..]), BinaryPrimitives.ReadInt64BigEndian(head[12..]),
                first, envelopes));
            at = first;
            for (var j = 0; j < envelopes; j++)
            {
                if (!TryReadEnvelope(message, ref at, out _))
                {
                    return false;
                }
            }
        }

        return count > 0 && at == message.Length;
    }

    /// <summary>Reads one envelope of a message that was read whole before.</summary>
    /// <param name="message">The message.</param>
    /// <param name="at">Where it begins; behind it afterwards.</param>
    /// <param name="envelope">Where its parts lie.</param>
    public static bool TryReadEnvelope(ReadOnlySpan<byte> message, ref int at, out SentEnvelope envelope)
    {
        envelope = default;
        if (message.Length - at < EnvelopeBytes)
        {
            return false;
        }

        var (topic, length) = (BinaryPrimitives.ReadUInt16BigEndian(message[(at + 1)..]), BinaryPrimitives.ReadInt32BigEndian(message[(at + 3)..]));
        var begin = at + EnvelopeBytes;
        if (length < 0 || message.Length - begin < (long)topic + length)
        {
            return false;
        }

        envelope = new((message[at] & KeyKnown) != 0, begin..(begin + topic), (begin + topic)..(begin + topic + length));
        at = begin + topic + length;
        return true;
    }
}

/// <summary>One batch of a message.</summary>
/// <param name="TenantId">The device's hospital.</param>
/// <param name="DeviceNumber">The device.</param>
/// <param name="PatientNumber">By whom the gateway chose the partition.</param>
/// <param name="ReceivedAt">When the gateway received it, in microseconds since the Unix epoch.</param>
/// <param name="Start">Where its envelopes begin in the message.</param>
/// <param name="Count">How many there are.</param>
internal readonly record struct SentBatch(int TenantId, int DeviceNumber, int PatientNumber, long ReceivedAt, int Start, int Count);

/// <summary>One envelope of a message: where it lies there.</summary>
internal readonly record struct SentEnvelope(bool KeyKnown, Range Topic, Range Envelope);
