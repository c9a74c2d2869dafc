using System.Buffers;
using Shouldly;
using Wardwatch.Devices.Ascon;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Devices.Payloads;
using Wardwatch.UnitTests.Devices.Mqtt;
using Xunit;

namespace Wardwatch.UnitTests.Devices;

/// <summary>Bytes that the hot paths allocate. Not a matter of speed: what allocates nothing cannot be made to allocate by its input.</summary>
public class AllocationTests
{
    private static readonly IAeadCipher Cipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, new byte[16]);

    private static ReadOnlySpan<byte> Topic => "hospital/h1/ward/w1/patient/p1"u8;

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public void From_the_socket_to_the_values_nothing_is_allocated(MqttVersion version)
    {
        var packet = PublishedReading(version);
        var whole = new ReadOnlySequence<byte>(packet);
        var cut = PacketProbe.Cut(packet, 1, 40);
        var scratch = new byte[1024];
        var plaintext = new byte[1024];
        double? fromWhole = null, fromCut = null;
        AllocatedBy(() =>
        {
            fromWhole = ReadReading(whole, version, scratch, plaintext);
            fromCut = ReadReading(cut, version, scratch, plaintext);
        }).ShouldBe(0);
        (fromWhole, fromCut).ShouldBe((75, 75));
    }

    [Fact]
    public void A_device_allocates_nothing_to_send_a_reading()
    {
        var envelope = new byte[1024];
        var json = new byte[1024];
        var packet = new byte[1024];
        AllocatedBy(() =>
        {
            var payload = new VitalsPayload { MeasuredAt = 1_795_165_200_123_456 };
            payload.Set(VitalKind.HeartRate, 75.5);
            payload.Set(ConsciousnessLevel.Alert);
            var length = VitalsWriter.Write(payload, json);
            length = Envelope.Seal(Cipher, new EnvelopeHeader(EnvelopeKind.Vitals, 1, 2, 3), Topic, json.AsSpan(0, length), envelope);
            MqttWriter.Write(packet, new PublishPacket { Topic = Topic, PacketId = 1, Qos = QualityOfService.AtLeastOnce, Payload = envelope.AsSpan(0, length) }, MqttVersion.V500);
        }).ShouldBe(0);
    }

    [Fact]
    public void An_announced_length_allocates_nothing()
    {
        var header = PacketProbe.Bytes("30 FF FF FF 7F 00");
        var segments = PacketProbe.Cut(header, 2);
        AllocatedBy(() =>
        {
            MqttFrames.TryRead(header, MqttVersion.V500, 65_536, out MqttFrameHeader _);
            MqttFrames.TryRead(segments, MqttVersion.V500, int.MaxValue, out MqttFrame _);
        }).ShouldBe(0);
    }

    [Fact]
    public void A_malformed_packet_allocates_nothing()
    {
        var connect = PacketProbe.Bytes("10 15 0004 4D515454 05 02 003C 06 210001 210001 0002 6431");
        AllocatedBy(() =>
        {
            MqttFrames.TryRead(connect, MqttVersion.Unknown, 1000, out MqttFrameHeader header);
            ConnectPacket.TryRead(header, connect.AsSpan(header.HeaderLength), default, out _, out _);
        }).ShouldBe(0);
    }

    private static double? ReadReading(in ReadOnlySequence<byte> buffer, MqttVersion version, Span<byte> scratch, Span<byte> plaintext)
    {
        if (MqttFrames.TryRead(buffer, version, 65_536, out var frame) != FrameStatus.Ok) return null;
        if (!PublishPacket.TryRead(frame.Header, frame.Contiguous(scratch), new MqttPeer(version, MqttSender.Client), out var publish, out _)) return null;
        if (!EnvelopeHeader.TryRead(publish.Payload, out _, out _)) return null;
        if (!Envelope.TryOpen(Cipher, publish.Payload, publish.Topic, plaintext, out var written, out _)) return null;
        if (!VitalsReader.TryRead(plaintext[..written], out var payload, out _)) return null;
        payload.JudgeTimes(1_795_165_200_123_000);
        return payload.ValueOf(VitalKind.HeartRate);
    }

    private static byte[] PublishedReading(MqttVersion version)
    {
        var json = """{"t":"2026-11-20T09:00:00.123Z","hr":75,"spo2":96,"sbp":{"v":120,"t":"2026-11-20T08:59:00Z"},"temp":37.1,"acvpu":"A","o2":false,"x":1,"y":2}"""u8;
        var envelope = new byte[json.Length + Envelope.Overhead];
        Envelope.Seal(Cipher, new EnvelopeHeader(EnvelopeKind.Vitals, 1, 2, 3), Topic, json, envelope);
        var publish = new PublishPacket { Topic = Topic, PacketId = 1, Qos = QualityOfService.AtLeastOnce, Payload = envelope };
        var packet = new byte[MqttWriter.Length(publish, version)];
        MqttWriter.Write(packet, publish, version);
        return packet;
    }

    private static long AllocatedBy(Action action)
    {
        for (var i = 0; i < 200; i++) action(); // static constructors, tables and the first compilation are not the path
        return Allocations.Of(() =>
        {
            for (var i = 0; i < 100; i++) action();
        });
    }
}
