namespace Wardwatch.Conformance;

/// <summary>What a client sends, what it must be answered, and which statement of the OASIS standard says so.</summary>
/// <param name="Rule">The normative statement or section, of the version that the exchange is in.</param>
/// <param name="Name">What is sent, in words.</param>
/// <param name="Version">4 or 5; 0 where the exchange begins with its own CONNECT.</param>
/// <param name="Sent">In the notation of <see cref="Wire"/>; after a plain CONNECT of the version, which is answered with a plain CONNACK.</param>
/// <param name="Answer">Every byte that comes back, in the same notation.</param>
/// <param name="Closes">Whether the server then closes the connection; otherwise it goes on serving.</param>
internal sealed record Exchange(string Rule, string Name, int Version, string Sent, string Answer, bool Closes)
{
    /// <summary>CONNACK of a 5.0 CONNECT that asks for nothing: Receive Maximum 1024, Maximum QoS 1, Maximum Packet Size 65,536.</summary>
    public const string Welcome5 = "20 [ 00 00 [ 21 0400 24 01 27 00010000 ] ]";

    /// <summary>CONNACK of 3.1.1.</summary>
    public const string Welcome4 = "20 [ 00 00 ]";

    /// <summary>What precedes the exchange.</summary>
    public string Opening => Version switch
    {
        4 => "10 [ 'MQTT' 04 02 003C 'd1' ]",
        5 => "10 [ 'MQTT' 05 02 003C [] 'd1' ]",
        _ => "",
    };

    /// <summary>What the opening is answered.</summary>
    public string OpeningAnswer => Version switch
    {
        4 => Welcome4,
        5 => Welcome5,
        _ => "",
    };

    public override string ToString() => $"{Version switch { 4 => "3.1.1 ", 5 => "5.0 ", _ => "" }}{Name} ({Rule}): {Sent}";

    /// <summary>5.0: refused after CONNECT with DISCONNECT and a reason.</summary>
    public static Exchange Refused(string rule, string name, string sent, byte reason) => new(rule, name, 5, sent, $"E0 [ {reason:X2} ]", Closes: true);

    /// <summary>3.1.1 after CONNECT: closed, since it has no DISCONNECT from the server.</summary>
    public static Exchange Closed(string rule, string name, string sent) => new(rule, name, 4, sent, "", Closes: true);

    /// <summary>Answered (perhaps with nothing), and the session goes on.</summary>
    public static Exchange Answered(string rule, string name, int version, string sent, string answer) => new(rule, name, version, sent, answer, Closes: false);

    /// <summary>A CONNECT of 5.0 that is refused with CONNACK and a reason.</summary>
    public static Exchange NotWelcome(string rule, string name, string sent, byte reason) => new(rule, name, 0, sent, $"20 [ 00 {reason:X2} [] ]", Closes: true);

    /// <summary>A first packet after which the connection is closed without a word.</summary>
    public static Exchange Dropped(string rule, string name, string sent) => new(rule, name, 0, sent, "", Closes: true);

    /// <summary>A CONNECT that is accepted.</summary>
    public static Exchange Welcome(string rule, string name, string sent, string answer) => new(rule, name, 0, sent, answer, Closes: false);
}
