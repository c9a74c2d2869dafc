using static Wardwatch.Conformance.Exchange;

namespace Wardwatch.Conformance;

/// <summary>CONNECT, sound and unsound, as the port for conformance suites answers it.</summary>
internal static class ConnectExchanges
{
    public static IEnumerable<Exchange> All() => Accepted().Concat(Protocols()).Concat(Version4()).Concat(Version5()).Concat(Names());

    private static IEnumerable<Exchange> Accepted()
    {
        yield return Welcome("3.1", "the least", "10 [ 'MQTT' 04 02 003C 'd1' ]", Welcome4);
        yield return Welcome("3.1", "the least", "10 [ 'MQTT' 05 02 003C [] 'd1' ]", Welcome5);
        yield return Welcome("3.1.2.10", "no keep alive", "10 [ 'MQTT' 04 02 0000 'd1' ]", Welcome4);
        yield return Welcome("3.1.2.10", "no keep alive", "10 [ 'MQTT' 05 02 0000 [] 'd1' ]", Welcome5);
        yield return Welcome("3.1.2.10", "the longest keep alive", "10 [ 'MQTT' 05 02 FFFF [] 'd1' ]", Welcome5);
        yield return Welcome("MQTT-3.1.2-4", "a lasting session, of which there is none", "10 [ 'MQTT' 04 00 003C 'd1' ]", Welcome4);
        yield return Welcome("MQTT-3.1.2-6", "no clean start", "10 [ 'MQTT' 05 00 003C [] 'd1' ]", Welcome5);
        yield return Welcome("MQTT-3.1.3-6", "no client id, clean session", "10 [ 'MQTT' 04 02 003C '' ]", Welcome4);
        yield return Welcome("3.1.3", "user name and password", "10 [ 'MQTT' 04 C2 003C 'd1' 'u' 'p' ]", Welcome4);
        yield return Welcome("3.1.3", "user name and password", "10 [ 'MQTT' 05 C2 003C [] 'd1' 'u' 'p' ]", Welcome5);
        yield return Welcome("3.1.2.8", "a user name alone", "10 [ 'MQTT' 04 82 003C 'd1' 'u' ]", Welcome4);
        yield return Welcome("3.1.2.9", "a password alone", "10 [ 'MQTT' 05 42 003C [] 'd1' 'p' ]", Welcome5);
        yield return Welcome("3.1.3", "an empty user name and password", "10 [ 'MQTT' 04 C2 003C 'd1' '' '' ]", Welcome4);
        yield return Welcome("3.1.3.6", "a password that is no text", "10 [ 'MQTT' 04 C2 003C 'd1' 'u' 0003 FF00ED ]", Welcome4);
        yield return Welcome("3.1.3.1", "a client id of other characters", "10 [ 'MQTT' 05 02 003C [] 'a bc/+#$ÄΩ𝄞' ]", Welcome5);
        yield return Welcome("MQTT-1.5.4-3", "a byte order mark is a character", "10 [ 'MQTT' 04 02 003C 0005 EFBBBF6431 ]", Welcome4);
        foreach (var flags in new[] { "06", "0E", "26", "2E" })
        {
            yield return Welcome("3.1.2.5", $"a will (flags {flags})", $"10 [ 'MQTT' 04 {flags} 003C 'd1' 'w' 'gone' ]", Welcome4);
            yield return Welcome("3.1.2.5", $"a will (flags {flags})", $"10 [ 'MQTT' 05 {flags} 003C [] 'd1' [] 'w' 'gone' ]", Welcome5);
        }

        yield return Welcome("3.1.3.4", "an empty will", "10 [ 'MQTT' 04 06 003C 'd1' 'w' '' ]", Welcome4);
        yield return Welcome("3.1.2.6", "a will of QoS 2, of which 3.1.1 cannot be told", "10 [ 'MQTT' 04 16 003C 'd1' 'w' 'gone' ]", Welcome4);
        yield return NotWelcome("MQTT-3.2.2-12", "a will of QoS 2", "10 [ 'MQTT' 05 16 003C [] 'd1' [] 'w' 'gone' ]", 0x9B);
        yield return new Exchange("MQTT-3.1.3-8", "no client id, but a lasting session", 0, "10 [ 'MQTT' 04 00 003C '' ]", "20 [ 00 02 ]", Closes: true);
        yield return Welcome("MQTT-3.1.2-24", "takes packets as long as CONNACK", "10 [ 'MQTT' 05 02 003C [ 27 0000000F ] 'd1' ]", Welcome5);
        yield return NotWelcome("MQTT-3.1.2-24", "takes no packet as long as CONNACK", "10 [ 'MQTT' 05 02 003C [ 27 0000000E ] 'd1' ]", 0x83);
        yield return Dropped("MQTT-3.1.2-24", "takes no packet at all", "10 [ 'MQTT' 05 02 003C [ 27 00000004 ] 'd1' ]");
    }

