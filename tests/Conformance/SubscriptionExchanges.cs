using static Wardwatch.Conformance.Exchange;

namespace Wardwatch.Conformance;

/// <summary>SUBSCRIBE and UNSUBSCRIBE. No subscription is granted on the port for conformance suites; each is answered.</summary>
internal static class SubscriptionExchanges
{
    public static IEnumerable<Exchange> All() => Sound().Concat(Options()).Concat(Filters()).Concat(Unsound());

    private static IEnumerable<Exchange> Sound()
    {
        foreach (var filter in new[] { "'a'", "'a/b'", "'/'", "'+'", "'#'", "'a/+/b'", "'+/a/#'", "'/#'", "'$SYS/#'", "'$share/g/a'", "'$share/g/#'", "'with space'", "'Grüße'" })
        {
            yield return Answered("MQTT-3.8.4-1", $"SUBSCRIBE {filter}", 4, $"82 [ 0001 {filter} 00 ]", "90 [ 0001 80 ]");
            yield return Answered("MQTT-3.8.4-1", $"SUBSCRIBE {filter}", 5, $"82 [ 0001 [] {filter} 00 ]", "90 [ 0001 [] 87 ]");
            yield return Answered("MQTT-3.10.4-4", $"UNSUBSCRIBE {filter}", 4, $"A2 [ 0001 {filter} ]", "B0 [ 0001 ]");
            yield return Answered("MQTT-3.10.4-4", $"UNSUBSCRIBE {filter}", 5, $"A2 [ 0001 [] {filter} ]", "B0 [ 0001 [] 11 ]");
        }

        yield return Answered("MQTT-3.8.4-5", "SUBSCRIBE of three", 4, "82 [ FFFF 'a' 00 'b' 01 'a' 02 ]", "90 [ FFFF 80 80 80 ]");
        yield return Answered("MQTT-3.8.4-6", "SUBSCRIBE of three", 5, "82 [ FFFF [] 'a' 00 'b' 01 'a' 02 ]", "90 [ FFFF [] 87 87 87 ]");
        yield return Answered("MQTT-3.11.3-2", "UNSUBSCRIBE of three", 5, "A2 [ FFFF [] 'a' 'b' 'a' ]", "B0 [ FFFF [] 11 11 11 ]");
        yield return Answered("MQTT-3.10.4-5", "UNSUBSCRIBE of three", 4, "A2 [ FFFF 'a' 'b' 'a' ]", "B0 [ FFFF ]");
        var many = string.Concat(Enumerable.Repeat("'f' 00 ", 200));
        yield return Answered("MQTT-3.8.4-6", "SUBSCRIBE of two hundred", 5, $"82 [ 0001 [] {many} ]", $"90 [ 0001 [] {string.Concat(Enumerable.Repeat("87", 200))} ]");
        foreach (var id in new[] { "01", "7F", "8001", "FF7F", "808001", "FFFF7F", "80808001", "FFFFFF7F" })
        {
            yield return Answered("3.8.2.1.2", $"SUBSCRIBE with subscription identifier {id}", 5, $"82 [ 0001 [ 0B {id} ] 'a' 01 ]", "90 [ 0001 [] 87 ]");
        }

        yield return new Exchange(
            "MQTT-3.1.2-24", "SUBSCRIBE whose answer the client does not take", 0,
            "10 [ 'MQTT' 05 02 003C [ 27 0000000F ] 'd1' ] 82 [ 0001 [] 'a' 00 'b' 00 'c' 00 'd' 00 'e' 00 'f' 00 'g' 00 'h' 00 'i' 00 'j' 00 'k' 00 ]",
            $"{Welcome5} E0 [ 83 ]", Closes: true);
    }

    /// <summary>Every byte of options: 3.1.1 has QoS only (MQTT-3.8.3-4), 5.0 six bits (MQTT-3.8.3-5).</summary>
    private static IEnumerable<Exchange> Options()
    {
        for (var options = 0; options < 256; options++)
        {
            var (sent4, sent5) = ($"82 [ 0001 'a' {options:X2} ]", $"82 [ 0001 [] 'a' {options:X2} ]");
            yield return options < 3
                ? Answered("MQTT-3.8.3-4", $"options {options:X2}", 4, sent4, "90 [ 0001 80 ]")
                : Closed("MQTT-3.8.3-4", $"options {options:X2}", sent4);
            yield return (options & 0xC0) != 0 ? Refused("MQTT-3.8.3-5", $"options {options:X2}", sent5, 0x81)
                : (options & 3) == 3 || (options & 0x30) == 0x30 ? Refused("3.8.3.1", $"options {options:X2}", sent5, 0x82)
                : Answered("3.8.3.1", $"options {options:X2}", 5, sent5, "90 [ 0001 [] 87 ]");
        }

        yield return Refused("MQTT-3.8.3-4", "a shared subscription without what is one's own", "82 [ 0001 [] '$share/g/a' 04 ]", 0x82);
    }

