using static Wardwatch.Conformance.Exchange;

namespace Wardwatch.Conformance;

/// <summary>PUBLISH, and the acknowledgements of messages that were never sent.</summary>
internal static class PublishExchanges
{
    public static IEnumerable<Exchange> All() => Sound().Concat(Unsound()).Concat(Acknowledgements()).Concat(Reasons());

    private static IEnumerable<Exchange> Sound()
    {
        foreach (var (name, first, id) in new[]
                 {
                     ("QoS 0", "30", ""), ("QoS 0, retained", "31", ""), ("QoS 1", "32", "000A"), ("QoS 1, retained", "33", "000A"),
                     ("QoS 1, again", "3A", "000A"), ("QoS 1, retained, again", "3B", "FFFF"),
                 })
        {
            var answer = id.Length > 0 ? $"40 [ {id} ]" : "";
            foreach (var topic in new[] { "'a/b'", "'/'", "'a//b'", "'$SYS/x'", "'Grüße/𝄞'", "'with space'" })
            {
                yield return Answered("3.3", $"{name} to {topic}", 4, $"{first} [ {topic} {id} 6D ]", answer);
                yield return Answered("3.3", $"{name} to {topic}", 5, $"{first} [ {topic} {id} [] 6D ]", answer);
            }

            yield return Answered("3.3.3", $"{name} without payload", 4, $"{first} [ 'a' {id} ]", answer);
            yield return Answered("3.3.3", $"{name} without payload", 5, $"{first} [ 'a' {id} [] ]", answer);
            yield return Answered("3.3.2.3", $"{name} with every property", 5, $"{first} [ 'a' {id} [ 01 01 02 00000000 03 'text' 08 'r' 09 '' 26 '' '' 26 'k' 'v' ] 6D ]", answer);
        }

        yield return Answered("MQTT-4.6.0-2", "three, acknowledged in order", 5, "32 [ 'a' 0003 [] ] 32 [ 'a' 0001 [] ] 32 [ 'b' 0002 [] ]", "40 [ 0003 ] 40 [ 0001 ] 40 [ 0002 ]");
        yield return Answered("MQTT-4.3.2-5", "a packet id again, once it was acknowledged", 4, "32 [ 'a' 0001 ] 32 [ 'a' 0001 ]", "40 [ 0001 ] 40 [ 0001 ]");
        yield return Answered("3.3.2.3.2", "text that is none, unread", 5, "32 [ 'a' 0001 [ 01 01 ] FF ]", "40 [ 0001 ]");
        yield return new Exchange("4.13", "what came before a malformed packet is acknowledged", 5, "32 [ 'a' 0001 [] ] 30 [ 'a' ]", "40 [ 0001 ] E0 [ 81 ]", Closes: true);
    }

    private static IEnumerable<Exchange> Unsound()
    {
        foreach (var (rule, name, sent4, sent5, reason) in new[]
                 {
                     ("MQTT-3.3.1-4", "QoS 3", "36 [ 'a' 0001 6D ]", "36 [ 'a' 0001 [] 6D ]", 0x81), ("MQTT-3.3.1-4", "QoS 3, retained, again", "3F [ 'a' 0001 6D ]", "3F [ 'a' 0001 [] 6D ]", 0x81),
                     ("MQTT-3.3.1-2", "a duplicate at QoS 0", "38 [ 'a' 6D ]", "38 [ 'a' [] 6D ]", 0x81), ("3.2.2.3.4", "QoS 2", "34 [ 'a' 0001 6D ]", "34 [ 'a' 0001 [] 6D ]", 0x9B),
                     ("MQTT-2.2.1-3", "packet id 0", "32 [ 'a' 0000 6D ]", "32 [ 'a' 0000 [] 6D ]", 0x82), ("MQTT-3.3.2-2", "topic +", "30 [ '+' 6D ]", "30 [ '+' [] 6D ]", 0x81),
                     ("MQTT-3.3.2-2", "topic a/#", "30 [ 'a/#' 6D ]", "30 [ 'a/#' [] 6D ]", 0x81), ("MQTT-3.3.2-2", "topic a+b", "32 [ 'a+b' 0001 6D ]", "32 [ 'a+b' 0001 [] 6D ]", 0x81),
                     ("3.3.2.1", "no topic", "30 [ '' 6D ]", "30 [ '' [] 6D ]", 0x82), ("3.3", "nothing", "30 []", "30 []", 0x81), ("3.3", "half a length", "30 [ 00 ]", "30 [ 00 ]", 0x81),
                     ("3.3", "a topic cut short", "30 [ 0003 6162 ]", "30 [ 0003 6162 ]", 0x81), ("3.3", "half a packet id", "32 [ 'a' 00 ]", "32 [ 'a' 00 ]", 0x81),
                     ("3.3", "no packet id", "32 [ 'a' ]", "32 [ 'a' ]", 0x81),
                 })
        {
            yield return Closed(rule, name, sent4);
            yield return Refused(rule, name, sent5, (byte)reason);
        }

        yield return Refused("3.3.2.3.1", "no properties", "30 [ 'a' ]", 0x81);
        yield return Refused("3.3.2.1", "no topic, but another property", "30 [ '' [ 01 01 ] 6D ]", 0x82);
        yield return Refused("MQTT-3.3.2-8", "topic alias 0", "30 [ 'a' [ 23 0000 ] 6D ]", 0x94);
        yield return Refused("MQTT-3.3.2-9", "topic alias 1 alone", "30 [ '' [ 23 0001 ] 6D ]", 0x94);
        yield return Refused("MQTT-3.3.2-9", "topic alias 65535", "32 [ 'a' 0001 [ 23 FFFF ] 6D ]", 0x94);
        foreach (var topic in new[] { "''", "'a/+'", "'#'" })
        {
            yield return Refused("MQTT-3.3.2-14", $"response topic {topic}", $"30 [ 'a' [ 08 {topic} ] 6D ]", 0x82);
        }

        foreach (var text in Texts.Unsound)
        {
            yield return Closed("MQTT-3.3.2-1", $"topic {text}", $"30 [ {text} 6D ]");
            yield return Refused("MQTT-3.3.2-1", $"topic {text}", $"30 [ {text} [] 6D ]", 0x81);
        }

        foreach (var text in Texts.Unsound.Take(11))
        {
            yield return Refused("MQTT-1.5.4-1", $"user property {text}", $"30 [ 'a' [ 26 'k' {text} ] 6D ]", 0x81);
            yield return Refused("MQTT-1.5.4-1", $"user property's name {text}", $"30 [ 'a' [ 26 {text} 'v' ] 6D ]", 0x81);
            yield return Refused("MQTT-3.3.2-19", $"content type {text}", $"30 [ 'a' [ 03 {text} ] 6D ]", 0x81);
        }

        yield return Answered("1.5.4", "a line break in a user property does no harm", 5, "32 [ 'a' 0001 [ 26 'k' 0003 610A62 ] 6D ]", "40 [ 0001 ]");
    }

