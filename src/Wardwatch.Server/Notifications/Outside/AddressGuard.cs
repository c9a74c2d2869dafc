using System.Net;
using System.Net.Sockets;

namespace Wardwatch.Server.Notifications.Outside;

/// <summary>
/// Says which addresses a message may be sent to that staff or administrators gave: public ones, and those that the installation allows. Everything else (this machine, the
/// hospital's own network, metadata services of clouds, what is reserved) is refused, so that nobody reaches through the server what they cannot reach themselves.
/// </summary>
internal sealed class AddressGuard(IReadOnlyList<IPNetwork> allowed)
{
    // IANA's registries of special-purpose addresses, multicast, reserved; and a public address with which Azure serves its machines.
    private static readonly IPNetwork[] Refused4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
        }.Select(IPNetwork.Parse),
    ];

    // Of IPv6 only global unicast is public at all; within it protocol assignments (Teredo among them), documentation, 6to4.
    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] Refused6 = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20" }.Select(IPNetwork.Parse)];

    /// <summary>Reads networks separated by commas; none where nothing is said. Null: one of them is no network.</summary>
    public static IReadOnlyList<IPNetwork>? Parse(string? networks)
    {
        var parsed = new List<IPNetwork>();
        foreach (var text in (networks ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!IPNetwork.TryParse(text, out var network))
            {
                return null;
            }

            parsed.Add(network);
        }

        return parsed;
    }

    /// <summary>Whether an address may be connected to.</summary>
    public bool Allows(IPAddress address)
    {
        var plain = Plain(address);
        return IsAllowed(plain) || IsPublic(plain);
    }

    /// <summary>Whether an address is one that the installation allows by name.</summary>
    public bool IsInside(IPAddress address) => IsAllowed(Plain(address));

    // An IPv4 address in IPv6 clothes is that IPv4 address.
    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private bool IsAllowed(IPAddress address) => allowed.Any(network => network.Contains(address));

    private static bool IsPublic(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => !Refused4.Any(network => network.Contains(address)),
        AddressFamily.InterNetworkV6 => address.ScopeId == 0 && Global6.Contains(address) && !Refused6.Any(network => network.Contains(address)),
        _ => false,
    };
}
