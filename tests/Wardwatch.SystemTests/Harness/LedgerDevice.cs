using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Devices.Payloads;

namespace Wardwatch.SystemTests.Harness;

/// <summary>One reading in a device's ledger.</summary>
public sealed class LedgerEntry(SealedMessage message, long at, double heartRate, double spO2, double temperature)
{
    /// <summary>What is sent, the same bytes each time.</summary>
    public SealedMessage Message { get; } = message;

    /// <summary>When it was measured, in microseconds since the Unix epoch; no two of a device are alike.</summary>
    public long At { get; } = at;

    /// <summary>Values that follow from the counter.</summary>
    public double HeartRate { get; } = heartRate;

    /// <inheritdoc cref="HeartRate"/>
    public double SpO2 { get; } = spO2;

    /// <inheritdoc cref="HeartRate"/>
    public double Temperature { get; } = temperature;

    /// <summary>Whether a PUBACK came for it.</summary>
    public bool Acknowledged { get; set; }
}

/// <summary>
/// A device that keeps books: what it attempted, what was acknowledged. It sends readings at QoS 1 with many in flight, and after each lost connection sends
/// again what was not acknowledged, in order. If it may forget, it sometimes restarts instead: what it then had in flight is unknown, and stays so.
/// </summary>
public sealed class LedgerDevice(BedsideDevice device, MqttVersion version, Func<CancellationToken, Task<Stream>> dial, int seed, bool mayForget)
{
    private const int Window = 48;
    private const int MostPerTick = 8;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan BetweenConnections = TimeSpan.FromMilliseconds(30);

    private readonly Random _random = new(seed);
    private readonly Lock _gate = new();
    private readonly List<LedgerEntry> _entries = [];
    private readonly List<LedgerEntry> _unacknowledged = [];
    private readonly Queue<(ushort PacketId, LedgerEntry Entry)> _inFlight = new();
    private ushort _packetId;
    private long _lastAt;
    private volatile bool _finishing;

    /// <summary>The device.</summary>
    public BedsideDevice Device { get; } = device;

    /// <summary>Everything that it ever attempted. To be looked at when it has ended.</summary>
    public IReadOnlyList<LedgerEntry> Entries => _entries;

    /// <summary>Acknowledgements up to now.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Acknowledgements that came in another order than the messages were sent, or for nothing.</summary>
    public int OutOfOrder { get; private set; }

    /// <summary>Acknowledgements that were refusals.</summary>
    public int Refused { get; private set; }

    /// <summary>Connections that were lost or not to be had.</summary>
    public int Disconnections { get; private set; }

    /// <summary>Why the server said that it closed (5.0).</summary>
    public List<MqttReason> Goodbyes { get; } = [];

    /// <summary>Makes no more readings; <see cref="RunAsync"/> ends when all are acknowledged.</summary>
    public void Finish() => _finishing = true;

    /// <summary>Sends until <see cref="Finish"/>.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!IsFinished())
        {
            try
            {
                await using var link = new DeviceLink(await dial(cancellation), version);
                if (await link.ConnectAsync(Device.Id, Device.Token, cancellation) is { Reason: MqttReason.Success })
                {
                    await ServeAsync(link, cancellation);
                }
            }
            catch (Exception lost) when (lost is IOException or SocketException or AuthenticationException or TimeoutException)
            {
                // The server is away, or went.
            }

            if (!IsFinished())
            {
                Disconnections++;
                Forget();
                await Task.Delay(BetweenConnections, cancellation);
            }
        }
    }

    private bool IsFinished()
    {
        lock (_gate)
        {
            return _finishing && _unacknowledged.Count == 0;
        }
    }

    private async Task ServeAsync(DeviceLink link, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = Task.CompletedTask;
        try
        {
            SendAgain(link);
            reading = ReadAsync(link, ended.Token);
            await link.FlushAsync(cancellation);
            using var timer = new PeriodicTimer(Tick);
            while (!reading.IsCompleted && !IsFinished() && await timer.WaitForNextTickAsync(cancellation))
            {
                if (!_finishing && SendNew(link))
                {
                    await link.FlushAsync(cancellation);
                }
            }
        }
        finally
        {
            await ended.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void SendAgain(DeviceLink link)
    {
        lock (_gate)
        {
            _inFlight.Clear();
            _packetId = 0;
            foreach (var entry in _unacknowledged)
            {
                link.Queue(entry.Message, Expect(entry), duplicate: true);
            }
        }
    }

    private bool SendNew(DeviceLink link)
    {
        lock (_gate)
        {
            var count = Math.Min(_random.Next(1, MostPerTick + 1), Window - _inFlight.Count);
            for (var i = 0; i < count; i++)
            {
                var entry = Measure();
                _entries.Add(entry);
                _unacknowledged.Add(entry);
                link.Queue(entry.Message, Expect(entry));
            }

            return count > 0;
        }
    }

    private ushort Expect(LedgerEntry entry)
    {
        _packetId = _packetId == ushort.MaxValue ? (ushort)1 : (ushort)(_packetId + 1);
        _inFlight.Enqueue((_packetId, entry));
        return _packetId;
    }

    private LedgerEntry Measure()
    {
        _lastAt = Math.Max(_lastAt + 1, MeasurementTimes.ToUnixMicroseconds(TimeProvider.System.GetUtcNow()));
        var next = Device.Counter + 1;
        var (heartRate, spO2, temperature) = (40.0 + next % 160, 80.0 + next % 20, 35 + next % 60 / 10.0);
        var members = string.Create(CultureInfo.InvariantCulture, $"\"hr\":{heartRate},\"spo2\":{spO2},\"temp\":{temperature}");
        return new LedgerEntry(Device.Seal(MeasurementTimes.FromUnixMicroseconds(_lastAt), members), _lastAt, heartRate, spO2, temperature);
    }

    private async Task ReadAsync(DeviceLink link, CancellationToken cancellation)
    {
        while (await link.ReadAsync(cancellation) is { } arrival)
        {
            if (arrival.Type == MqttPacketType.PubAck)
            {
                Acknowledge(arrival);
            }
            else if (arrival.Type == MqttPacketType.Disconnect)
            {
                Goodbyes.Add(arrival.Reason);
                return;
            }
        }
    }

    private void Acknowledge(Arrival arrival)
    {
        lock (_gate)
        {
            if (!_inFlight.TryDequeue(out var first) || first.PacketId != arrival.PacketId)
            {
                OutOfOrder++;
                return;
            }

            Refused += arrival.Reason == MqttReason.Success ? 0 : 1;
            first.Entry.Acknowledged = true;
            _unacknowledged.Remove(first.Entry);
            Acknowledged++;
        }
    }

    private void Forget()
    {
        lock (_gate)
        {
            if (mayForget && !_finishing && _random.Next(3) == 0)
            {
                _unacknowledged.Clear();
                Device.Restart();
            }
        }
    }
}