    private static IEnumerable<Exchange> Acknowledgements()
    {
        foreach (var (name, first, answer) in new[] { ("PUBACK", "40", ""), ("PUBREC", "50", "62"), ("PUBREL", "62", "70"), ("PUBCOMP", "70", "") })
        {
            var unknown = answer.Length > 0 ? $"{answer} [ 0001 92 ]" : "";
            yield return Answered("4.3.3", $"{name} of nothing", 4, $"{first} [ 0001 ]", answer.Length > 0 ? $"{answer} [ 0001 ]" : "");
            yield return Answered("4.3.3", $"{name} of nothing", 5, $"{first} [ 0001 ]", unknown);
            yield return Answered("3.4.2.1", $"{name} with its reason", 5, $"{first} [ 0001 00 ]", unknown);
            yield return Answered("3.4.2.1", $"{name} with reason and no properties", 5, $"{first} [ 0001 00 [] ]", unknown);
            foreach (var (what, sent) in new[] { ("nothing", "[]"), ("half an id", "[ 00 ]") })
            {
                yield return Closed("3.4.2", $"{name} holds {what}", $"{first} {sent}");
                yield return Refused("3.4.2", $"{name} holds {what}", $"{first} {sent}", 0x81);
            }

            yield return Closed("MQTT-2.3.1-1", $"{name} with packet id 0", $"{first} [ 0000 ]");
            yield return Refused("2.2.1", $"{name} with packet id 0", $"{first} [ 0000 ]", 0x82);
            yield return Closed("3.4", $"{name} with a reason, which 3.1.1 has not", $"{first} [ 0001 00 ]");
            yield return Refused("3.4", $"{name} with a byte too many", $"{first} [ 0001 00 [] 00 ]", 0x81);
        }
    }

    /// <summary>Every reason code in every acknowledgement (3.4.2.1, 3.5.2.1, 3.6.2.1, 3.7.2.1). PUBREC with a failure ends the exchange: nothing follows.</summary>
    private static IEnumerable<Exchange> Reasons()
    {
        byte[] ofPublish = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];
        byte[] ofRelease = [0x00, 0x92];
        foreach (var (name, first, allowed, answer) in new[] { ("PUBACK", "40", ofPublish, ""), ("PUBREC", "50", ofPublish, "62 [ 0001 92 ]"), ("PUBREL", "62", ofRelease, "70 [ 0001 92 ]"), ("PUBCOMP", "70", ofRelease, "") })
        {
            for (var reason = 0; reason < 256; reason++)
            {
                var sent = $"{first} [ 0001 {reason:X2} ]";
                yield return !allowed.Contains((byte)reason)
                    ? Refused("2.4", $"{name} with reason {reason:X2}", sent, 0x82)
                    : Answered("2.4", $"{name} with reason {reason:X2}", 5, sent, name == "PUBREC" && reason >= 0x80 ? "" : answer);
            }
        }
    }
}
