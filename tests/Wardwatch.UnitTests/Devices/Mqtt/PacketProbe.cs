using System.Buffers;
using Wardwatch.Devices.Mqtt;

namespace Wardwatch.UnitTests.Devices.Mqtt;

/// <summary>Reads packets of any kind and writes them again, so that tests can compare and refuse them without naming each type.</summary>
internal static class PacketProbe
{
    public static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>Reads the one packet in the bytes: "ok" and its bytes as we would write them, or the fault.</summary>
    public static (MqttReason Fault, byte[] Rewritten) Read(ReadOnlySpan<byte> bytes, MqttPeer peer, int maxBytes = 65_536)
    {
        switch (MqttFrames.TryRead(bytes, peer.Version, maxBytes, out var header))
        {
            case FrameStatus.Malformed: return (MqttReason.MalformedPacket, []);
            case FrameStatus.TooLarge: return (MqttReason.PacketTooLarge, []);
            case FrameStatus.NeedMore: return (MqttReason.UnspecifiedError, []);
        }

        return ReadBody(header, bytes.Slice(header.HeaderLength, header.BodyLength), peer);
    }

    public static (MqttReason Fault, byte[] Rewritten) ReadBody(MqttFrameHeader header, ReadOnlySpan<byte> body, MqttPeer peer)
    {
        var arrival = MqttArrivals.Check(header.Type, peer);
        if (!arrival.IsNone) return (arrival.Reason, []);
        return header.Type switch
        {
            MqttPacketType.Connect => Rewrite<ConnectPacket>(header, body, peer),
            MqttPacketType.ConnAck => Rewrite<ConnAckPacket>(header, body, peer),
            MqttPacketType.Publish => Rewrite<PublishPacket>(header, body, peer),
            MqttPacketType.PubAck or MqttPacketType.PubRec or MqttPacketType.PubRel or MqttPacketType.PubComp => Rewrite<PubAckPacket>(header, body, peer),
            MqttPacketType.Subscribe => Rewrite<SubscribePacket>(header, body, peer),
            MqttPacketType.Unsubscribe => Rewrite<UnsubscribePacket>(header, body, peer),
            MqttPacketType.SubAck or MqttPacketType.UnsubAck => Rewrite<SubAckPacket>(header, body, peer),
            MqttPacketType.PingReq or MqttPacketType.PingResp => Rewrite<PingPacket>(header, body, peer),
            MqttPacketType.Disconnect => Rewrite<DisconnectPacket>(header, body, peer),
            _ => Rewrite<AuthPacket>(header, body, peer),
        };
    }

    /// <summary>Reads all packets that a sequence holds, as a connection would, and writes each again.</summary>
    public static List<string> ReadAll(ReadOnlySequence<byte> buffer, MqttPeer peer)
    {
        var packets = new List<string>();
        while (MqttFrames.TryRead(buffer, peer.Version, 65_536, out var frame) == FrameStatus.Ok)
        {
            var body = frame.Contiguous(new byte[frame.Header.BodyLength]);
            var (fault, rewritten) = ReadBody(frame.Header, body, peer);
            packets.Add(fault == MqttReason.Success ? Convert.ToHexString(rewritten) : fault.ToString());
            buffer = buffer.Slice(frame.Header.TotalLength);
        }

        packets.Add($"{buffer.Length} bytes left");
        return packets;
    }

    private static (MqttReason Fault, byte[] Rewritten) Rewrite<T>(MqttFrameHeader header, ReadOnlySpan<byte> body, MqttPeer peer)
        where T : struct, IMqttPacket<T>, allows ref struct
    {
        if (!T.TryRead(header, body, peer, out var packet, out var fault)) return (fault.Reason, []);

        // CONNECT says itself which version it is written in: the level is the seventh byte of its body.
        var version = header.Type == MqttPacketType.Connect ? (MqttVersion)body[6] : peer.Version;
        var output = new byte[MqttWriter.Length(packet, version)];
        MqttWriter.Write(output, packet, version);
        return (MqttReason.Success, output);
    }

    /// <summary>A sequence cut at the given places.</summary>
    public static ReadOnlySequence<byte> Cut(byte[] bytes, params ReadOnlySpan<int> places)
    {
        Segment? first = null, last = null;
        var from = 0;
        foreach (var to in (int[])[.. places, bytes.Length])
        {
            last = new Segment(bytes.AsMemory(from..to), last);
            first ??= last;
            from = to;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is null) return;
            before.Next = this;
            RunningIndex = before.RunningIndex + before.Memory.Length;
        }
    }
}
