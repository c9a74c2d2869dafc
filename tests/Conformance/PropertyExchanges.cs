using static Wardwatch.Conformance.Exchange;

namespace Wardwatch.Conformance;

/// <summary>Every property in every packet that a client may send, by table 2-4 of MQTT 5.0: where it belongs, where it does not, twice, and cut short.</summary>
internal static class PropertyExchanges
{
    private const string Unbelonging = "2.2.2.2";
    private const string Table = "2.2.2.2, table 2-4";

    // Identifier, a value of its type, and the client's packets in which it belongs.
    private static readonly (byte Id, string Value, string In)[] Properties =
    [
        (0x01, "01", "PUBLISH WILL"), (0x02, "00000005", "PUBLISH WILL"), (0x03, "'t'", "PUBLISH WILL"), (0x08, "'t'", "PUBLISH WILL"), (0x09, "'t'", "PUBLISH WILL"),
        (0x0B, "05", "SUBSCRIBE"), (0x11, "00000005", "CONNECT DISCONNECT"), (0x12, "'t'", ""), (0x13, "0005", ""), (0x15, "'t'", "CONNECT"), (0x16, "'t'", ""),
        (0x17, "01", "CONNECT"), (0x18, "00000005", "WILL"), (0x19, "01", "CONNECT"), (0x1A, "'t'", ""), (0x1C, "'t'", ""),
        (0x1F, "'t'", "PUBACK PUBREC PUBREL PUBCOMP DISCONNECT"), (0x21, "0005", "CONNECT"), (0x22, "0005", "CONNECT"), (0x23, "0005", "PUBLISH"), (0x24, "01", ""),
        (0x25, "01", ""), (0x26, "'t' 't'", "CONNECT WILL PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE UNSUBSCRIBE DISCONNECT"), (0x27, "00001000", "CONNECT"),
        (0x28, "01", ""), (0x29, "01", ""), (0x2A, "01", ""),
    ];

    // The packet around a property section, and the answer where nothing is wrong; DISCONNECT is answered by the end.
    private static readonly (string Name, string Before, string After, string Answer)[] Packets =
    [
        ("CONNECT", "10 [ 'MQTT' 05 02 003C", "'d1' ]", Welcome5),
        ("WILL", "10 [ 'MQTT' 05 06 003C [] 'd1'", "'w' 'gone' ]", Welcome5),
        ("PUBLISH", "32 [ 'a/b' 000A", "6D ]", "40 [ 000A ]"),
        ("PUBACK", "40 [ 000A 00", "]", ""),
        ("PUBREC", "50 [ 000A 00", "]", "62 [ 000A 92 ]"),
        ("PUBREL", "62 [ 000A 00", "]", "70 [ 000A 92 ]"),
        ("PUBCOMP", "70 [ 000A 00", "]", ""),
        ("SUBSCRIBE", "82 [ 000A", "'a/b' 01 ]", "90 [ 000A [] 87 ]"),
        ("UNSUBSCRIBE", "A2 [ 000A", "'a/b' ]", "B0 [ 000A [] 11 ]"),
        ("DISCONNECT", "E0 [ 00", "]", ""),
    ];

    public static IEnumerable<Exchange> All() => Packets.SelectMany(packet => Properties.SelectMany(property => Of(packet, property)).Concat(Unknown(packet)));

