using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>The port for devices: each proves who it is, and publishes to its own patient's topics only.</summary>
internal sealed class DevicePolicy(IEnvelopeQueue queue, IDeviceDirectory devices, IDevicePresence presence, TimeProvider time) : IGatewayPolicy
{
    private const int LongestId = 64;

    public IEnvelopeQueue Queue => queue;

    public IDeviceDirectory Devices => devices;

    public IDevicePresence Presence => presence;

    public bool MayKeepSilent => false;

    public bool IsClientIdValid(in ConnectPacket connect) => connect.ClientId.Length is > 0 and <= LongestId;

    /// <summary>The device whose token, or whose client certificate, this is; client id, user name and certificate subject must name the same one.</summary>
    public DeviceEntry? Authenticate(in ConnectPacket connect, ConnectionContext connection)
    {
        Span<char> text = stackalloc char[LongestId];
        if (!Encoding.UTF8.TryGetChars(connect.ClientId, text, out var length))
        {
            return null;
        }

        var id = text[..length].ToString();
        var device = devices.Find(id);
        if (connect.HasUserName && !connect.UserName.SequenceEqual(connect.ClientId))
        {
            device = null;
        }

        // The token is compared even where the device is unknown: an answer's time must not tell which ids exist.
        var tokenMatches = DeviceTokens.Matches(device, connect.Password);
        if (connect.HasPassword)
        {
            return tokenMatches && connect.HasUserName ? device : null;
        }

        var certificate = connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;
        return certificate?.GetNameInfo(X509NameType.SimpleName, forIssuer: false) == id ? device : null;
    }

    public bool MayBeBelieved(DeviceEntry device) => device.HasKeyAt(time.Microseconds());

    public bool MayPublish(DeviceEntry device, ReadOnlySpan<byte> topic) => TopicPermissions.MayPublish(device, topic);

    public bool MaySubscribe(DeviceEntry device, ReadOnlySpan<byte> filter) => TopicPermissions.MaySubscribe(device, filter);
}
