namespace Wardwatch.Conformance;

/// <summary>All exchanges by subject. Written from the OASIS standards MQTT 3.1.1 and 5.0; each names the statement that it is about.</summary>
internal static class Exchanges
{
    public static readonly Dictionary<string, Func<IEnumerable<Exchange>>> Groups = new(StringComparer.Ordinal)
    {
        ["headers"] = HeaderExchanges.All,
        ["connect"] = ConnectExchanges.All,
        ["properties"] = PropertyExchanges.All,
        ["publish"] = PublishExchanges.All,
        ["subscriptions"] = SubscriptionExchanges.All,
        ["ends"] = EndExchanges.All,
    };
}
