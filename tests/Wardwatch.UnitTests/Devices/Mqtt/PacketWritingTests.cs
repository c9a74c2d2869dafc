using System.Buffers;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Xunit;
using static Wardwatch.UnitTests.Devices.Mqtt.GoldenPackets;

namespace Wardwatch.UnitTests.Devices.Mqtt;

public class PacketWritingTests
{
    [Fact]
    public void Connect_is_written_as_the_standards_draw_it()
    {
        ShouldWrite(Connect311, new ConnectPacket { CleanStart = true, KeepAlive = 60, ClientId = "d1"u8, HasUserName = true, UserName = "d1"u8, HasPassword = true, Password = "t"u8 }, MqttVersion.V311);

        var properties = new MqttPropertyWriter(new byte[64]);
        properties.Add(MqttProperty.SessionExpiryInterval, 3600);
        properties.Add(MqttProperty.ReceiveMaximum, 20);
        var will = new MqttPropertyWriter(new byte[64]);
        will.Add(MqttProperty.WillDelayInterval, 10);
        var packet = new ConnectPacket
        {
            CleanStart = true,
            KeepAlive = 60,
            ClientId = "d1"u8,
            Properties = properties.Properties,
            HasWill = true,
            WillQos = QualityOfService.AtLeastOnce,
            WillRetain = true,
            WillProperties = will.Properties,
            WillTopic = "w"u8,
            WillPayload = "x"u8,
            HasUserName = true,
            UserName = "d1"u8,
            HasPassword = true,
            Password = "t"u8,
        };
        ShouldWrite(Connect500WithWill, packet, MqttVersion.V500);
    }

    [Fact]
    public void Connack_is_written_as_the_standards_draw_it()
    {
        ShouldWrite(ConnAck311, new ConnAckPacket { SessionPresent = true }, MqttVersion.V311);
        ShouldWrite(ConnAck311Refused, new ConnAckPacket { Reason = MqttReason.NotAuthorized }, MqttVersion.V311);

        var properties = new MqttPropertyWriter(new byte[64]);
        properties.Add(MqttProperty.MaximumQos, 1);
        properties.Add(MqttProperty.ReceiveMaximum, 20);
        ShouldWrite(ConnAck500, new ConnAckPacket { Properties = properties.Properties }, MqttVersion.V500);
    }

    [Fact]
    public void Publish_is_written_as_the_standards_draw_it()
    {
        ShouldWrite(Publish311, new PublishPacket { Topic = "a/b"u8, PacketId = 10, Qos = QualityOfService.AtLeastOnce, Payload = "hi"u8 }, MqttVersion.V311);

        var properties = new MqttPropertyWriter(new byte[64]);
        properties.Add(MqttProperty.TopicAlias, 7);
        ShouldWrite(Publish500WithAlias, new PublishPacket { Topic = "a/b"u8, Retain = true, Properties = properties.Properties, Payload = "hi"u8 }, MqttVersion.V500);
    }

    [Fact]
    public void Acknowledgements_are_written_as_short_as_they_may_be()
    {
        ShouldWrite(PubAck, new PubAckPacket { PacketId = 10 }, MqttVersion.V311);
        ShouldWrite(PubAck, new PubAckPacket { PacketId = 10 }, MqttVersion.V500);
        ShouldWrite(PubAck, new PubAckPacket { PacketId = 10, Reason = MqttReason.NotAuthorized }, MqttVersion.V311);
        ShouldWrite(PubAck500NotAuthorized, new PubAckPacket { PacketId = 10, Reason = MqttReason.NotAuthorized }, MqttVersion.V500);
        ShouldWrite(PubRec, new PubAckPacket { Type = MqttPacketType.PubRec, PacketId = 10 }, MqttVersion.V500);
        ShouldWrite(PubRel, new PubAckPacket { Type = MqttPacketType.PubRel, PacketId = 10 }, MqttVersion.V500);
        ShouldWrite(PubComp, new PubAckPacket { Type = MqttPacketType.PubComp, PacketId = 10 }, MqttVersion.V311);

        var properties = new MqttPropertyWriter(new byte[64]);
        properties.Add(MqttProperty.ReasonString, "no"u8);
        ShouldWrite(PubAck500WithReasonString, new PubAckPacket { PacketId = 10, Reason = MqttReason.NotAuthorized, Properties = properties.Properties }, MqttVersion.V500);
    }

