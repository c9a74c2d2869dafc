using Shouldly;
using Wardwatch.Devices.Mqtt;
using Xunit;
using static Wardwatch.Devices.Mqtt.MqttReason;
using static Wardwatch.UnitTests.Devices.Mqtt.GoldenPackets;

namespace Wardwatch.UnitTests.Devices.Mqtt;

/// <summary>What the standards forbid, with the reason that 5.0 gives for it. 3.1.1 has no reasons: there, any refusal closes.</summary>
public class PacketRefusalTests
{
    [Theory]
    [InlineData("the protocol's name is another", UnsupportedProtocolVersion, "10 10 0006 4D5149736470 03 02 003C 0002 6431")]
    [InlineData("the level is unknown", UnsupportedProtocolVersion, "10 0E 0004 4D515454 06 02 003C 0002 6431")]
    [InlineData("the reserved flag is set", MalformedPacket, "10 0F 0004 4D515454 05 03 003C 00 0002 6431")]
    [InlineData("there is a will's QoS without a will", MalformedPacket, "10 0F 0004 4D515454 05 0A 003C 00 0002 6431")]
    [InlineData("there is a will's retain without a will", MalformedPacket, "10 0F 0004 4D515454 05 22 003C 00 0002 6431")]
    [InlineData("the will's QoS is 3", MalformedPacket, "10 16 0004 4D515454 05 1E 003C 00 0002 6431 00 0001 77 0001 78")]
    [InlineData("the will's topic has a wildcard", MalformedPacket, "10 16 0004 4D515454 05 06 003C 00 0002 6431 00 0001 23 0001 78")]
    [InlineData("3.1.1 has a password without a user name", MalformedPacket, "10 11 0004 4D515454 04 42 003C 0002 6431 0001 74")]
    [InlineData("the client id is not UTF-8", MalformedPacket, "10 0F 0004 4D515454 05 02 003C 00 0002 64FF")]
    [InlineData("the client id has U+0000", MalformedPacket, "10 0F 0004 4D515454 05 02 003C 00 0002 6400")]
    [InlineData("it ends in its client id", MalformedPacket, "10 0F 0004 4D515454 05 02 003C 00 0003 6431")]
    [InlineData("bytes follow", MalformedPacket, "10 10 0004 4D515454 05 02 003C 00 0002 6431 00")]
    [InlineData("a property is unknown", MalformedPacket, "10 11 0004 4D515454 05 02 003C 02 0401 0002 6431")]
    [InlineData("a property belongs elsewhere", MalformedPacket, "10 12 0004 4D515454 05 02 003C 03 230001 0002 6431")]
    [InlineData("a property is repeated", ProtocolError, "10 15 0004 4D515454 05 02 003C 06 210001 210001 0002 6431")]
    [InlineData("Receive Maximum is 0", ProtocolError, "10 12 0004 4D515454 05 02 003C 03 210000 0002 6431")]
    [InlineData("Maximum Packet Size is 0", ProtocolError, "10 14 0004 4D515454 05 02 003C 05 2700000000 0002 6431")]
    [InlineData("a flag property is 2", ProtocolError, "10 11 0004 4D515454 05 02 003C 02 1702 0002 6431")]
    [InlineData("there is authentication data without a method", ProtocolError, "10 13 0004 4D515454 05 02 003C 04 160001 01 0002 6431")]
    [InlineData("the properties are longer than the packet", MalformedPacket, "10 0F 0004 4D515454 05 02 003C 7F 0002 6431")]
    [InlineData("5.0 has an overlong remaining length", MalformedPacket, "10 8F 00 0004 4D515454 05 02 003C 00 0002 6431")]
    public void A_connect_is_refused_where(string what, MqttReason reason, string hex) => ShouldRefuse(what, reason, hex, new MqttPeer(MqttVersion.Unknown, MqttSender.Client));

    [Theory]
    [InlineData("QoS is 3", MalformedPacket, "36 08 0003 612F62 000A 00")]
    [InlineData("it is a duplicate at QoS 0", MalformedPacket, "38 06 0003 612F62 00")]
    [InlineData("the packet id is 0", ProtocolError, "32 08 0003 612F62 0000 00")]
    [InlineData("the topic has +", MalformedPacket, "30 06 0003 612F2B 00")]
    [InlineData("the topic has #", MalformedPacket, "30 06 0003 612F23 00")]
    [InlineData("the topic has U+0000", MalformedPacket, "30 06 0003 612F00 00")]
    [InlineData("the topic has half a surrogate pair", MalformedPacket, "30 06 0003 EDA080 00")]
    [InlineData("the topic is empty without an alias", ProtocolError, "30 03 0000 00")]
    [InlineData("the topic is empty with another property", ProtocolError, "30 05 0000 02 0101")]
    [InlineData("the alias is 0", TopicAliasInvalid, "30 09 0003 612F62 03 230000")]
    [InlineData("the alias is repeated", ProtocolError, "30 0C 0003 612F62 06 230001 230001")]
    [InlineData("the response topic has a wildcard", ProtocolError, "30 0A 0003 612F62 04 080001 23")]
    [InlineData("a client sets a subscription identifier", ProtocolError, "30 08 0003 612F62 02 0B05")]
    [InlineData("the property length is missing", MalformedPacket, "30 05 0003 612F62")]
    [InlineData("the property length has five bytes", MalformedPacket, "30 0A 0003 612F62 FFFFFFFF7F")]
    [InlineData("the property length is overlong", MalformedPacket, "30 07 0003 612F62 8000")]
    [InlineData("a property ends early", MalformedPacket, "30 08 0003 612F62 02 2300")]
    [InlineData("the topic ends early", MalformedPacket, "30 04 0003 612F")]
    public void A_publish_of_5_0_is_refused_where(string what, MqttReason reason, string hex) => ShouldRefuse(what, reason, hex, Client500);

