using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Web;

/// <summary>
/// How many connections over HTTP there may be, in all and from one address; one more is closed before anything is read from it. The web server's own limit would
/// count for the devices' port as well.
/// </summary>
internal sealed class HttpConnections(LimitsOptions limits, KnownProxies proxies)
{
    private readonly ConcurrentDictionary<ClientAddress, int> _byAddress = new();
    private int _all;

    /// <summary>A step of the connection's way.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        ClientAddress? counted = proxies.Include(address) ? null : ClientAddress.Of(address);
        if (!TryEnter(counted))
        {
            connection.Abort(new ConnectionAbortedException("There are too many connections."));
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Leave(counted);
        }
    };

    private bool TryEnter(ClientAddress? address)
    {
        if (Interlocked.Increment(ref _all) > limits.MaxConnections
            || (address is { } one && _byAddress.AddOrUpdate(one, 1, static (_, count) => count + 1) > limits.MaxConnectionsPerAddress && LeaveAddress(one)))
        {
            Interlocked.Decrement(ref _all);
            return false;
        }

        return true;
    }

    private void Leave(ClientAddress? address)
    {
        Interlocked.Decrement(ref _all);
        if (address is { } one)
        {
            LeaveAddress(one);
        }
    }

    // An address without a connection is forgotten: there are many.
    private bool LeaveAddress(ClientAddress address)
    {
        while (_byAddress.TryGetValue(address, out var count))
        {
            if (count > 1 ? _byAddress.TryUpdate(address, count - 1, count) : _byAddress.TryRemove(KeyValuePair.Create(address, count)))
            {
                break;
            }
        }

        return true;
    }
}
