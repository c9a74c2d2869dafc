using System.Net;

namespace Wardwatch.Server.Gateway.Sockets;

/// <summary>Where devices connect: marks the address as one whose sockets <see cref="DeviceListenerFactory"/> reads, and Kestrel's own transport does not.</summary>
internal sealed class DeviceEndPoint(IPAddress address, int port) : IPEndPoint(address, port);
