using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Wardwatch.Server.Platform.Web;

/// <summary>
/// The proxies in front, whose word on where a request comes from is taken (<c>X-Forwarded-For</c>, <c>-Proto</c>, <c>-Host</c>). From anybody else these headers
/// are text: without a proxy that is named, nobody's are believed.
/// </summary>
internal sealed class KnownProxies
{
    private readonly List<IPNetwork> _networks = [];

    /// <summary>Whether any is named.</summary>
    public bool AreNamed => _networks.Count > 0;

    /// <summary>Reads addresses and networks (<c>10.1.0.0/16</c>), separated by commas; null if one of them is neither, and then says which.</summary>
    public static KnownProxies? Parse(string? text, out string wrong)
    {
        var proxies = new KnownProxies();
        wrong = "";
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (IPNetwork.TryParse(part, out var network))
            {
                proxies._networks.Add(network);
            }
            else if (!part.Contains('/', StringComparison.Ordinal) && IPAddress.TryParse(part, out var address))
            {
                proxies._networks.Add(new(address, address.GetAddressBytes().Length * 8));
            }
            else
            {
                wrong = part;
                return null;
            }
        }

        return proxies;
    }

    /// <summary>Whether an address is one of theirs.</summary>
    public bool Include(IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _networks.Exists(network => network.Contains(plain));
    }

    /// <summary>Puts what they say in the place of what the connection says; the outermost step, and none where no proxy is named.</summary>
    public void Use(IApplicationBuilder app)
    {
        if (!AreNamed)
        {
            return;
        }

        // From the last proxy back to the first address that is not one: however many there are.
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        _networks.ForEach(options.KnownIPNetworks.Add);
        app.UseForwardedHeaders(options);
    }
}
