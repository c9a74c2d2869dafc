using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>
/// One device's session after its CONNECT was accepted: reads packets, gathers what one read brought into a batch, hands the batch to its lane, and answers.
/// A single loop reads; acknowledgements are sent by whoever completes a batch.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The source has no timer, and others may still ask an ended session to end: disposing it would only make that an error.")]
internal sealed partial class DeviceSession
{
    private readonly PipeReader _input;
    private readonly MqttOutput _output;
    private readonly GatewayServices _services;
    private readonly Acknowledgements _acknowledgements;
    private readonly UnsentBatches _unsent;
    private readonly MqttPeer _peer;
    private readonly SessionClock _clock;
    private readonly SendingRate _rate;
    private readonly DeviceStanding _standing;
    private readonly CancellationTokenSource _end = new();
    private byte[] _scratch = [];
    private DeviceEntry _device;
    private int _directoryVersion;
    private int _readMessages;
    private int _readBytes;
    private int _readPackets;
    private long _readAt;
    private int _toldWaiting;
    private bool _orderly;
    private MqttReason _endReason = MqttReason.Success;
    private bool _draining;

    public DeviceSession(DeviceEntry device, MqttVersion version, int keepAliveSeconds, PipeReader input, MqttOutput output, GatewayServices services)
    {
        (_device, _input, _output, _services) = (device, input, output, services);
        _peer = new MqttPeer(version, MqttSender.Client);
        _clock = new SessionClock(keepAliveSeconds, services.Options);
        _rate = new SendingRate(services.Options);
        _acknowledgements = new Acknowledgements(output, version, services.Metrics, CommitFailed);
        _unsent = new UnsentBatches(_acknowledgements, services.Policy.Queue);

        // Not the present one: the device was looked up before, and may have been revoked or bound anew since.
        _directoryVersion = unchecked(services.Policy.Devices.Version - 1);
        _standing = new DeviceStanding(device, _directoryVersion);
    }

    /// <summary>The device's id.</summary>
    public string DeviceId => _device.Id;

    /// <summary>The device, as it was known last.</summary>
    public DeviceEntry Device => _device;

    /// <summary>True if CONNECT asked for a session that outlives its connection: only then may DISCONNECT ask for one (5.0, 3.14.2.2.2).</summary>
    public bool MayExtendExpiry { get; init; }

    /// <summary>True while the session does not read, for reasons of its own: the device's silence is then not the device's.</summary>
    internal bool IsHoldingBack => _clock.IsHoldingBack;

    /// <summary>Ends when the session has ended and everything that is its was let go.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Runs the session to its end.</summary>
    public Task RunAsync(CancellationToken connectionClosed) => Ended = RunCoreAsync(connectionClosed);

    /// <summary>Ends the session from outside, with a reason for 5.0 clients. The first reason stands.</summary>
    public void End(MqttReason reason)
    {
        if (Interlocked.CompareExchange(ref _endReason, reason, MqttReason.Success) == MqttReason.Success)
        {
            _end.Cancel();
        }
    }

    /// <summary>Ends the session in order: reads nothing more, waits for the acknowledgements of what was read, says good-bye.</summary>
    public void Drain()
    {
        Volatile.Write(ref _draining, true);
        End(MqttReason.ServerShuttingDown);
    }

    /// <summary>Called about once a second, and when the directory of devices has changed: does the device keep its times, and may it still be here?</summary>
    public void Sweep(long nowMilliseconds)
    {
        switch (_clock.LateWith(_output, nowMilliseconds))
        {
            case Late.WithTaking:
                _output.CutOff(); // a good-bye would not be taken either
                return;
            case Late.WithPacket:
                _services.Metrics.TookTooLong(Deadline.Packet);
                End(MqttReason.QuotaExceeded);
                return;
            case Late.WithSignOfLife:
                End(MqttReason.KeepAliveTimeout);
                return;
        }

        if (!_standing.IsGood(_services.Policy.Devices, _services.Time.Microseconds()))
        {
            End(MqttReason.NotAuthorized);
        }
    }

