using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Devices.Payloads;
using Wardwatch.Simulator.Devices;

namespace Wardwatch.Benchmarks.Proof;

/// <summary>How a device of the proof behaves.</summary>
/// <param name="Version">3.1.1 or 5.0.</param>
/// <param name="Seed">Of its choices.</param>
/// <param name="MayForget">Whether it sometimes starts anew after a lost connection: what it then had under way is unknown, and stays so.</param>
/// <param name="Window">Unacknowledged readings at most.</param>
/// <param name="MostPerTick">Readings per tick of 20 ms: one to this many.</param>
internal sealed record DeviceHabits(MqttVersion Version, int Seed, bool MayForget, int Window = 48, int MostPerTick = 3);

/// <summary>
/// A good device that keeps books: it publishes sealed readings at QoS 1, many under way, and after each lost connection sends again what was not
/// acknowledged, the same bytes in the same order.
/// </summary>
internal sealed class ProofDevice : ILinkOwner
{
    private const int LongestPauseMilliseconds = 120;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(10);

    private readonly Dial _dial;
    private readonly DeviceHabits _habits;
    private readonly Random _random;
    private readonly Lock _gate = new();
    private readonly List<BootLedger> _boots = [];
    private readonly List<UnderWay> _underWay = []; // in the order of measurement; all of it was sent on the present connection
    private readonly byte[] _json = new byte[VitalsWriter.MaxBytes];
    private MessageSealer _sealer = null!;
    private long _lastAt;
    private ushort _packetId;
    private int _round;
    private volatile bool _finishing;
    private volatile Task _mayConnect = Task.CompletedTask;

    /// <param name="credentials">The device.</param>
    /// <param name="dial">Reaches the server.</param>
    /// <param name="habits">See <see cref="DeviceHabits"/>.</param>
    public ProofDevice(DeviceCredentials credentials, Dial dial, DeviceHabits habits)
    {
        (Credentials, _dial, _habits, _random) = (credentials, dial, habits, new Random(habits.Seed));
        Boot();
    }

    private readonly record struct UnderWay(OutgoingMessage Message, BootLedger Boot, int Round);

    /// <summary>The device.</summary>
    public DeviceCredentials Credentials { get; }

    /// <summary>Its books. To be looked at when it has ended.</summary>
    public IReadOnlyList<BootLedger> Boots => _boots;

    /// <summary>Readings made up to now.</summary>
    public int Attempted { get; private set; }

    /// <summary>Acknowledgements up to now.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>The latest round (see <see cref="BeginRound"/>) of which a reading was acknowledged.</summary>
    public int AcknowledgedRound { get; private set; }

    /// <summary>Acknowledgements that came in another order than the readings were sent, or for nothing.</summary>
    public int OutOfOrder { get; private set; }

    /// <summary>Acknowledgements that were refusals.</summary>
    public int Refused { get; private set; }

    /// <summary>Connections that were lost or not to be had.</summary>
    public int Disconnections { get; private set; }

    /// <summary>Why the server said that it closed (5.0).</summary>
    public List<MqttReason> Goodbyes { get; } = [];

    /// <summary>Makes no more readings; <see cref="RunAsync"/> ends when all are acknowledged.</summary>
    public void Finish() => _finishing = true;

    /// <summary>Readings from now on belong to this round.</summary>
    public void BeginRound(int round) => Volatile.Write(ref _round, round);

    /// <summary>From the next lost connection on, waits for this before it connects.</summary>
    public void ConnectAfter(Task allowed) => _mayConnect = allowed;