    private static IEnumerable<Exchange> Of((string Name, string Before, string After, string Answer) packet, (byte Id, string Value, string In) property)
    {
        var once = $"{property.Id:X2} {property.Value}";
        var belongs = property.In.Split(' ').Contains(packet.Name, StringComparer.Ordinal);

        // Two that belong in a packet of the kind, but not in one from a client: that is found when the packet is understood.
        if (property.Id == 0x0B && packet.Name == "PUBLISH")
        {
            yield return Fault(packet, "MQTT-3.3.4-6", "a subscription identifier from a client", once, 0x82);
            yield break;
        }

        if (property.Id == 0x16 && packet.Name == "CONNECT")
        {
            yield return Fault(packet, "3.1.2.11.10", "authentication data without a method", once, 0x82);
            yield break;
        }

        if (!belongs)
        {
            yield return Fault(packet, Unbelonging, "does not belong", once, 0x81);
            yield return Fault(packet, Unbelonging, "does not belong, and twice", $"{once} {once}", 0x81);
            yield break;
        }

        yield return Single(packet, property.Id, once);
        yield return property.Id == 0x26 ? Sound(packet, "3.1.2.11.8", "twice", $"{once} {once}") : Fault(packet, "2.2.2.2", "twice", $"{once} {once}", 0x82);
        yield return Fault(packet, "1.5", "without its value", $"{property.Id:X2}", 0x81);
        var value = Wire.Bytes(property.Value);
        if (value.Length > 1)
        {
            yield return Fault(packet, "1.5", "cut short", $"{property.Id:X2} {Convert.ToHexString(value.AsSpan(0, value.Length - 1))}", 0x81);
        }

        if (property.Id is 0x01 or 0x17 or 0x19)
        {
            yield return Fault(packet, "3.1.2.11, 3.3.2.3.2", "is neither 0 nor 1", $"{property.Id:X2} 02", 0x82);
        }
    }

    /// <summary>Once, in its place: sound, but that a few ask for what is not granted.</summary>
    private static Exchange Single((string Name, string Before, string After, string Answer) packet, byte id, string once) => (packet.Name, id) switch
    {
        ("CONNECT", 0x11) => Sound(packet, "3.2.2.3.2", "no session outlives its connection", once, "20 [ 00 00 [ 11 00000000 21 0400 24 01 27 00010000 ] ]"),
        ("CONNECT", 0x15) => Fault(packet, "MQTT-4.12.0-1", "there is no enhanced authentication", once, 0x8C),
        ("PUBLISH", 0x23) => Fault(packet, "MQTT-3.3.2-9", "no topic alias was granted", once, 0x94),
        ("DISCONNECT", 0x11) => Fault(packet, "3.14.2.2.2", "CONNECT asked for no session expiry", once, 0x82),
        _ => Sound(packet, Table, "belongs", once),
    };

    private static IEnumerable<Exchange> Unknown((string Name, string Before, string After, string Answer) packet)
    {
        foreach (var id in new[] { "00", "04", "05", "06", "07", "0A", "0C", "10", "14", "1B", "1D", "1E", "20", "2B", "7F", "8001", "FF7F", "FFFFFF7F" })
        {
            yield return Fault(packet, Unbelonging, "is unknown", $"{id} 00", 0x81);
        }

        yield return Fault(packet, "MQTT-1.5.5-1", "its identifier is longer than it needs to be", "A600 't' 't'", 0x81);
        yield return Fault(packet, "1.5.5", "its identifier has five bytes", "A680808000 't' 't'", 0x81);
        yield return Sent(packet, "2.2.2.1", "the properties are longer than the packet", "7F", 0x81);
        yield return Sent(packet, "1.5.5", "the properties' length has five bytes", "FFFFFFFF7F", 0x81);
        yield return Sent(packet, "MQTT-1.5.5-1", "the properties' length is longer than it needs to be", "8000", 0x81);
    }

    private static Exchange Sound((string Name, string Before, string After, string Answer) packet, string rule, string what, string properties, string? answer = null) => new(
        rule, $"{packet.Name}: property {properties[..2]} {what}", IsConnect(packet.Name) ? 0 : 5, $"{packet.Before} [ {properties} ] {packet.After}", answer ?? packet.Answer, packet.Name == "DISCONNECT");

    private static Exchange Fault((string Name, string Before, string After, string Answer) packet, string rule, string what, string properties, byte reason) =>
        Sent(packet, rule, $"property {properties[..2]} {what}", $"[ {properties} ]", reason);

    private static Exchange Sent((string Name, string Before, string After, string Answer) packet, string rule, string what, string section, byte reason)
    {
        var sent = $"{packet.Before} {section} {packet.After}";
        return IsConnect(packet.Name) ? NotWelcome(rule, $"{packet.Name}: {what}", sent, reason) : Refused(rule, $"{packet.Name}: {what}", sent, reason);
    }

    private static bool IsConnect(string packet) => packet is "CONNECT" or "WILL";
}
