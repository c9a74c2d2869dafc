using System.Text;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Xunit;
using static Wardwatch.UnitTests.Devices.Mqtt.GoldenPackets;

namespace Wardwatch.UnitTests.Devices.Mqtt;

public class PacketReadingTests
{
    [Fact]
    public void Every_kind_of_packet_is_read_and_written_back_to_the_same_bytes()
    {
        foreach (var (hex, peer) in All)
        {
            var (fault, rewritten) = PacketProbe.Read(PacketProbe.Bytes(hex), peer);
            fault.ShouldBe(MqttReason.Success, hex);
            rewritten.ShouldBe(PacketProbe.Bytes(hex), hex);
        }

        // Nothing was forgotten: all 15 types are among them.
        All.Select(p => PacketProbe.Bytes(p.Hex)[0] >> 4).Distinct().Count().ShouldBe(15);
    }

    [Fact]
    public void Every_field_of_connect_is_read()
    {
        var packet = Read<ConnectPacket>(Connect500WithWill, Client500);
        packet.Version.ShouldBe(MqttVersion.V500);
        packet.CleanStart.ShouldBeTrue();
        packet.KeepAlive.ShouldBe((ushort)60);
        Text(packet.ClientId).ShouldBe("d1");
        packet.Properties.SessionExpiryInterval.ShouldBe(3600u);
        packet.Properties.ReceiveMaximum.ShouldBe((ushort)20);
        packet.Properties.TopicAliasMaximum.ShouldBeNull();
        packet.HasWill.ShouldBeTrue();
        packet.WillQos.ShouldBe(QualityOfService.AtLeastOnce);
        packet.WillRetain.ShouldBeTrue();
        packet.WillProperties.WillDelayInterval.ShouldBe(10u);
        Text(packet.WillTopic).ShouldBe("w");
        Text(packet.WillPayload).ShouldBe("x");
        Text(packet.UserName).ShouldBe("d1");
        Text(packet.Password).ShouldBe("t");
    }

    [Theory]
    [InlineData("101b00044d51545404c6003c0002643100017700017800026431000174", MqttVersion.V311)]
    [InlineData("102000044d51545405c6003c03210014000264310000017700017800026431000174", MqttVersion.V500)]
    public void A_connect_as_mosquitto_pub_2_0_11_sends_it_is_read(string hex, MqttVersion version)
    {
        var packet = Read<ConnectPacket>(hex, new MqttPeer(MqttVersion.Unknown, MqttSender.Client));
        packet.Version.ShouldBe(version);
        packet.Properties.ReceiveMaximum.ShouldBe(version == MqttVersion.V500 ? (ushort)20 : null);
        (Text(packet.ClientId), Text(packet.UserName), Text(packet.Password), Text(packet.WillTopic), Text(packet.WillPayload)).ShouldBe(("d1", "d1", "t", "w", "x"));
    }

    [Fact]
    public void Every_field_of_publish_is_read()
    {
        var packet = Read<PublishPacket>("3B 0D 0003 612F62 000A 03 230007 6869", Client500);
        Text(packet.Topic).ShouldBe("a/b");
        packet.PacketId.ShouldBe((ushort)10);
        packet.Qos.ShouldBe(QualityOfService.AtLeastOnce);
        packet.Duplicate.ShouldBeTrue();
        packet.Retain.ShouldBeTrue();
        packet.Properties.TopicAlias.ShouldBe((ushort)7);
        Text(packet.Payload).ShouldBe("hi");
    }

    [Fact]
    public void Every_entry_of_subscribe_is_read()
    {
        var packet = Read<SubscribePacket>("82 11 000B 02 0B05 0003 612F23 2D 0003 622F2B 10", Client500);
        packet.Properties.SubscriptionIdentifier.ShouldBe(5u);
        packet.Subscriptions.Count.ShouldBe(2);
        var found = new List<(string, SubscriptionOptions)>();
        foreach (var subscription in packet.Subscriptions) found.Add((Text(subscription.Filter), subscription.Options));
        found.ShouldBe(
        [
            ("a/#", new SubscriptionOptions(QualityOfService.AtLeastOnce, NoLocal: true, RetainAsPublished: true, RetainHandling.DoNotSend)),
            ("b/+", new SubscriptionOptions(QualityOfService.AtMostOnce, NoLocal: false, RetainAsPublished: false, RetainHandling.SendIfNew)),
        ]);
    }

