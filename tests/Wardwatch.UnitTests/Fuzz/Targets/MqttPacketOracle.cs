using Wardwatch.Devices.Mqtt;

namespace Wardwatch.UnitTests.Fuzz.Targets;

/// <summary>What must hold for one MQTT packet: it is refused with a reason and a phrase, or it can be written and is the same again.</summary>
internal static class MqttPacketOracle
{
    /// <summary>Answers the packet as we would write it, in hexadecimal, or its fault.</summary>
    public static string Read(MqttFrameHeader header, ReadOnlySpan<byte> body, MqttPeer peer, FuzzMeter meter, out ulong answer)
    {
        var signature = new Signature();
        var arrival = MqttArrivals.Check(header.Type, peer);
        if (!arrival.IsNone)
        {
            answer = 1;
            return Named(arrival);
        }

        var result = header.Type switch
        {
            MqttPacketType.Connect => Judge<ConnectPacket>(header, body, peer, meter, ref signature),
            MqttPacketType.ConnAck => Judge<ConnAckPacket>(header, body, peer, meter, ref signature),
            MqttPacketType.Publish => Judge<PublishPacket>(header, body, peer, meter, ref signature),
            MqttPacketType.PubAck or MqttPacketType.PubRec or MqttPacketType.PubRel or MqttPacketType.PubComp => Judge<PubAckPacket>(header, body, peer, meter, ref signature),
            MqttPacketType.Subscribe => Judge<SubscribePacket>(header, body, peer, meter, ref signature),
            MqttPacketType.Unsubscribe => Judge<UnsubscribePacket>(header, body, peer, meter, ref signature),
            MqttPacketType.SubAck or MqttPacketType.UnsubAck => Judge<SubAckPacket>(header, body, peer, meter, ref signature),
            MqttPacketType.PingReq or MqttPacketType.PingResp => Judge<PingPacket>(header, body, peer, meter, ref signature),
            MqttPacketType.Disconnect => Judge<DisconnectPacket>(header, body, peer, meter, ref signature),
            MqttPacketType.Auth => Judge<AuthPacket>(header, body, peer, meter, ref signature),
            var other => throw new FuzzFailure($"A frame of the reserved type {other} was accepted."),
        };
        answer = signature.Value;
        return result;
    }

    private static string Judge<T>(MqttFrameHeader header, ReadOnlySpan<byte> body, MqttPeer peer, FuzzMeter meter, ref Signature signature)
        where T : struct, IMqttPacket<T>, allows ref struct
    {
        meter.Begin();
        var accepted = T.TryRead(header, body, peer, out var packet, out var fault);
        meter.End();
        signature.AddShape(fault.Detail);
        if (!accepted) return Named(fault);
        if (!fault.IsNone) throw new FuzzFailure($"{header.Type} is accepted with the fault {fault}.");

        // CONNECT says itself which version it is written in: the level is the seventh byte of its body.
        var version = header.Type == MqttPacketType.Connect ? (MqttVersion)body[6] : peer.Version;
        var written = new byte[MqttWriter.Length(packet, version)];
        if (MqttWriter.Write(written, packet, version) != written.Length) throw new FuzzFailure($"{header.Type} is written shorter than it said.");
        if (MqttFrames.TryRead(written, version, written.Length, out MqttFrameHeader again) != FrameStatus.Ok || again.FirstByte != header.FirstByte || again.TotalLength != written.Length)
            throw new FuzzFailure($"{header.Type}, written again, has another frame: {Convert.ToHexString(written)}.");
        var rewritten = written.AsSpan(again.HeaderLength);
        RequireSameBody(header, body, rewritten);

        // What was written must be read as the same packet, which writing it a second time shows.
        if (!T.TryRead(again, rewritten, peer, out var second, out var secondFault)) throw new FuzzFailure($"{header.Type}, written again, is refused: {secondFault}. {Convert.ToHexString(written)}.");
        var twice = new byte[MqttWriter.Length(second, version)];
        MqttWriter.Write(twice, second, version);
        if (!twice.AsSpan().SequenceEqual(written)) throw new FuzzFailure($"{header.Type}, written twice, differs: {Convert.ToHexString(written)}, {Convert.ToHexString(twice)}.");
        signature.Add(header.FirstByte);
        signature.AddSize(body.Length);
        return Convert.ToHexString(written);
    }

    /// <summary>Most packets have one form only. Acknowledgements, DISCONNECT and AUTH have a short one, which is what we write.</summary>
    private static void RequireSameBody(MqttFrameHeader header, ReadOnlySpan<byte> body, ReadOnlySpan<byte> rewritten)
    {
        var same = header.Type switch
        {
            MqttPacketType.PubAck or MqttPacketType.PubRec or MqttPacketType.PubRel or MqttPacketType.PubComp or MqttPacketType.Disconnect or MqttPacketType.Auth => IsShortFormOf(body, rewritten),
            _ => body.SequenceEqual(rewritten),
        };
        if (!same) throw new FuzzFailure($"{header.Type} {Convert.ToHexString(body)} is written again as {Convert.ToHexString(rewritten)}.");
    }

    // A reason of success and an empty list of properties may be left out.
    private static bool IsShortFormOf(ReadOnlySpan<byte> body, ReadOnlySpan<byte> rewritten) =>
        body.Length - rewritten.Length is >= 0 and <= 2 && body.StartsWith(rewritten) && body[rewritten.Length..].IndexOfAnyExcept((byte)0) < 0;

    private static string Named(MqttFault fault)
    {
        if (fault.Reason < MqttReason.UnspecifiedError || string.IsNullOrEmpty(fault.Detail)) throw new FuzzFailure($"A refusal without a reason: {fault}.");
        return fault.ToString();
    }
}
