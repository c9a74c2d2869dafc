using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Xunit;

namespace Wardwatch.UnitTests.Devices.Mqtt;

/// <summary>Packets with drawn fields: what is written is read back, field by field.</summary>
public class RoundTripTests
{
    private static readonly Config Seeded = Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20261120, 7);

    private static readonly Arbitrary<byte[]> Texts = Gen.Elements("a", "b/c", "ü", "血压", "🫀", "$x", " ", "z9.-_")
        .ListOf().Select(parts => System.Text.Encoding.UTF8.GetBytes(string.Join('/', parts))).ToArbitrary();

    [Fact]
    public void Publish_survives_the_wire()
    {
        var property = Prop.ForAll(Texts, ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<int>(), (text, payload, dice) =>
        {
            var version = (dice & 1) == 0 ? MqttVersion.V311 : MqttVersion.V500;
            var qos = (QualityOfService)((uint)dice / 2 % 3);
            byte[] topic = [(byte)'t', .. text];
            var properties = new MqttPropertyWriter(new byte[1024]);
            if (version == MqttVersion.V500)
            {
                if ((dice & 8) != 0) properties.Add(MqttProperty.TopicAlias, ((uint)dice % 65_535) + 1);
                if ((dice & 16) != 0) properties.AddUserProperty(text, topic);
                if ((dice & 32) != 0) properties.Add(MqttProperty.MessageExpiryInterval, (uint)dice);
            }

            var packet = new PublishPacket
            {
                Topic = topic,
                Payload = payload,
                Qos = qos,
                PacketId = qos == QualityOfService.AtMostOnce ? (ushort)0 : (ushort)(((uint)dice % 65_535) + 1),
                Duplicate = qos != QualityOfService.AtMostOnce && (dice & 64) != 0,
                Retain = (dice & 128) != 0,
                Properties = properties.Properties,
            };
            var bytes = new byte[MqttWriter.Length(packet, version)];
            MqttWriter.Write(bytes, packet, version);

            MqttFrames.TryRead(bytes, version, 1 << 20, out MqttFrameHeader header).ShouldBe(FrameStatus.Ok);
            PublishPacket.TryRead(header, bytes.AsSpan(header.HeaderLength), new MqttPeer(version, MqttSender.Client), out var read, out var fault).ShouldBeTrue(fault.Detail);
            return read.Topic.SequenceEqual(packet.Topic) && read.Payload.SequenceEqual(packet.Payload) && read.Qos == packet.Qos
                && read.PacketId == packet.PacketId && read.Duplicate == packet.Duplicate && read.Retain == packet.Retain
                && read.Properties.Encoded.SequenceEqual(packet.Properties.Encoded);
        });
        Check.One(Seeded, property);
    }

    [Fact]
    public void Connect_survives_the_wire()
    {
        var property = Prop.ForAll(Texts, ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<int>(), (text, password, dice) =>
        {
            var version = (dice & 1) == 0 ? MqttVersion.V311 : MqttVersion.V500;
            var properties = new MqttPropertyWriter(new byte[1024]);
            if (version == MqttVersion.V500 && (dice & 2) != 0) properties.Add(MqttProperty.SessionExpiryInterval, (uint)dice);
            var hasWill = (dice & 4) != 0;
            var packet = new ConnectPacket
            {
                ProtocolLevel = (byte)version,
                ClientId = text,
                KeepAlive = (ushort)dice,
                CleanStart = (dice & 8) != 0,
                HasWill = hasWill,
                WillTopic = hasWill ? "w"u8 : default,
                WillPayload = hasWill ? password : default,
                WillQos = hasWill ? (QualityOfService)((uint)dice / 16 % 3) : default,
                WillRetain = hasWill && (dice & 128) != 0,
                HasUserName = true,
                UserName = text,
                HasPassword = (dice & 256) != 0,
                Password = (dice & 256) != 0 ? password : default,
                Properties = properties.Properties,
            };
            var bytes = new byte[MqttWriter.Length(packet, version)];
            MqttWriter.Write(bytes, packet, version);

            MqttFrames.TryRead(bytes, MqttVersion.Unknown, 1 << 20, out MqttFrameHeader header).ShouldBe(FrameStatus.Ok);
            ConnectPacket.TryRead(header, bytes.AsSpan(header.HeaderLength), default, out var read, out var fault).ShouldBeTrue(fault.Detail);
            return read.Version == version && read.ClientId.SequenceEqual(packet.ClientId) && read.KeepAlive == packet.KeepAlive && read.CleanStart == packet.CleanStart
                && read.HasWill == hasWill && read.WillTopic.SequenceEqual(packet.WillTopic) && read.WillPayload.SequenceEqual(packet.WillPayload)
                && read.WillQos == packet.WillQos && read.WillRetain == packet.WillRetain && read.HasUserName && read.UserName.SequenceEqual(text)
                && read.HasPassword == packet.HasPassword && read.Password.SequenceEqual(packet.Password) && read.Properties.Encoded.SequenceEqual(packet.Properties.Encoded);
        });
        Check.One(Seeded, property);
    }

    [Fact]
    public void Every_reason_survives_where_it_is_allowed_and_is_refused_elsewhere()
    {
        foreach (var type in new[] { MqttPacketType.ConnAck, MqttPacketType.PubAck, MqttPacketType.PubRec, MqttPacketType.PubRel, MqttPacketType.PubComp, MqttPacketType.SubAck, MqttPacketType.UnsubAck, MqttPacketType.Disconnect })
        {
            for (var code = 0; code < 256; code++)
            {
                var reason = (MqttReason)code;
                var bytes = new byte[16];
                var length = type switch
                {
                    MqttPacketType.ConnAck => MqttWriter.Write(bytes, new ConnAckPacket { Reason = reason }, MqttVersion.V500),
                    MqttPacketType.Disconnect => MqttWriter.Write(bytes, new DisconnectPacket { Reason = reason }, MqttVersion.V500),
                    MqttPacketType.SubAck or MqttPacketType.UnsubAck => MqttWriter.Write(bytes, new SubAckPacket { Type = type, PacketId = 1, Reasons = [reason] }, MqttVersion.V500),
                    _ => MqttWriter.Write(bytes, new PubAckPacket { Type = type, PacketId = 1, Reason = reason }, MqttVersion.V500),
                };
                var (fault, rewritten) = PacketProbe.Read(bytes.AsSpan(0, length), GoldenPackets.Server500);
                if (reason.IsAllowedIn(type, MqttSender.Server)) rewritten.ShouldBe(bytes[..length], $"{type} {reason}");
                else fault.ShouldBe(MqttReason.ProtocolError, $"{type} {reason}");
            }
        }
    }

    [Fact]
    public void Every_reason_of_the_standard_has_a_place_and_no_other_code_has_one()
    {
        var types = Enum.GetValues<MqttPacketType>();
        for (var code = 0; code < 256; code++)
        {
            var reason = (MqttReason)code;
            var somewhere = types.Any(type => reason.IsAllowedIn(type, MqttSender.Client) || reason.IsAllowedIn(type, MqttSender.Server));
            somewhere.ShouldBe(Enum.IsDefined(reason), $"{reason}");
        }
    }
}
