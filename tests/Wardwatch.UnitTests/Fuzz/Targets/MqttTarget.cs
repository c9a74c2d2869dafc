using System.Buffers;
using Wardwatch.Devices.Mqtt;
using Wardwatch.UnitTests.Devices.Mqtt;

namespace Wardwatch.UnitTests.Fuzz.Targets;

/// <summary>
/// A stream of MQTT packets, 3.1.1 or 5.0, from a client or a server (the first byte says which). Any chunking of it must give the same packets and the same
/// end; what is accepted must survive being written; nothing is allocated.
/// </summary>
internal sealed class MqttTarget : FuzzTarget
{
    private const int MaxPacketBytes = 700; // below the longest input, so that "too large" is met as well
    private static readonly MqttPeer[] Peers = [GoldenPackets.Client311, GoldenPackets.Client500, GoldenPackets.Server311, GoldenPackets.Server500];

    public override string Name => "mqtt";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. GoldenPackets.All.Select(golden => (byte[])[(byte)Array.IndexOf(Peers, golden.Peer), .. PacketProbe.Bytes(golden.Hex)]),
        .. Peers.Select((peer, index) => (byte[])[(byte)index, .. GoldenPackets.All.Where(golden => golden.Peer == peer).SelectMany(golden => PacketProbe.Bytes(golden.Hex))]),
        [1, .. PacketProbe.Bytes("30 FF FF FF 7F")],
        [0, .. PacketProbe.Bytes("C0 80 00")],
    ];

    public override IReadOnlyList<byte[]> Words { get; } =
    [
        .. Enumerable.Range(0, 256).Select(first => (byte[])[(byte)first, 0]),
        .. Enumerable.Range(1, 42).Select(property => (byte[])[(byte)property, 0, 1]),
        "\0\u0004MQTT"u8.ToArray(), "\0\u0006MQIsdp"u8.ToArray(), "$share/g/#"u8.ToArray(), "+/"u8.ToArray(), "/#"u8.ToArray(), "\0\0"u8.ToArray(), "\0\u0003a/b"u8.ToArray(),
        [0xFF, 0xFF, 0xFF, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0x00], [0x80, 0x80, 0x00], [0xED, 0xA0, 0x80], [0xEF, 0xBF, 0xBF], [0xC0, 0x80], [0x26, 0, 1, 0x61, 0, 1, 0x62],
    ];

    public override long AllocationLimit(int inputBytes) => 0;

    public override byte[] Mutate(FuzzMutator mutator, byte[] input, byte[] other)
    {
        var bytes = mutator.Mutate(input, other);
        if (bytes.Length < 3 || mutator.Random.Next(4) == 0) return bytes;

        // Mend the first length, so that the change reaches the body instead of the frame.
        var body = bytes.Length - 3;
        if (body < 128) return [bytes[0], bytes[1], (byte)body, .. bytes.AsSpan(3)];
        return [bytes[0], bytes[1], (byte)((body & 0x7F) | 0x80), (byte)(body >> 7), .. bytes.AsSpan(3)];
    }

    public override ulong Execute(byte[] input, FuzzMeter meter)
    {
        var signature = new Signature();
        if (input.Length == 0) return signature.Value;
        var peer = Peers[input[0] & 3];
        signature.Add(input[0] & 3UL);
        var stream = input[1..];
        var whole = ReadWhole(stream, peer, meter, ref signature);

        // The same bytes in the same order, however they arrive: byte by byte in one buffer, and in every kind of segments.
        RequireSame(whole, ReadAsTheyCome(stream, peer), "one byte after the other");
        RequireSame(whole, ReadSegments(PacketProbe.Cut(stream, [.. Enumerable.Range(1, Math.Max(0, stream.Length - 1))]), peer), "in segments of one byte");
        var cuts = new Random(stream.Length + (int)signature.Value);
        for (var i = 0; i < 4; i++)
        {
            int[] places = [cuts.Next(stream.Length + 1), cuts.Next(stream.Length + 1), cuts.Next(stream.Length + 1)];
            Array.Sort(places);
            RequireSame(whole, ReadSegments(PacketProbe.Cut(stream, places), peer), $"cut at {string.Join(", ", places)}");
        }

        return signature.Value;
    }

    private static List<string> ReadWhole(byte[] stream, MqttPeer peer, FuzzMeter meter, ref Signature signature)
    {
        var found = new List<string>();
        for (var at = 0; ;)
        {
            meter.Begin();
            var status = MqttFrames.TryRead(stream.AsSpan(at), peer.Version, MaxPacketBytes, out MqttFrameHeader header);
            meter.End();
            signature.Add((ulong)status);
            if (status != FrameStatus.Ok) return End(found, status, header);

            var packet = MqttPacketOracle.Read(header, stream.AsSpan(at + header.HeaderLength, header.BodyLength), peer, meter, out var answer);
            signature.Add((ulong)header.Type);
            signature.Add(answer);
            found.Add(packet);
            at += header.TotalLength;
        }
    }

    private static List<string> ReadAsTheyCome(byte[] stream, MqttPeer peer)
    {
        var found = new List<string>();
        var meter = new FuzzMeter();
        var (at, status, header) = (0, FrameStatus.NeedMore, default(MqttFrameHeader));
        for (var end = 0; end <= stream.Length; end++)
        {
            while ((status = MqttFrames.TryRead(stream.AsSpan(at..end), peer.Version, MaxPacketBytes, out header)) == FrameStatus.Ok)
            {
                found.Add(MqttPacketOracle.Read(header, stream.AsSpan(at + header.HeaderLength, header.BodyLength), peer, meter, out _));
                at += header.TotalLength;
            }

            if (status is FrameStatus.Malformed or FrameStatus.TooLarge) break;
        }

        return End(found, status, header);
    }

    private static List<string> ReadSegments(ReadOnlySequence<byte> buffer, MqttPeer peer)
    {
        var found = new List<string>();
        var meter = new FuzzMeter();
        while (true)
        {
            var status = MqttFrames.TryRead(buffer, peer.Version, MaxPacketBytes, out var frame);
            if (status != FrameStatus.Ok) return End(found, status, frame.Header);
            found.Add(MqttPacketOracle.Read(frame.Header, frame.Contiguous(new byte[frame.Header.BodyLength]), peer, meter, out _));
            buffer = buffer.Slice(frame.Header.TotalLength);
        }
    }

    private static List<string> End(List<string> found, FrameStatus status, MqttFrameHeader header)
    {
        found.Add($"{status} {header}");
        return found;
    }

    private static void RequireSame(List<string> whole, List<string> other, string how)
    {
        if (!whole.SequenceEqual(other, StringComparer.Ordinal)) throw new FuzzFailure($"Read {how}, the stream holds [{string.Join("; ", other)}], in one piece [{string.Join("; ", whole)}].");
    }
}
