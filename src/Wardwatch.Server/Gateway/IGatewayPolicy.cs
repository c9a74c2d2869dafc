using Microsoft.AspNetCore.Connections;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>
/// What differs between the port for devices and the one for conformance suites: who may connect, what may be published and heard, and where messages go.
/// Connections, packets and sessions are the same code for both.
/// </summary>
internal interface IGatewayPolicy
{
    /// <summary>Where what was published goes.</summary>
    IEnvelopeQueue Queue { get; }

    /// <summary>Whom the session belongs to, looked up again whenever something changed.</summary>
    IDeviceDirectory Devices { get; }

    /// <summary>Who is told of connections.</summary>
    IDevicePresence Presence { get; }

    /// <summary>Whether a 5.0 client may do without keep alive. 3.1.1 gives the server no say in it.</summary>
    bool MayKeepSilent { get; }

    /// <summary>Whether the client id can be one at all; decided before credentials are looked at.</summary>
    bool IsClientIdValid(in ConnectPacket connect);

    /// <summary>Whom CONNECT comes from; null if it is unknown or has wrong credentials.</summary>
    DeviceEntry? Authenticate(in ConnectPacket connect, ConnectionContext connection);

    /// <summary>Whether anything that the device sends could be believed; one without a key need not connect.</summary>
    bool MayBeBelieved(DeviceEntry device);

    /// <summary>Whether the device may publish to the topic. Called for each message.</summary>
    bool MayPublish(DeviceEntry device, ReadOnlySpan<byte> topic);

    /// <summary>Whether the device may subscribe to the filter.</summary>
    bool MaySubscribe(DeviceEntry device, ReadOnlySpan<byte> filter);
}