    private static IEnumerable<Exchange> Protocols()
    {
        foreach (var (level, answer) in new[] { ("00", "20 [ 00 01 ]"), ("02", "20 [ 00 01 ]"), ("03", "20 [ 00 01 ]"), ("06", "20 [ 00 84 [] ]"), ("FF", "20 [ 00 84 [] ]") })
        {
            yield return new Exchange("MQTT-3.1.2-2", $"protocol level {level}", 0, $"10 [ 'MQTT' {level} 02 003C 'd1' ]", answer, Closes: true);
        }

        yield return new Exchange("MQTT-3.1.2-2", "MQTT 3.1", 0, "10 [ 'MQIsdp' 03 02 003C 'd1' ]", "20 [ 00 01 ]", Closes: true);
        foreach (var name in new[] { "", "MQT", "MQTTT", "mqtt", "MQTt", "HTTP", "MQIsd" })
        {
            yield return Dropped("MQTT-3.1.2-1", $"protocol '{name}'", $"10 [ '{name}' 04 02 003C 'd1' ]");
            yield return Dropped("MQTT-3.1.2-1", $"protocol '{name}'", $"10 [ '{name}' 05 02 003C [] 'd1' ]");
        }

        foreach (var (what, sent) in new[]
                 {
                     ("nothing", "10 []"), ("half a length", "10 [ 00 ]"), ("a length alone", "10 [ 0004 ]"), ("half a name", "10 [ 0004 4D51 ]"), ("a name alone", "10 [ 'MQTT' ]"),
                 })
        {
            yield return Dropped("MQTT-3.1.4-1", $"holds {what}", sent);
        }
    }

    /// <summary>A CONNECT of 3.1.1 that is not in order is not answered: the connection is closed (MQTT-3.1.4-1).</summary>
    private static IEnumerable<Exchange> Version4()
    {
        foreach (var (rule, what, sent) in new[]
                 {
                     ("MQTT-3.1.2-3", "the reserved flag", "10 [ 'MQTT' 04 03 003C 'd1' ]"), ("MQTT-3.1.2-13", "QoS without a will", "10 [ 'MQTT' 04 0A 003C 'd1' ]"),
                     ("MQTT-3.1.2-15", "retain without a will", "10 [ 'MQTT' 04 22 003C 'd1' ]"), ("MQTT-3.1.2-14", "a will of QoS 3", "10 [ 'MQTT' 04 1E 003C 'd1' 'w' 'gone' ]"),
                     ("MQTT-3.1.2-22", "a password without a user name", "10 [ 'MQTT' 04 42 003C 'd1' 'p' ]"), ("MQTT-3.1.2-9", "a will that is not there", "10 [ 'MQTT' 04 06 003C 'd1' ]"),
                     ("MQTT-3.1.2-9", "a will's topic alone", "10 [ 'MQTT' 04 06 003C 'd1' 'w' ]"), ("MQTT-3.1.2-19", "a user name that is not there", "10 [ 'MQTT' 04 82 003C 'd1' ]"),
                     ("MQTT-3.1.2-21", "a password that is not there", "10 [ 'MQTT' 04 C2 003C 'd1' 'u' ]"), ("MQTT-3.1.2-18", "a user name without its flag", "10 [ 'MQTT' 04 02 003C 'd1' 'u' ]"),
                     ("MQTT-3.1.3-3", "no client id at all", "10 [ 'MQTT' 04 02 003C ]"), ("3.1.2.10", "half a keep alive", "10 [ 'MQTT' 04 02 00 ]"),
                     ("3.1.2.3", "no flags", "10 [ 'MQTT' 04 ]"), ("MQTT-3.1.4-1", "a byte too many", "10 [ 'MQTT' 04 02 003C 'd1' 00 ]"),
                     ("4.7.3", "an empty will's topic", "10 [ 'MQTT' 04 06 003C 'd1' '' 'gone' ]"), ("4.7.1", "a wildcard in the will's topic", "10 [ 'MQTT' 04 06 003C 'd1' 'a/#' 'gone' ]"),
                 })
        {
            yield return Dropped(rule, what, sent);
        }
    }

