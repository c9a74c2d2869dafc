using static Wardwatch.Conformance.Exchange;

namespace Wardwatch.Conformance;

/// <summary>The fixed header: types, flags and remaining lengths of every packet, before CONNECT and after it.</summary>
internal static class HeaderExchanges
{
    public static IEnumerable<Exchange> All() => Flags().Concat(Lengths()).Concat(FirstPackets()).Concat(WrongEnd());

    private static IEnumerable<Exchange> Flags()
    {
        for (var first = 0; first < 256; first++)
        {
            if (IsAllowed(first))
            {
                continue;
            }

            var sent = $"{first:X2} 00";
            yield return Refused("MQTT-2.1.3-1", $"first byte {first:X2}", sent, 0x81);
            yield return Closed("MQTT-2.2.2-2", $"first byte {first:X2}", sent);
            yield return Dropped("MQTT-3.1.0-1", $"first byte {first:X2} before CONNECT", sent);
        }
    }

    /// <summary>Table 2-2: PUBLISH has flags of its own, three packets have 0010, the others 0000; type 0 is reserved.</summary>
    private static bool IsAllowed(int first) => (first >> 4, first & 15) switch
    {
        (0, _) => false,
        (3, var flags) => (flags & 6) != 6 && !((flags & 8) != 0 && (flags & 6) == 0), // QoS 3; a duplicate at QoS 0
        (6 or 8 or 10, var flags) => flags == 2,
        (_, var flags) => flags == 0,
    };

    private static IEnumerable<Exchange> Lengths()
    {
        foreach (var first in new[] { "10", "20", "30", "40", "50", "62", "70", "82", "90", "A2", "B0", "C0", "D0", "E0", "F0" })
        {
            yield return Refused("2.1.4", $"{first} with five bytes of remaining length", $"{first} FFFFFFFF7F", 0x81);
            yield return Closed("2.2.3", $"{first} with five bytes of remaining length", $"{first} FFFFFFFF7F");
            yield return Dropped("2.1.4", $"{first} with five bytes of remaining length before CONNECT", $"{first} FFFFFFFF7F");
            yield return Refused("MQTT-1.5.5-1", $"{first} with a remaining length longer than it needs to be", $"{first} 8000", 0x81);
            yield return Refused("3.1.2.11.4", $"{first} larger than the server's Maximum Packet Size", $"{first} FFFFFF7F", 0x95);
            yield return Closed("4.8", $"{first} larger than is taken", $"{first} FFFFFF7F");
        }
    }

    private static IEnumerable<Exchange> FirstPackets()
    {
        foreach (var (name, sent) in new[]
                 {
                     ("CONNACK", "20 [ 00 00 ]"), ("PUBLISH", "30 [ 'a' 6D ]"), ("PUBACK", "40 [ 0001 ]"), ("PUBREC", "50 [ 0001 ]"), ("PUBREL", "62 [ 0001 ]"),
                     ("PUBCOMP", "70 [ 0001 ]"), ("SUBSCRIBE", "82 [ 0001 'a' 00 ]"), ("SUBACK", "90 [ 0001 00 ]"), ("UNSUBSCRIBE", "A2 [ 0001 'a' ]"),
                     ("UNSUBACK", "B0 [ 0001 ]"), ("PINGREQ", "C0 []"), ("PINGRESP", "D0 []"), ("DISCONNECT", "E0 []"), ("AUTH", "F0 []"),
                 })
        {
            yield return Dropped("MQTT-3.1.0-1", $"{name} before CONNECT", sent);
        }

        yield return Dropped("MQTT-3.1.0-1", "HTTP", Convert.ToHexString("GET / HTTP/1.1\r\n\r\n"u8));
    }

    private static IEnumerable<Exchange> WrongEnd()
    {
        foreach (var (name, sent4, sent5) in new[]
                 {
                     ("CONNACK", "20 [ 00 00 ]", "20 [ 00 00 [] ]"), ("SUBACK", "90 [ 0001 00 ]", "90 [ 0001 [] 00 ]"),
                     ("UNSUBACK", "B0 [ 0001 ]", "B0 [ 0001 [] 00 ]"), ("PINGRESP", "D0 []", "D0 []"),
                 })
        {
            yield return Refused("2.1.2, table 2-1", $"{name} from a client", sent5, 0x82);
            yield return Closed("2.2.1, table 2.1", $"{name} from a client", sent4);
        }

        yield return Refused("MQTT-3.1.0-2", "a second CONNECT", "10 [ 'MQTT' 05 02 003C [] 'd1' ]", 0x82);
        yield return Closed("MQTT-3.1.0-2", "a second CONNECT", "10 [ 'MQTT' 04 02 003C 'd1' ]");
    }
}
