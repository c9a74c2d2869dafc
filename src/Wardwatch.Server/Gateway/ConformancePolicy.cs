using System.Text;
using Microsoft.AspNetCore.Connections;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>
/// The port for conformance suites: anybody, with any client id and to any topic. What comes is acknowledged and let go: it reaches neither a patient nor
/// the database, and nothing here can touch a device's session.
/// </summary>
internal sealed class ConformancePolicy : IGatewayPolicy
{
    private static readonly Nowhere Sink = new();

    public IEnvelopeQueue Queue => Sink;

    public IDeviceDirectory Devices { get; } = new AnonymousClients();

    public IDevicePresence Presence => Sink;

    public bool MayKeepSilent => true;

    /// <summary>A client without an id gets one, but for 3.1.1 only if it asks for no lasting session (MQTT-3.1.3-8).</summary>
    public bool IsClientIdValid(in ConnectPacket connect) => !connect.ClientId.IsEmpty || connect.Version == MqttVersion.V500 || connect.CleanStart;

    public DeviceEntry? Authenticate(in ConnectPacket connect, ConnectionContext connection) =>
        Devices.Find(connect.ClientId.IsEmpty ? $"anonymous-{Guid.NewGuid():N}" : Encoding.UTF8.GetString(connect.ClientId));

    public bool MayBeBelieved(DeviceEntry device) => true;

    public bool MayPublish(DeviceEntry device, ReadOnlySpan<byte> topic) => true;

    public bool MaySubscribe(DeviceEntry device, ReadOnlySpan<byte> filter) => false;

    /// <summary>Everybody is known, by the name that they give.</summary>
    private sealed class AnonymousClients : IDeviceDirectory
    {
        public IReadOnlyCollection<DeviceEntry> All => [];

        public int Version => 0;

        public DeviceEntry? Find(string id) => new() { Number = 0, TenantId = 0, Id = id, TokenHash = [], Keys = [], Bindings = [] };

        public DeviceEntry? Find(int number) => null;
    }

    /// <summary>Takes everything, looks at nothing and says at once that it is done.</summary>
    private sealed class Nowhere : IEnvelopeQueue, IDevicePresence
    {
        public bool TryPublish(EnvelopeBatch batch)
        {
            batch.Committed();
            return true;
        }

        public ValueTask<bool> WaitForRoomAsync(EnvelopeBatch batch, CancellationToken cancellation) => ValueTask.FromResult(true);

        public void Connected(DeviceEntry device)
        {
            // Nobody watches over it.
        }

        public void Disconnected(DeviceEntry device)
        {
            // Nobody watches over it.
        }
    }
}