    [Fact]
    public void All_properties_of_all_types_are_read_in_their_order()
    {
        var writer = new MqttPropertyWriter(new byte[256]);
        writer.Add(MqttProperty.PayloadFormatIndicator, 1);
        writer.Add(MqttProperty.MessageExpiryInterval, 60);
        writer.Add(MqttProperty.ContentType, "text/plain"u8);
        writer.Add(MqttProperty.ResponseTopic, "reply"u8);
        writer.Add(MqttProperty.CorrelationData, [0, 1, 2]);
        writer.Add(MqttProperty.SubscriptionIdentifier, 200);
        writer.Add(MqttProperty.SubscriptionIdentifier, 268_435_455);
        writer.AddUserProperty("name"u8, "value"u8);
        writer.AddUserProperty("name"u8, "other"u8);
        var bytes = new byte[256];
        var length = MqttWriter.Write(bytes, new PublishPacket { Topic = "t"u8, Properties = writer.Properties }, MqttVersion.V500);

        var properties = Read<PublishPacket>(Convert.ToHexString(bytes.AsSpan(0, length)), Server500).Properties;
        properties.PayloadIsText.ShouldBe(true);
        properties.MessageExpiryInterval.ShouldBe(60u);
        Text(properties.ContentType).ShouldBe("text/plain");
        Text(properties.ResponseTopic).ShouldBe("reply");
        properties.CorrelationData.ToArray().ShouldBe([0, 1, 2]);
        properties.SubscriptionIdentifier.ShouldBe(200u);
        var all = new List<string>();
        foreach (var property in properties)
        {
            if (property.Id is MqttProperty.UserProperty or MqttProperty.SubscriptionIdentifier) all.Add($"{Text(property.Name)}={Text(property.Bytes)}{property.Number}");
        }

        all.ShouldBe(["=200", "=268435455", "name=value0", "name=other0"]);
    }

    [Fact]
    public void An_acknowledgement_may_say_success_in_three_ways()
    {
        foreach (var hex in new[] { "40 02 000A", "40 03 000A 00", "40 04 000A 00 00" })
        {
            var (fault, rewritten) = PacketProbe.Read(PacketProbe.Bytes(hex), Client500);
            fault.ShouldBe(MqttReason.Success, hex);
            rewritten.ShouldBe(PacketProbe.Bytes(PubAck), hex);
        }
    }

    [Fact]
    public void A_refused_connect_still_says_which_version_it_speaks()
    {
        var bytes = PacketProbe.Bytes("10 0F 0004 4D515454 05 01 003C 00 0002 6431"); // a reserved flag
        MqttFrames.TryRead(bytes, MqttVersion.Unknown, 1000, out var header).ShouldBe(FrameStatus.Ok);
        ConnectPacket.TryRead(header, bytes.AsSpan(2), default, out var packet, out var fault).ShouldBeFalse();
        packet.Version.ShouldBe(MqttVersion.V500);
        fault.Reason.ShouldBe(MqttReason.MalformedPacket);
    }

    private static T Read<T>(string hex, MqttPeer peer)
        where T : struct, IMqttPacket<T>, allows ref struct
    {
        ReadOnlySpan<byte> bytes = PacketProbe.Bytes(hex);
        MqttFrames.TryRead(bytes, peer.Version, 65_536, out var header).ShouldBe(FrameStatus.Ok);
        header.TotalLength.ShouldBe(bytes.Length);
        T.TryRead(header, bytes[header.HeaderLength..], peer, out var packet, out var fault).ShouldBeTrue(fault.Detail);
        return packet;
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