    [Fact]
    public void Subscribe_and_unsubscribe_are_written_as_the_standards_draw_them()
    {
        var plus = new FilterListWriter(new byte[64]);
        plus.AddSubscription("a/+"u8, new SubscriptionOptions(QualityOfService.AtLeastOnce));
        ShouldWrite(Subscribe311, new SubscribePacket { PacketId = 11, Subscriptions = plus.Subscriptions }, MqttVersion.V311);

        var hash = new FilterListWriter(new byte[64]);
        hash.AddSubscription("a/#"u8, new SubscriptionOptions(QualityOfService.AtLeastOnce, NoLocal: true, RetainAsPublished: true, RetainHandling.DoNotSend));
        var properties = new MqttPropertyWriter(new byte[64]);
        properties.Add(MqttProperty.SubscriptionIdentifier, 5);
        ShouldWrite(Subscribe500, new SubscribePacket { PacketId = 11, Subscriptions = hash.Subscriptions, Properties = properties.Properties }, MqttVersion.V500);

        var filters = new FilterListWriter(new byte[64]);
        filters.AddFilter("a/b"u8);
        ShouldWrite(Unsubscribe311, new UnsubscribePacket { PacketId = 12, Filters = filters.Filters }, MqttVersion.V311);
        ShouldWrite(Unsubscribe500, new UnsubscribePacket { PacketId = 12, Filters = filters.Filters }, MqttVersion.V500);
    }

    [Fact]
    public void Options_that_3_1_1_does_not_have_are_left_out()
    {
        var list = new FilterListWriter(new byte[64]);
        list.AddSubscription("a/+"u8, new SubscriptionOptions(QualityOfService.AtLeastOnce, NoLocal: true));
        ShouldWrite(Subscribe311, new SubscribePacket { PacketId = 11, Subscriptions = list.Subscriptions }, MqttVersion.V311);
    }

    [Fact]
    public void Suback_and_unsuback_are_written_as_the_standards_draw_them()
    {
        ShouldWrite(SubAck311, new SubAckPacket { PacketId = 11, Reasons = [MqttReason.GrantedQos1, MqttReason.NotAuthorized] }, MqttVersion.V311);
        ShouldWrite(SubAck500, new SubAckPacket { PacketId = 11, Reasons = [MqttReason.GrantedQos1, MqttReason.NotAuthorized] }, MqttVersion.V500);
        ReadOnlySpan<MqttReason> reasons = [MqttReason.Success, MqttReason.NoSubscriptionExisted];
        ShouldWrite(UnsubAck311, new SubAckPacket { Type = MqttPacketType.UnsubAck, PacketId = 12, Reasons = reasons }, MqttVersion.V311);
        ShouldWrite(UnsubAck500, new SubAckPacket { Type = MqttPacketType.UnsubAck, PacketId = 12, Reasons = reasons }, MqttVersion.V500);
    }

    [Fact]
    public void Pings_disconnect_and_auth_are_written_as_the_standards_draw_them()
    {
        ShouldWrite(PingReq, default(PingPacket), MqttVersion.V311);
        ShouldWrite(PingResp, new PingPacket { IsResponse = true }, MqttVersion.V500);
        ShouldWrite(Disconnect, default(DisconnectPacket), MqttVersion.V311);
        ShouldWrite(Disconnect, default(DisconnectPacket), MqttVersion.V500);
        ShouldWrite(Disconnect500WithWill, new DisconnectPacket { Reason = MqttReason.DisconnectWithWill }, MqttVersion.V500);

        var reason = new MqttPropertyWriter(new byte[64]);
        reason.Add(MqttProperty.ReasonString, "no"u8);
        ShouldWrite(Disconnect500ShuttingDown, new DisconnectPacket { Reason = MqttReason.ServerShuttingDown, Properties = reason.Properties }, MqttVersion.V500);

        var method = new MqttPropertyWriter(new byte[64]);
        method.Add(MqttProperty.AuthenticationMethod, "k-1"u8);
        ShouldWrite(Auth, new AuthPacket { Reason = MqttReason.ContinueAuthentication, Properties = method.Properties }, MqttVersion.V500);
    }

    [Fact]
    public void What_cannot_be_put_on_the_wire_is_refused()
    {
        Should.Throw<ArgumentException>(() => MqttWriter.Write(new byte[16], new PubAckPacket { PacketId = 0 }, MqttVersion.V500));
        Should.Throw<ArgumentException>(() => MqttWriter.Write(new byte[3], new PubAckPacket { PacketId = 1 }, MqttVersion.V500));
        Should.Throw<ArgumentException>(() => MqttWriter.Write(new byte[70_000], new PublishPacket { Topic = new byte[65_536] }, MqttVersion.V500));
        Should.Throw<ArgumentException>(() => MqttWriter.Write(new byte[16], default(SubscribePacket) with { PacketId = 1 }, MqttVersion.V500));
        Should.Throw<ArgumentException>(() => new MqttPropertyWriter(new byte[3]).Add(MqttProperty.SessionExpiryInterval, 1));
        Should.Throw<ArgumentException>(() => new MqttPropertyWriter(new byte[30]).Add(MqttProperty.ReceiveMaximum, 65_536));
        Should.Throw<ArgumentException>(() => new MqttPropertyWriter(new byte[30]).Add(MqttProperty.ReasonString, 1));
    }

    private static void ShouldWrite<T>(string hex, in T packet, MqttVersion version)
        where T : struct, IMqttPacket<T>, allows ref struct
    {
        var output = new ArrayBufferWriter<byte>();
        MqttWriter.Write(output, packet, version).ShouldBe(output.WrittenCount);
        output.WrittenSpan.ToArray().ShouldBe(PacketProbe.Bytes(hex), hex);
    }
}
