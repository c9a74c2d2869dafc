using Wardwatch.Devices.Mqtt;

namespace Wardwatch.UnitTests.Devices.Mqtt;

/// <summary>Packets of every kind, byte by byte, worked out by hand from the standards.</summary>
internal static class GoldenPackets
{
    public static readonly MqttPeer Client311 = new(MqttVersion.V311, MqttSender.Client);
    public static readonly MqttPeer Client500 = new(MqttVersion.V500, MqttSender.Client);
    public static readonly MqttPeer Server311 = new(MqttVersion.V311, MqttSender.Server);
    public static readonly MqttPeer Server500 = new(MqttVersion.V500, MqttSender.Server);

    public const string Connect311 = "10 15 0004 4D515454 04 C2 003C 0002 6431 0002 6431 0001 74";
    public const string Connect500WithWill = "10 2A 0004 4D515454 05 EE 003C 08 1100000E10 210014 0002 6431 05 180000000A 0001 77 0001 78 0002 6431 0001 74";
    public const string ConnAck311 = "20 02 01 00";
    public const string ConnAck311Refused = "20 02 00 05";
    public const string ConnAck500 = "20 08 00 00 05 2401 210014";
    public const string Publish311 = "32 09 0003 612F62 000A 6869";
    public const string Publish500WithAlias = "31 0B 0003 612F62 03 230007 6869";
    public const string PubAck = "40 02 000A";
    public const string PubAck500NotAuthorized = "40 03 000A 87";
    public const string PubAck500WithReasonString = "40 09 000A 87 05 1F0002 6E6F";
    public const string PubRec = "50 02 000A";
    public const string PubRel = "62 02 000A";
    public const string PubComp = "70 02 000A";
    public const string Subscribe311 = "82 08 000B 0003 612F2B 01";
    public const string Subscribe500 = "82 0B 000B 02 0B05 0003 612F23 2D";
    public const string SubAck311 = "90 04 000B 01 80";
    public const string SubAck500 = "90 05 000B 00 01 87";
    public const string Unsubscribe311 = "A2 07 000C 0003 612F62";
    public const string Unsubscribe500 = "A2 08 000C 00 0003 612F62";
    public const string UnsubAck311 = "B0 02 000C";
    public const string UnsubAck500 = "B0 05 000C 00 00 11";
    public const string PingReq = "C0 00";
    public const string PingResp = "D0 00";
    public const string Disconnect = "E0 00";
    public const string Disconnect500WithWill = "E0 01 04";
    public const string Disconnect500ShuttingDown = "E0 07 8B 05 1F0002 6E6F";
    public const string Auth = "F0 08 18 06 150003 6B2D31";

    public static readonly (string Hex, MqttPeer Peer)[] All =
    [
        (Connect311, Client311), (Connect500WithWill, Client500), (ConnAck311, Server311), (ConnAck311Refused, Server311), (ConnAck500, Server500),
        (Publish311, Client311), (Publish500WithAlias, Client500), (PubAck, Client311), (PubAck, Client500), (PubAck500NotAuthorized, Client500),
        (PubAck500WithReasonString, Server500), (PubRec, Client311), (PubRel, Client500), (PubComp, Client311), (Subscribe311, Client311),
        (Subscribe500, Client500), (SubAck311, Server311), (SubAck500, Server500), (Unsubscribe311, Client311), (Unsubscribe500, Client500),
        (UnsubAck311, Server311), (UnsubAck500, Server500), (PingReq, Client311), (PingResp, Server500), (Disconnect, Client311), (Disconnect, Client500),
        (Disconnect500WithWill, Client500), (Disconnect500ShuttingDown, Server500), (Auth, Client500),
    ];
}
