using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Wardwatch.Server.AlertPath.Contracts;

namespace Wardwatch.Server.Gateway.Sockets;

/// <summary>
/// The transport of the devices' port, beside Kestrel's own for everything else. Kestrel keeps what it is good at (accepting, counting, draining at the end);
/// what differs is that a reading goes from the socket to its session on one thread, without pipes in between.
/// </summary>
internal sealed class DeviceListenerFactory(ILogger<DeviceListener> logger, DeviceDoor door) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    // After a power cut a whole hospital connects at once; the kernel caps this by net.core.somaxconn.
    private const int WaitingToBeAccepted = 4096;

    public bool CanBind(EndPoint endpoint) => endpoint is DeviceEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var wanted = (DeviceEndPoint)endpoint;
        var every = wanted.Address.Equals(IPAddress.IPv6Any);
        var address = every && !Socket.OSSupportsIPv6 ? new IPEndPoint(IPAddress.Any, wanted.Port) : wanted;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (every && address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = true;
            }

            socket.Bind(address);
            socket.Listen(WaitingToBeAccepted);
            door.Open((IPEndPoint)socket.LocalEndPoint!);
            return ValueTask.FromResult<IConnectionListener>(new DeviceListener(socket, SocketPoll.IsSupported ? StartPolls() : [], logger));
        }
        catch (SocketException e)
        {
            socket.Dispose();
            if (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new AddressInUseException(e.Message, e);
            }

            throw;
        }
    }

    // A thread reads some tens of thousands of devices; the lanes, the committer and the database need processors as well.
    private static SocketPoll[] StartPolls() => [.. Enumerable.Range(1, Math.Clamp(Environment.ProcessorCount / 2, 1, 8)).Select(i => new SocketPoll($"Devices {i}"))];
}