    /// <summary>Sends until <see cref="Finish"/>.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!IsFinished())
        {
            await _mayConnect.WaitAsync(cancellation);
            try
            {
                await using var link = await ConnectAsync(cancellation);
                await ServeAsync(link, cancellation);
            }
            catch (Exception lost) when (lost is IOException or SocketException or AuthenticationException or TimeoutException)
            {
                // The server is away, or went.
            }

            if (!IsFinished())
            {
                Disconnections++;
                MaybeForget();
                await Task.Delay(_random.Next(LongestPauseMilliseconds), cancellation);
            }
        }
    }

    void ILinkOwner.OnAcknowledged(ushort packetId, MqttReason reason)
    {
        lock (_gate)
        {
            var index = _underWay.FindIndex(sent => sent.Message.PacketId == packetId);
            if (index != 0) OutOfOrder++;
            if (index < 0) return;
            var answered = _underWay[index];
            _underWay.RemoveAt(index);
            answered.Boot.Answer(answered.Message.Counter, reason.IsFailure() ? ReadingState.Refused : ReadingState.Acknowledged);
            if (reason.IsFailure())
            {
                Refused++;
                return;
            }

            Acknowledged++;
            AcknowledgedRound = Math.Max(AcknowledgedRound, answered.Round);
        }
    }

    void ILinkOwner.OnBatchEnd()
    {
        // New readings come with the clock, not with the answers.
    }

    void ILinkOwner.OnServerDisconnect(MqttReason reason) => Goodbyes.Add(reason);

    private async Task<MqttLink> ConnectAsync(CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(ConnectWithin);
        try
        {
            return await MqttLink.OpenAsync(_dial, Credentials, new LinkOptions(_habits.Version, KeepAliveSeconds: 60, IsBusy: true), TimeProvider.System, deadline.Token);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException("The server does not answer CONNECT.", late);
        }
    }

    private async Task ServeAsync(MqttLink link, CancellationToken cancellation)
    {
        var reading = Task.CompletedTask;
        try
        {
            SendAgain(link);
            reading = link.RunAsync(this);
            using var timer = new PeriodicTimer(Tick);
            while (!reading.IsCompleted && !IsFinished() && await timer.WaitForNextTickAsync(cancellation))
            {
                if (!_finishing) SendNew(link);
                link.Tick();
            }
        }
        finally
        {
            link.Abort();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void SendAgain(MqttLink link)
    {
        lock (_gate)
        {
            _packetId = 0;
            foreach (var sent in _underWay)
            {
                sent.Message.MarkAsDuplicate();
                Send(link, sent.Message);
            }
        }

        link.Flush();
    }

    private void SendNew(MqttLink link)
    {
        lock (_gate)
        {
            var room = Math.Min(_habits.Window, link.ReceiveMaximum) - _underWay.Count;
            for (var count = Math.Min(_random.Next(1, _habits.MostPerTick + 1), room); count > 0; count--)
            {
                var message = Measure(out var boot);
                _underWay.Add(new UnderWay(message, boot, Volatile.Read(ref _round)));
                Send(link, message);
            }
        }

        link.Flush();
    }

    private void Send(MqttLink link, OutgoingMessage message)
    {
        _packetId = _packetId == ushort.MaxValue ? (ushort)1 : (ushort)(_packetId + 1);
        message.PacketId = _packetId;
        link.Append(message.Packet);
    }

    private OutgoingMessage Measure(out BootLedger boot)
    {
        boot = _boots[^1];
        _lastAt = Math.Max(_lastAt + 1, MeasurementTimes.ToUnixMicroseconds(TimeProvider.System.GetUtcNow()));
        var payload = SentVitals.At(boot.Boot, boot.Add(_lastAt), _lastAt);
        Attempted++;
        return _sealer.Seal(_json.AsSpan(0, VitalsWriter.Write(in payload, _json)), otherCipher: null);
    }

    private bool IsFinished()
    {
        lock (_gate) return _finishing && _underWay.Count == 0;
    }

    private void MaybeForget()
    {
        lock (_gate)
        {
            if (!_habits.MayForget || _finishing || _random.Next(3) != 0) return;
            _underWay.Clear();
            Boot();
        }
    }

    private void Boot()
    {
        _boots.Add(new BootLedger(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)))));
        _sealer = new MessageSealer(Credentials, _boots[^1].Boot, _habits.Version);
    }
}
