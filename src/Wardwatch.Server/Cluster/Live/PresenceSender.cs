using System.Buffers;
using RabbitMQ.Client;
using Wardwatch.Server.Cluster.Nodes;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Live;

/// <summary>Tells the monitors which devices are connected to this gateway: what changed at once, all of them every few seconds.</summary>
internal sealed partial class PresenceSender(
    NodeIdentity self, IPatientDirectory patients, IKeyring keyring, IBrokerLink link, TimeProvider time, ILogger<PresenceSender> log) : BackgroundService, IDevicePresence
{
    /// <summary>How often all devices are told.</summary>
    public static readonly TimeSpan AllEvery = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan SendEvery = TimeSpan.FromMilliseconds(100);
    private const int MostPerMessage = 2000;

    private readonly ILogger<PresenceSender> _log = log;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (int Tenant, int Sessions)> _devices = new(StringComparer.Ordinal);
    private readonly Dictionary<int, long> _numbers = [];
    private Dictionary<string, int> _changed = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public void Connected(DeviceEntry device) => Count(device, 1);

    /// <inheritdoc />
    public void Disconnected(DeviceEntry device) => Count(device, -1);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        BrokerLoop.KeepAsync(SendAsync, failure => LogEnded(failure.GetType().Name), time, stoppingToken);

    // Counted, since at a take-over the new session begins before the old one has ended.
    private void Count(DeviceEntry device, int sessions)
    {
        lock (_gate)
        {
            var count = _devices.GetValueOrDefault(device.Id).Sessions + sessions;
            if (count > 0)
            {
                _devices[device.Id] = (device.TenantId, count);
            }
            else
            {
                _devices.Remove(device.Id);
            }

            _changed[device.Id] = device.TenantId;
        }
    }

    private async Task SendAsync(CancellationToken stop)
    {
        await using var channel = await link.OpenPublishingChannelAsync(stop);
        using var timer = new PeriodicTimer(SendEvery, time);
        var allAt = 0L;
        while (await timer.WaitForNextTickAsync(stop))
        {
            var now = time.GetTimestamp();
            if (allAt == 0 || time.GetElapsedTime(allAt, now) >= AllEvery)
            {
                await SendAllAsync(channel, stop);
                allAt = now;
            }
            else
            {
                await SendChangedAsync(channel, stop);
            }
        }
    }

    private async Task SendAllAsync(IChannel channel, CancellationToken stop)
    {
        ILookup<int, string> devices;
        lock (_gate)
        {
            _changed.Clear();
            devices = _devices.ToLookup(device => device.Value.Tenant, device => device.Key);
        }

        // Also to hospitals of which no device is connected: that is what their monitors must know.
        foreach (var hospital in patients.Hospitals)
        {
            var all = devices[hospital.TenantId].Select(id => (id, true)).ToList();
            await PublishAsync(channel, hospital.TenantId, replaces: true, all.Take(MostPerMessage), stop);
            foreach (var more in all.Skip(MostPerMessage).Chunk(MostPerMessage))
            {
                await PublishAsync(channel, hospital.TenantId, replaces: false, more, stop);
            }
        }
    }

    private async Task SendChangedAsync(IChannel channel, CancellationToken stop)
    {
        List<(int Tenant, string Id, bool IsConnected)> changed;
        lock (_gate)
        {
            if (_changed.Count == 0)
            {
                return;
            }

            changed = [.. _changed.Select(device => (device.Value, device.Key, _devices.ContainsKey(device.Key)))];
            _changed = new(StringComparer.Ordinal);
        }

        foreach (var hospital in changed.GroupBy(device => device.Tenant))
        {
            foreach (var some in hospital.Select(device => (device.Id, device.IsConnected)).Chunk(MostPerMessage))
            {
                await PublishAsync(channel, hospital.Key, replaces: false, some, stop);
            }
        }
    }

    private async Task PublishAsync(IChannel channel, int tenant, bool replaces, IEnumerable<(string Id, bool IsConnected)> devices, CancellationToken stop)
    {
        var content = new ArrayBufferWriter<byte>(256);
        content.U8(replaces ? (byte)1 : (byte)0);
        foreach (var (id, isConnected) in devices)
        {
            content.U8(isConnected ? (byte)1 : (byte)0);
            content.Text(id);
        }

        var number = _numbers[tenant] = _numbers.GetValueOrDefault(tenant) + 1;
        var frame = new LiveFrame(LiveFrameKind.Devices, self.Name, self.Instance, number, time.Microseconds(), tenant, content.WrittenSpan.ToArray());
        await channel.BasicPublishAsync(LiveTopology.Exchange, LiveTopology.Devices, frame.Seal(keyring), stop);
    }

    [LoggerMessage(8040, LogLevel.Warning, "Monitors are not told which devices are connected here, until the broker is back ({Fault})")]
    private partial void LogEnded(string fault);
}
