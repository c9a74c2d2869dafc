using System.Security.Cryptography;
using System.Text;
using Wardwatch.Devices.Ascon;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Devices.Payloads;
using Wardwatch.Simulator.Devices;

namespace Wardwatch.Benchmarks.Stage;

/// <summary>
/// A device of this program's own, for what the load generator does not do: readings of chosen times and values, one at a time. Publish from one thread;
/// acknowledgements come on another.
/// </summary>
internal sealed class Publisher : ILinkOwner, IAsyncDisposable
{
    /// <summary>No more readings may be without an answer: the server's Receive Maximum is higher.</summary>
    public const int Window = 500;

    private readonly DeviceCredentials _device;
    private readonly IAeadCipher _cipher;
    private readonly byte[] _topic;
    private readonly ulong _bootId = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private readonly byte[] _json = new byte[VitalsWriter.MaxBytes];
    private readonly byte[] _envelope = new byte[VitalsWriter.MaxBytes + Envelope.Overhead];
    private readonly byte[] _packet = new byte[2 * VitalsWriter.MaxBytes];
    private readonly Lock _gate = new();
    private MqttLink _link = null!;
    private Task _reading = Task.CompletedTask;
    private TaskCompletionSource _ping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _counter;
    private int _underWay;
    private MqttReason? _refusal;

    private Publisher(DeviceCredentials device)
    {
        _device = device;
        _cipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, device.Key);
        _topic = Encoding.UTF8.GetBytes(device.Topic);
    }

    /// <summary>The patient who wears it.</summary>
    public string PatientId => _device.PatientId;

    /// <summary>The ward where that is: <c>hospital/…/ward/WARD/patient/…</c>.</summary>
    public string Ward => _device.Topic.Split('/')[3];

    /// <summary>Connects a device.</summary>
    public static Task<Publisher> ConnectAsync(HospitalUnderTest hospital, DeviceCredentials device, CancellationToken cancellation) => ConnectAsync(hospital.MqttAddress(), device, cancellation);

    /// <summary>Connects a device to a server.</summary>
    public static async Task<Publisher> ConnectAsync(ServerAddress server, DeviceCredentials device, CancellationToken cancellation)
    {
        var publisher = new Publisher(device);
        var options = new LinkOptions(MqttVersion.V500, KeepAliveSeconds: 0, IsBusy: true);
        publisher._link = await MqttLink.OpenAsync(server.DialAsync, device, options, TimeProvider.System, cancellation);
        publisher._reading = publisher._link.RunAsync(publisher);
        return publisher;
    }

    /// <summary>Connects the first devices of the hospital.</summary>
    public static async Task<List<Publisher>> ConnectAsync(HospitalUnderTest hospital, int count, CancellationToken cancellation)
    {
        var publishers = new List<Publisher>(count);
        foreach (var device in hospital.Devices().Take(count))
            publishers.Add(await ConnectAsync(hospital, device, cancellation));
        return publishers;
    }

    /// <summary>Seals a reading and puts it behind what waits to be sent.</summary>
    public void Append(in VitalsPayload payload)
    {
        var json = _json.AsSpan(0, VitalsWriter.Write(in payload, _json));
        var length = Envelope.Seal(_cipher, new EnvelopeHeader(EnvelopeKind.Vitals, _device.KeyId, _bootId, ++_counter), _topic, json, _envelope);
        var publish = new PublishPacket
        {
            Topic = _topic,
            PacketId = (ushort)(1 + (_counter % ushort.MaxValue)),
            Qos = QualityOfService.AtLeastOnce,
            Payload = _envelope.AsSpan(0, length),
        };
        lock (_gate)
        {
            if (_underWay++ == 0) _answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _link.Append(_packet.AsSpan(0, MqttWriter.Write(_packet, publish, MqttVersion.V500)));
    }

    /// <summary>Sends what waits.</summary>
    public void Flush() => _link.Flush();

    /// <summary>Ends when every reading is acknowledged, and so stored.</summary>
    /// <exception cref="BenchmarkException">One was refused.</exception>
    public async Task WhenAcknowledgedAsync(CancellationToken cancellation)
    {
        Task answered;
        lock (_gate)
        {
            if (_underWay == 0) return;
            answered = _answered.Task;
        }

        if (await Task.WhenAny(answered, _reading).WaitAsync(TimeSpan.FromSeconds(30), cancellation) == _reading)
            throw new BenchmarkException($"The server closed the connection of {_device.Device}.");
        if (_refusal is { } reason) throw new BenchmarkException($"The server refused a reading of {_device.Device}: {reason}.");
    }

    /// <summary>How many readings are without an answer.</summary>
    public int UnderWay
    {
        get
        {
            lock (_gate) return _underWay;
        }
    }

    /// <summary>Sends PINGREQ and waits for the answer; false if the connection ends or nothing comes within the time.</summary>
    public async Task<bool> PingAsync(TimeSpan within, CancellationToken cancellation)
    {
        _ping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _link.Ping();
        try
        {
            return await Task.WhenAny(_ping.Task, _reading).WaitAsync(within, cancellation) == _ping.Task;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    void ILinkOwner.OnPingAnswered() => _ping.TrySetResult();

    void ILinkOwner.OnAcknowledged(ushort packetId, MqttReason reason)
    {
        lock (_gate)
        {
            if (reason.IsFailure()) _refusal = reason;
            if (--_underWay == 0) _answered.SetResult();
        }
    }

    void ILinkOwner.OnBatchEnd()
    {
        // Nothing waits for room: who publishes waits for the acknowledgements of a whole window.
    }

    void ILinkOwner.OnServerDisconnect(MqttReason reason) => _refusal = reason;

    public async ValueTask DisposeAsync()
    {
        await _link.DisconnectAsync();

        // Whoever reads stops before what is read from is taken away.
        _link.Abort();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _link.DisposeAsync();
    }
}