    [Theory]
    [InlineData("the topic of a PUBLISH is empty", "30 02 0000")]
    [InlineData("a reserved bit of the options is set", "82 08 000B 0003 612F2B 05")]
    [InlineData("the requested QoS is 3", "82 08 000B 0003 612F2B 03")]
    [InlineData("a PUBACK has a reason", "40 03 000A 00")]
    [InlineData("DISCONNECT has a reason", "E0 01 00")]
    [InlineData("AUTH is sent", "F0 00")]
    [InlineData("UNSUBSCRIBE has no filter", "A2 02 000C")]
    public void A_packet_of_3_1_1_is_refused_where(string what, string hex)
    {
        var (fault, _) = PacketProbe.Read(PacketProbe.Bytes(hex), Client311);
        fault.ShouldNotBe(Success, what);
    }

    [Theory]
    [InlineData("the flags are not 2", MalformedPacket, "80 09 000B 00 0003 612F62 01")]
    [InlineData("the packet id is 0", ProtocolError, "82 09 0000 00 0003 612F62 01")]
    [InlineData("there is no filter", ProtocolError, "82 03 000B 00")]
    [InlineData("a filter is empty", MalformedPacket, "82 06 000B 00 0000 01")]
    [InlineData("a # is not last", MalformedPacket, "82 0B 000B 00 0005 612F232F62 01")]
    [InlineData("a + shares its level", MalformedPacket, "82 08 000B 00 0002 612B 01")]
    [InlineData("the options are missing", MalformedPacket, "82 08 000B 00 0003 612F62")]
    [InlineData("a reserved bit of the options is set", MalformedPacket, "82 09 000B 00 0003 612F62 41")]
    [InlineData("the maximum QoS is 3", ProtocolError, "82 09 000B 00 0003 612F62 03")]
    [InlineData("retain handling is 3", ProtocolError, "82 09 000B 00 0003 612F62 31")]
    [InlineData("a shared subscription is no local", ProtocolError, "82 10 000B 00 000A 2473686172652F732F61 05")]
    [InlineData("a shared subscription has no filter", MalformedPacket, "82 0F 000B 00 0009 2473686172652F732F 01")]
    [InlineData("the subscription identifier is 0", ProtocolError, "82 0B 000B 02 0B00 0003 612F62 01")]
    [InlineData("the subscription identifier is repeated", ProtocolError, "82 0D 000B 04 0B010B02 0003 612F62 01")]
    public void A_subscribe_of_5_0_is_refused_where(string what, MqttReason reason, string hex) => ShouldRefuse(what, reason, hex, Client500);

    [Theory]
    [InlineData("a client sends CONNACK", ProtocolError, ConnAck500)]
    [InlineData("a client sends SUBACK", ProtocolError, SubAck500)]
    [InlineData("a client sends PINGRESP", ProtocolError, PingResp)]
    [InlineData("the type is 0", MalformedPacket, "00 00")]
    [InlineData("PUBREL has other flags", MalformedPacket, "60 02 000A")]
    [InlineData("PINGREQ has a body", MalformedPacket, "C0 01 00")]
    [InlineData("PUBACK has packet id 0", ProtocolError, "40 02 0000")]
    [InlineData("PUBACK has one byte", MalformedPacket, "40 01 00")]
    [InlineData("PUBACK has a reason of CONNACK", ProtocolError, "40 03 000A 85")]
    [InlineData("PUBREL has a reason of PUBREC", ProtocolError, "62 03 000A 10")]
    [InlineData("a client's DISCONNECT has a server's reason", ProtocolError, "E0 01 8B")]
    [InlineData("a client's DISCONNECT has a server reference", MalformedPacket, "E0 06 00 04 1C0001 61")]
    [InlineData("AUTH lacks its method", ProtocolError, "F0 02 18 00")]
    [InlineData("AUTH has no properties", MalformedPacket, "F0 01 18")]
    public void A_packet_of_a_5_0_client_is_refused_where(string what, MqttReason reason, string hex) => ShouldRefuse(what, reason, hex, Client500);

    [Theory]
    [InlineData("a server sends SUBSCRIBE", ProtocolError, Subscribe500)]
    [InlineData("a reserved flag of CONNACK is set", MalformedPacket, "20 03 02 00 00")]
    [InlineData("a refusal has a session", ProtocolError, "20 03 01 87 00")]
    [InlineData("CONNACK has a reason of DISCONNECT", ProtocolError, "20 03 00 8B 00")]
    [InlineData("the server answers as 3.1.1", UnsupportedProtocolVersion, "20 02 00 01")]
    [InlineData("SUBACK has no reason", ProtocolError, "90 03 000B 00")]
    [InlineData("SUBACK has a reason of UNSUBACK", ProtocolError, "90 04 000B 00 11")]
    [InlineData("a server says disconnect with will", ProtocolError, "E0 01 04")]
    [InlineData("a server re-authenticates", ProtocolError, "F0 08 19 06 150003 6B2D31")]
    public void A_packet_of_a_5_0_server_is_refused_where(string what, MqttReason reason, string hex) => ShouldRefuse(what, reason, hex, Server500);

    private static void ShouldRefuse(string what, MqttReason reason, string hex, MqttPeer peer)
    {
        var (fault, _) = PacketProbe.Read(PacketProbe.Bytes(hex), peer);
        fault.ShouldBe(reason, what);
    }
}