    private async Task RunCoreAsync(CancellationToken connectionClosed)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, connectionClosed);
        try
        {
            await ReadAsync(ending.Token);
        }
        catch (OperationCanceledException)
        {
            // Ended from outside, or the connection broke.
        }
        catch (Exception e) when (e is IOException or ConnectionResetException or InvalidOperationException)
        {
            // The connection broke.
        }

        _unsent.Fail();
        _services.Waiting.Tell(ref _toldWaiting, 0);

        if (Volatile.Read(ref _draining))
        {
            await DrainAsync(connectionClosed);
        }

        SayGoodbye();
        await _output.CompleteAsync(TimeSpan.FromSeconds(_services.Options.SendSeconds));
    }

    private async Task ReadAsync(CancellationToken ending)
    {
        Task<bool>? room = null;
        Task<ReadResult>? reading = null;
        while (true)
        {
            if (room is not null || !_unsent.TryHandOver())
            {
                if (room is null)
                {
                    _services.Metrics.Waited();
                    room = _services.Policy.Queue.WaitForRoomAsync(_unsent.First, ending).AsTask();
                }

                // The lane is full. While there is space, go on reading, so that a PINGREQ is answered and a healthy device stays; then let the socket wait.
                _services.Waiting.Tell(ref _toldWaiting, _unsent.Bytes);
                if (_unsent.Bytes < _services.Options.MaxWaitingBytes && _services.Waiting.HasRoom && !HasEnoughInFlight)
                {
                    reading ??= _input.ReadAsync(ending).AsTask();
                    await Task.WhenAny(room, reading);
                }
                else
                {
                    await _clock.HoldBackAsync(room);
                }

                if (room.IsCompleted)
                {
                    if (!await room)
                    {
                        return; // the lanes have closed
                    }

                    room = null;
                    continue;
                }
            }
            else
            {
                _services.Waiting.Tell(ref _toldWaiting, 0);
                if (HasEnoughInFlight)
                {
                    // Everything is with the lane, so that acknowledgements are certain to come.
                    await _clock.HoldBackAsync(WaitForAcknowledgementsAsync(ending));
                }
            }

            var result = reading is null ? await _input.ReadAsync(ending) : await reading;
            reading = null;
            var going = Consume(result.Buffer, out var consumed);
            var now = Environment.TickCount64;
            _clock.Read(whole: _readPackets > 0, begun: !consumed.Equals(result.Buffer.End), now);
            var tooFast = _rate.Count(_readPackets, result.Buffer.Slice(0, consumed).Length, now);
            if (!going || result.IsCompleted)
            {
                _input.AdvanceTo(consumed);
                _unsent.TryHandOver();
                return;
            }

            _input.AdvanceTo(consumed, result.Buffer.End);
            _output.Flush();
            if (tooFast > 0)
            {
                await SlowDownAsync(tooFast, ending);
            }
        }
    }

    /// <summary>3.1.1 has no Receive Maximum: whoever has as much unacknowledged is not read from.</summary>
    private bool HasEnoughInFlight => _peer.Version == MqttVersion.V311 && _acknowledgements.Outstanding >= _services.Options.MaxInFlight;

    /// <summary>Does not read for a while, so that TCP slows the device down; what has come is handed over and stays.</summary>
    private Task SlowDownAsync(int milliseconds, CancellationToken ending)
    {
        _unsent.TryHandOver();
        _services.Warnings.SlowedDown(DeviceId);
        return _clock.HoldBackAsync(Task.Delay(milliseconds, ending));
    }

    private async Task WaitForAcknowledgementsAsync(CancellationToken ending)
    {
        while (HasEnoughInFlight)
        {
            await _acknowledgements.WaitForProgressAsync(ending);
        }
    }

    /// <summary>Takes every complete packet; false ends the session.</summary>
    private bool Consume(ReadOnlySequence<byte> buffer, out SequencePosition consumed)
    {
        (_readMessages, _readBytes, _readPackets, _readAt) = (0, 0, 0, _services.Time.Microseconds());
        var going = true;
        while (going)
        {
            switch (MqttFrames.TryRead(in buffer, _peer.Version, _services.Options.MaxPacketBytes, out var frame))
            {
                case FrameStatus.Ok:
                    _readPackets++;
                    going = Handle(in frame);
                    buffer = buffer.Slice(frame.Body.End);
                    break;
                case FrameStatus.NeedMore:
                    consumed = buffer.Start;
                    Count();
                    return true;
                case FrameStatus.TooLarge:
                    going = Close(MqttReason.PacketTooLarge);
                    break;
                default:
                    going = Close(MqttReason.MalformedPacket);
                    break;
            }
        }

        consumed = buffer.Start;
        Count();
        return false;
    }

    private void Count()
    {
        if (_readMessages > 0)
        {
            _services.Metrics.Received(_readMessages, _readBytes, _readAt / 1000);
        }
    }

    private bool Close(MqttReason reason)
    {
        Interlocked.CompareExchange(ref _endReason, reason, MqttReason.Success);
        return false;
    }

    /// <summary>Called on the committer's thread: what was sent since is not acknowledged any more.</summary>
    private void CommitFailed() => End(MqttReason.UnspecifiedError);

    private async Task DrainAsync(CancellationToken connectionClosed)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(connectionClosed);
        deadline.CancelAfter(TimeSpan.FromSeconds(_services.Options.DrainSeconds));
        try
        {
            while (_acknowledgements.Outstanding > 0)
            {
                await _acknowledgements.WaitForProgressAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Out of time, or the device went: what is left stays unacknowledged and is sent again.
        }
    }

    private void SayGoodbye()
    {
        if (_orderly || _endReason == MqttReason.Success)
        {
            return;
        }

        _services.Metrics.Closed(_endReason);
        if (_peer.Version == MqttVersion.V500)
        {
            _output.Write(new DisconnectPacket { Reason = _endReason }, _peer.Version);
        }
    }
}
