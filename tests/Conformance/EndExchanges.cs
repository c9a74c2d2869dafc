using static Wardwatch.Conformance.Exchange;

namespace Wardwatch.Conformance;

/// <summary>PINGREQ, DISCONNECT and AUTH.</summary>
internal static class EndExchanges
{
    public static IEnumerable<Exchange> All() => Pings().Concat(Disconnects()).Concat(Reasons()).Concat(Authentications());

    private static IEnumerable<Exchange> Pings()
    {
        yield return Answered("MQTT-3.12.4-1", "PINGREQ", 4, "C0 []", "D0 []");
        yield return Answered("MQTT-3.12.4-1", "PINGREQ", 5, "C0 []", "D0 []");
        yield return Answered("MQTT-3.12.4-1", "PINGREQ three times", 5, "C0 [] C0 [] C0 []", "D0 [] D0 [] D0 []");
        yield return Answered("2.2.3", "PINGREQ with a longer length than it needs, which 3.1.1 allows", 4, "C0 808000", "D0 []");
        yield return Closed("3.12.2", "PINGREQ with a body", "C0 [ 00 ]");
        yield return Refused("3.12.2", "PINGREQ with a body", "C0 [ 00 ]", 0x81);
    }

    private static IEnumerable<Exchange> Disconnects()
    {
        yield return new Exchange("MQTT-3.14.4-2", "DISCONNECT", 4, "E0 []", "", Closes: true);
        yield return new Exchange("MQTT-3.14.4-2", "DISCONNECT", 5, "E0 []", "", Closes: true);
        yield return new Exchange("MQTT-3.14.4-2", "nothing is read after DISCONNECT", 5, "E0 [] C0 []", "", Closes: true);
        yield return new Exchange("4.3.2", "PUBLISH and DISCONNECT in one", 5, "32 [ 'a' 0001 [] ] E0 []", "40 [ 0001 ]", Closes: true);
        yield return new Exchange("3.14.2.2", "DISCONNECT with a reason and no properties", 5, "E0 [ 00 [] ]", "", Closes: true);
        yield return new Exchange("3.14.2.2.2", "DISCONNECT with the session expiry that CONNECT had", 5, "E0 [ 00 [ 11 00000000 ] ]", "", Closes: true);
        yield return new Exchange(
            "3.14.2.2.2", "DISCONNECT that prolongs a session which CONNECT asked for", 0,
            "10 [ 'MQTT' 05 02 003C [ 11 00000001 ] 'd1' ] E0 [ 00 [ 11 00000005 ] ]", "20 [ 00 00 [ 11 00000000 21 0400 24 01 27 00010000 ] ]", Closes: true);
        yield return Refused("3.14.2.2.2", "DISCONNECT that asks for a session expiry where CONNECT had none", "E0 [ 00 [ 11 FFFFFFFF ] ]", 0x82);
        yield return Closed("3.14", "DISCONNECT with a reason, which 3.1.1 has not", "E0 [ 00 ]");
        yield return Refused("3.14", "DISCONNECT with a byte too many", "E0 [ 00 [] 00 ]", 0x81);
    }

    /// <summary>Every reason in DISCONNECT from a client (3.14.2.1). What is sent by servers only is a protocol error.</summary>
    private static IEnumerable<Exchange> Reasons()
    {
        byte[] allowed = [0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99];
        for (var reason = 0; reason < 256; reason++)
        {
            var sent = $"E0 [ {reason:X2} ]";
            yield return allowed.Contains((byte)reason)
                ? new Exchange("3.14.2.1", $"DISCONNECT with reason {reason:X2}", 5, sent, "", Closes: true)
                : Refused("3.14.2.1", $"DISCONNECT with reason {reason:X2}", sent, 0x82);
        }
    }

    private static IEnumerable<Exchange> Authentications()
    {
        yield return Closed("2.2.1, table 2.1", "AUTH, which 3.1.1 has not", "F0 []");
        yield return Refused("MQTT-4.12.0-7", "AUTH without a method in CONNECT", "F0 []", 0x82);
        foreach (var reason in new[] { "00", "18", "19" })
        {
            yield return Refused("MQTT-4.12.0-7", $"AUTH with reason {reason}", $"F0 [ {reason} [ 15 'method' ] ]", 0x82);
        }

        yield return Refused("MQTT-4.12.0-7", "AUTH with data", "F0 [ 18 [ 15 'method' 16 'data' 1F 'why' 26 'k' 'v' ] ]", 0x82);
        yield return Refused("3.15.2.2.2", "AUTH without its method", "F0 [ 18 [] ]", 0x82);
        yield return Refused("3.15.2.2", "AUTH without properties", "F0 [ 18 ]", 0x81);
        yield return Refused("3.15.2.1", "AUTH with a reason of others", "F0 [ 87 [ 15 'method' ] ]", 0x82);
        yield return Refused("2.2.2.2", "AUTH with a property of others", "F0 [ 18 [ 15 'method' 21 0005 ] ]", 0x81);
        yield return Refused("2.2.2.2", "AUTH with a property twice", "F0 [ 18 [ 15 'method' 15 'method' ] ]", 0x82);
    }
}