    private static IEnumerable<Exchange> Filters()
    {
        foreach (var filter in new[] { "''", "'a/#/b'", "'a#'", "'#a'", "'a+'", "'+a'", "'a/b+/c'", "'##'", "'++'", "'#/'" }.Concat(Texts.Unsound))
        {
            yield return Closed("4.7.1", $"SUBSCRIBE {filter}", $"82 [ 0001 {filter} 00 ]");
            yield return Refused("4.7.1", $"SUBSCRIBE {filter}", $"82 [ 0001 [] {filter} 00 ]", 0x81);
            yield return Closed("4.7.1", $"UNSUBSCRIBE {filter}", $"A2 [ 0001 {filter} ]");
            yield return Refused("4.7.1", $"UNSUBSCRIBE {filter}", $"A2 [ 0001 [] {filter} ]", 0x81);
        }

        foreach (var filter in new[] { "'$share/'", "'$share//a'", "'$share/g'", "'$share/g/'", "'$share/+/a'", "'$share/#/a'", "'$share/g/a#'" })
        {
            yield return Refused("MQTT-4.8.2-1", $"SUBSCRIBE {filter}", $"82 [ 0001 [] {filter} 00 ]", 0x81);
            yield return Refused("MQTT-4.8.2-1", $"UNSUBSCRIBE {filter}", $"A2 [ 0001 [] {filter} ]", 0x81);
        }
    }

    private static IEnumerable<Exchange> Unsound()
    {
        foreach (var (rule, name, sent4, sent5, reason) in new[]
                 {
                     ("MQTT-2.2.1-3", "SUBSCRIBE with packet id 0", "82 [ 0000 'a' 00 ]", "82 [ 0000 [] 'a' 00 ]", 0x82),
                     ("MQTT-3.8.3-2", "SUBSCRIBE of nothing", "82 [ 0001 ]", "82 [ 0001 [] ]", 0x82),
                     ("3.8", "SUBSCRIBE that is empty", "82 []", "82 []", 0x81),
                     ("3.8", "SUBSCRIBE with half an id", "82 [ 00 ]", "82 [ 00 ]", 0x81),
                     ("3.8.3", "SUBSCRIBE without options", "82 [ 0001 'a' ]", "82 [ 0001 [] 'a' ]", 0x81),
                     ("3.8.3", "SUBSCRIBE whose second filter has no options", "82 [ 0001 'a' 00 'b' ]", "82 [ 0001 [] 'a' 00 'b' ]", 0x81),
                     ("3.8.3", "SUBSCRIBE with a filter cut short", "82 [ 0001 0003 6162 ]", "82 [ 0001 [] 0003 6162 ]", 0x81),
                     ("3.8.3", "SUBSCRIBE with half a length", "82 [ 0001 00 ]", "82 [ 0001 [] 00 ]", 0x81),
                     ("MQTT-2.2.1-3", "UNSUBSCRIBE with packet id 0", "A2 [ 0000 'a' ]", "A2 [ 0000 [] 'a' ]", 0x82),
                     ("MQTT-3.10.3-2", "UNSUBSCRIBE of nothing", "A2 [ 0001 ]", "A2 [ 0001 [] ]", 0x82),
                     ("3.10", "UNSUBSCRIBE that is empty", "A2 []", "A2 []", 0x81),
                     ("3.10.3", "UNSUBSCRIBE with a filter cut short", "A2 [ 0001 0003 6162 ]", "A2 [ 0001 [] 0003 6162 ]", 0x81),
                     ("3.10.3", "UNSUBSCRIBE with a byte too many", "A2 [ 0001 'a' 00 ]", "A2 [ 0001 [] 'a' 00 ]", 0x81),
                 })
        {
            yield return Closed(rule, name, sent4);
            yield return Refused(rule, name, sent5, (byte)reason);
        }

        yield return Refused("3.8.2.1.2", "subscription identifier 0", "82 [ 0001 [ 0B 00 ] 'a' 00 ]", 0x82);
        yield return Refused("1.5.5", "subscription identifier of five bytes", "82 [ 0001 [ 0B FFFFFFFF7F ] 'a' 00 ]", 0x81);
        yield return Refused("MQTT-1.5.5-1", "subscription identifier longer than it needs to be", "82 [ 0001 [ 0B 8100 ] 'a' 00 ]", 0x81);
        yield return Refused("3.8.2.1.2", "two subscription identifiers", "82 [ 0001 [ 0B 01 0B 02 ] 'a' 00 ]", 0x82);
    }
}