    private static IEnumerable<Exchange> Version5()
    {
        foreach (var (rule, what, sent) in new[]
                 {
                     ("MQTT-3.1.2-3", "the reserved flag", "10 [ 'MQTT' 05 03 003C [] 'd1' ]"), ("MQTT-3.1.2-11", "QoS without a will", "10 [ 'MQTT' 05 0A 003C [] 'd1' ]"),
                     ("MQTT-3.1.2-13", "retain without a will", "10 [ 'MQTT' 05 22 003C [] 'd1' ]"), ("MQTT-3.1.2-12", "a will of QoS 3", "10 [ 'MQTT' 05 1E 003C [] 'd1' [] 'w' 'gone' ]"),
                     ("MQTT-3.1.2-9", "a will that is not there", "10 [ 'MQTT' 05 06 003C [] 'd1' ]"), ("MQTT-3.1.2-9", "a will without properties", "10 [ 'MQTT' 05 06 003C [] 'd1' 'w' 'gone' ]"),
                     ("MQTT-3.1.2-17", "a user name that is not there", "10 [ 'MQTT' 05 82 003C [] 'd1' ]"), ("MQTT-3.1.2-19", "a password that is not there", "10 [ 'MQTT' 05 C2 003C [] 'd1' 'u' ]"),
                     ("MQTT-3.1.2-16", "a user name without its flag", "10 [ 'MQTT' 05 02 003C [] 'd1' 'u' ]"), ("MQTT-3.1.3-3", "no client id at all", "10 [ 'MQTT' 05 02 003C [] ]"),
                     ("3.1.2.11.1", "no properties", "10 [ 'MQTT' 05 02 003C ]"), ("3.1.2.10", "half a keep alive", "10 [ 'MQTT' 05 02 00 ]"), ("3.1.2.3", "no flags", "10 [ 'MQTT' 05 ]"),
                     ("MQTT-3.1.4-1", "a byte too many", "10 [ 'MQTT' 05 02 003C [] 'd1' 00 ]"), ("MQTT-1.5.5-1", "a remaining length longer than it needs to be", "10 8F00 'MQTT' 05 02 003C [] 'd1'"),
                     ("MQTT-4.7.3-1", "an empty will's topic", "10 [ 'MQTT' 05 06 003C [] 'd1' [] '' 'gone' ]"), ("4.7.1", "a wildcard in the will's topic", "10 [ 'MQTT' 05 06 003C [] 'd1' [] '+' 'gone' ]"),
                 })
        {
            yield return NotWelcome(rule, what, sent, 0x81);
        }

        yield return NotWelcome("3.1.2.11.3", "Receive Maximum 0", "10 [ 'MQTT' 05 02 003C [ 21 0000 ] 'd1' ]", 0x82);
        yield return NotWelcome("3.1.2.11.4", "Maximum Packet Size 0", "10 [ 'MQTT' 05 02 003C [ 27 00000000 ] 'd1' ]", 0x82);
        yield return NotWelcome("MQTT-3.3.2-14", "a will with wildcards in its response topic", "10 [ 'MQTT' 05 06 003C [] 'd1' [ 08 'a/+' ] 'w' 'gone' ]", 0x82);
        yield return NotWelcome("MQTT-4.12.0-1", "a method with data", "10 [ 'MQTT' 05 02 003C [ 15 'SCRAM-SHA-1' 16 'data' ] 'd1' ]", 0x8C);
    }

    /// <summary>Client id, user name and will's topic: UTF-8 (MQTT-1.5.4-1, MQTT-1.5.4-2; 3.1.1: MQTT-1.5.3-1, MQTT-1.5.3-2), and no control characters, which may be refused.</summary>
    private static IEnumerable<Exchange> Names()
    {
        foreach (var text in Texts.Unsound)
        {
            yield return Dropped("MQTT-1.5.3-1", $"client id {text}", $"10 [ 'MQTT' 04 02 003C {text} ]");
            yield return Dropped("MQTT-1.5.3-1", $"user name {text}", $"10 [ 'MQTT' 04 82 003C 'd1' {text} ]");
            yield return Dropped("MQTT-1.5.3-1", $"will's topic {text}", $"10 [ 'MQTT' 04 06 003C 'd1' {text} 'gone' ]");
            yield return NotWelcome("MQTT-1.5.4-1", $"client id {text}", $"10 [ 'MQTT' 05 02 003C [] {text} ]", 0x81);
            yield return NotWelcome("MQTT-1.5.4-1", $"user name {text}", $"10 [ 'MQTT' 05 82 003C [] 'd1' {text} ]", 0x81);
            yield return NotWelcome("MQTT-1.5.4-1", $"will's topic {text}", $"10 [ 'MQTT' 05 06 003C [] 'd1' [] {text} 'gone' ]", 0x81);
        }
    }
}

/// <summary>Strings that are none, with their lengths.</summary>
internal static class Texts
{
    /// <summary>U+0000, halves of surrogate pairs, overlong and broken sequences, beyond U+10FFFF; control characters and non-characters.</summary>
    public static readonly string[] Unsound =
    [
        "0003 610062", "0001 00", "0003 EDA080", "0003 EDBFBF", "0002 C080", "0003 E08080", "0001 80", "0001 C3", "0002 61FF", "0004 F4908080", "0003 E282",
        "0001 01", "0003 610A62", "0001 1F", "0001 7F", "0002 C280", "0002 C29F", "0003 EFBFBE", "0003 EFBFBF", "0003 EFB790", "0004 F09FBFBF",
    ];
}
