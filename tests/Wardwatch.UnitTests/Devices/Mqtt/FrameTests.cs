using System.Buffers;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Xunit;

namespace Wardwatch.UnitTests.Devices.Mqtt;

public class FrameTests
{
    [Theory]
    [InlineData("", FrameStatus.NeedMore)]
    [InlineData("30", FrameStatus.NeedMore)]
    [InlineData("30 80", FrameStatus.NeedMore)]
    [InlineData("30 05 0003", FrameStatus.NeedMore)]
    [InlineData("C0 00", FrameStatus.Ok)]
    [InlineData("C0 00 30", FrameStatus.Ok)]
    [InlineData("30 FF FF FF 7F", FrameStatus.TooLarge)]
    [InlineData("30 FF FF FF 80", FrameStatus.Malformed)]
    [InlineData("30 FF FF FF FF", FrameStatus.Malformed)]
    [InlineData("36", FrameStatus.Malformed)]
    [InlineData("38", FrameStatus.Malformed)]
    [InlineData("3A", FrameStatus.NeedMore)]
    [InlineData("80", FrameStatus.Malformed)]
    [InlineData("C1", FrameStatus.Malformed)]
    [InlineData("0F", FrameStatus.Malformed)]
    public void A_header_is_judged_from_its_first_bytes(string hex, FrameStatus expected)
    {
        var bytes = PacketProbe.Bytes(hex);
        MqttFrames.TryRead(bytes, MqttVersion.V311, 1000, out MqttFrameHeader _).ShouldBe(expected);
        MqttFrames.TryRead(new ReadOnlySequence<byte>(bytes), MqttVersion.V311, 1000, out MqttFrame _).ShouldBe(expected);
    }

    [Fact]
    public void The_limit_counts_the_header_and_is_decided_before_the_body_arrives()
    {
        var header = PacketProbe.Bytes("30 E2 07"); // 994 bytes of body, 997 in all
        MqttFrames.TryRead(header, MqttVersion.V500, 997, out MqttFrameHeader accepted).ShouldBe(FrameStatus.NeedMore);
        accepted.TotalLength.ShouldBe(997);
        MqttFrames.TryRead(header, MqttVersion.V500, 996, out MqttFrameHeader refused).ShouldBe(FrameStatus.TooLarge);
        refused.Type.ShouldBe(MqttPacketType.Publish);
    }

    [Fact]
    public void An_overlong_length_is_allowed_in_3_1_1_only()
    {
        var ping = PacketProbe.Bytes("C0 80 00");
        MqttFrames.TryRead(ping, MqttVersion.V311, 1000, out MqttFrameHeader header).ShouldBe(FrameStatus.Ok);
        header.TotalLength.ShouldBe(3);
        MqttFrames.TryRead(ping, MqttVersion.V500, 1000, out MqttFrameHeader _).ShouldBe(FrameStatus.Malformed);
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(127, 2)]
    [InlineData(128, 3)]
    [InlineData(16_383, 3)]
    [InlineData(16_384, 4)]
    [InlineData(2_097_151, 4)]
    [InlineData(2_097_152, 5)]
    public void A_length_takes_as_many_bytes_as_the_table_of_the_standard_says(int bodyLength, int headerLength)
    {
        var bytes = new byte[bodyLength + 5];
        var packet = new PublishPacket { Topic = "t"u8, Payload = new byte[bodyLength - 3] };
        MqttWriter.Write(bytes, packet, MqttVersion.V311).ShouldBe(headerLength + bodyLength);
        MqttFrames.TryRead(bytes, MqttVersion.V500, bytes.Length, out MqttFrameHeader header).ShouldBe(FrameStatus.Ok);
        (header.HeaderLength, header.BodyLength).ShouldBe((headerLength, bodyLength));
    }

    [Fact]
    public void Any_cutting_of_the_stream_gives_the_same_packets()
    {
        foreach (var peer in new[] { GoldenPackets.Client311, GoldenPackets.Client500, GoldenPackets.Server311, GoldenPackets.Server500 })
        {
            byte[] stream = [.. GoldenPackets.All.Where(p => p.Peer == peer).SelectMany(p => PacketProbe.Bytes(p.Hex))];
            var whole = PacketProbe.ReadAll(new ReadOnlySequence<byte>(stream), peer);
            whole[^1].ShouldBe("0 bytes left");
            whole.Count.ShouldBe(GoldenPackets.All.Count(p => p.Peer == peer) + 1);

            for (var first = 0; first <= stream.Length; first++)
            {
                PacketProbe.ReadAll(PacketProbe.Cut(stream, first), peer).ShouldBe(whole);
                for (var second = first; second <= stream.Length; second += 3) PacketProbe.ReadAll(PacketProbe.Cut(stream, first, second), peer).ShouldBe(whole);
            }

            var everyByte = Enumerable.Range(1, stream.Length - 1).ToArray();
            PacketProbe.ReadAll(PacketProbe.Cut(stream, everyByte), peer).ShouldBe(whole);
        }
    }

    [Fact]
    public void A_packet_cut_short_is_never_complete_and_never_an_error()
    {
        foreach (var (hex, peer) in GoldenPackets.All)
        {
            var bytes = PacketProbe.Bytes(hex);
            for (var length = 0; length < bytes.Length; length++)
            {
                MqttFrames.TryRead(bytes.AsSpan(0, length), peer.Version, 1000, out MqttFrameHeader _).ShouldBe(FrameStatus.NeedMore, $"{hex} after {length}");
            }
        }
    }

    [Fact]
    public void A_body_cut_short_is_refused_and_never_throws()
    {
        foreach (var (hex, peer) in GoldenPackets.All)
        {
            var bytes = PacketProbe.Bytes(hex);
            MqttFrames.TryRead(bytes, peer.Version, 1000, out MqttFrameHeader header).ShouldBe(FrameStatus.Ok);
            for (var length = 0; length < header.BodyLength; length++)
            {
                var shorter = header with { BodyLength = length };
                PacketProbe.ReadBody(shorter, bytes.AsSpan(header.HeaderLength, length), peer);
            }
        }
    }
}
