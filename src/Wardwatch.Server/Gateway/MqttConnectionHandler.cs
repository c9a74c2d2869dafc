using System.Net.Security;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Gateway.Sockets;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>A device's connection from its first byte: CONNECT within its deadline, credentials, then the session.</summary>
internal sealed partial class MqttConnectionHandler(
    IGatewayPolicy policy, Sessions sessions, ConnectionGate gate, GatewayMetrics metrics, GatewayWarnings warnings, GatewayOptions options, TimeProvider time,
    ILogger<MqttConnectionHandler> logger, ReadingTraces? traces = null) : ConnectionHandler
{
    private readonly GatewayServices _services = new(policy, metrics, warnings, gate.Waiting, options, time) { Traces = traces };
    private readonly AuthenticationFailures _failures = new(options);
    private readonly DeviceConnects _connects = new(options);
    private readonly ILogger<MqttConnectionHandler> _logger = logger;

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        try
        {
            await ServeAsync(connection);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionResetException or ConnectionAbortedException)
        {
            // The connection broke before there was a session.
        }
    }

    private async Task ServeAsync(ConnectionContext connection)
    {
        var place = ConnectionGate.PlaceOf(connection);
        var output = new MqttOutput(connection.Features.Get<SslStream>() ?? connection.Transport.Output.AsStream(), () => CutOff(connection));
        var (session, answerAfter) = await ConnectAsync(connection, place, output);
        if (session is null)
        {
            if (answerAfter > TimeSpan.Zero)
            {
                metrics.AnswerDelayed();
                await Task.Delay(answerAfter, time, connection.ConnectionClosed);
            }

            await output.CompleteAsync(TimeSpan.FromSeconds(_services.Options.SendSeconds));
            return;
        }

        connection.Features.Get<DeviceSocketStream>()?.GoOnInline();
        place?.Authenticated();
        sessions.Enter(session);
        policy.Presence.Connected(session.Device);
        metrics.Accepted();
        LogConnected(session.DeviceId);
        await using var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?
            .ConnectionClosedRequested.Register(static state => ((DeviceSession)state!).Drain(), session) ?? default;
        try
        {
            // Only now, so that whoever comes with the same id as soon as it has its answer finds this one, and takes over from it and not the other way round.
            output.Flush();
            await session.RunAsync(connection.ConnectionClosed);
        }
        finally
        {
            sessions.Leave(session);
            policy.Presence.Disconnected(session.Device);
            LogDisconnected(session.DeviceId);
        }
    }

    /// <summary>Reads CONNECT and answers it; without a session, says how long the answer is to be kept back.</summary>
    private async Task<(DeviceSession? Session, TimeSpan AnswerAfter)> ConnectAsync(ConnectionContext connection, ConnectionLimits.Connection? place, MqttOutput output)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        deadline.CancelAfter(TimeLeft(place));
        try
        {
            return await ReadConnectAsync(connection, output, deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !connection.ConnectionClosed.IsCancellationRequested)
        {
            metrics.TookTooLong(Deadline.Connect);
            connection.Abort();
            return default;
        }
    }

    /// <summary>TLS has used up some of the time.</summary>
    private TimeSpan TimeLeft(ConnectionLimits.Connection? place)
    {
        var within = TimeSpan.FromSeconds(_services.Options.ConnectSeconds);
        if (place is null)
        {
            return within;
        }

        place.IsSecured = true;
        var left = within - time.GetElapsedTime(place.AcceptedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task<(DeviceSession? Session, TimeSpan AnswerAfter)> ReadConnectAsync(ConnectionContext connection, MqttOutput output, CancellationToken cancellation)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var result = await input.ReadAsync(cancellation);
            var status = MqttFrames.TryRead(result.Buffer, MqttVersion.Unknown, _services.Options.MaxConnectBytes, out var frame);
            if (status == FrameStatus.Ok)
            {
                var session = Accept(in frame, connection, output, out var answerAfter);
                input.AdvanceTo(frame.Body.End);
                return (session, answerAfter);
            }

            if (status != FrameStatus.NeedMore || result.IsCompleted || !MayBecomeConnect(result.Buffer))
            {
                metrics.Refused(MqttReason.MalformedPacket);
                return default;
            }

            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    /// <summary>The client does not take what it is sent.</summary>
    private void CutOff(ConnectionContext connection)
    {
        metrics.TookTooLong(Deadline.Send);
        connection.Abort();
    }

    private static bool MayBecomeConnect(in System.Buffers.ReadOnlySequence<byte> buffer) =>
        buffer.IsEmpty || buffer.FirstSpan[0] >> 4 == (int)MqttPacketType.Connect;

    private DeviceSession? Accept(in MqttFrame frame, ConnectionContext connection, MqttOutput output, out TimeSpan answerAfter)
    {
        answerAfter = TimeSpan.Zero;
        if (frame.Header.Type != MqttPacketType.Connect)
        {
            metrics.Refused(MqttReason.ProtocolError);
            return null;
        }

        Span<byte> scratch = frame.Body.IsSingleSegment ? default : new byte[frame.Header.BodyLength];
        if (!ConnectPacket.TryRead(frame.Header, frame.Contiguous(scratch), new MqttPeer(MqttVersion.Unknown, MqttSender.Client), out var connect, out var fault))
        {
            return Refuse(in connect, fault.Reason, output);
        }

        if (sessions.IsDraining)
        {
            return Refuse(in connect, MqttReason.UseAnotherServer, output); // 3.1.1: server unavailable; each comes again elsewhere
        }

        if (Judge(in connect) is var objection && objection != MqttReason.Success)
        {
            return Refuse(in connect, objection, output);
        }

        if (policy.Authenticate(in connect, connection) is not { } device)
        {
            var (address, id) = (SourceAddress.Of(connection.RemoteEndPoint), Encoding.UTF8.GetString(connect.ClientId));
            warnings.Failed(address, id);
            answerAfter = _failures.Count(address, id, Monotonic.Milliseconds(time));
            return Refuse(in connect, MqttReason.BadUserNameOrPassword, output);
        }

        if (!policy.MayBeBelieved(device))
        {
            return Refuse(in connect, MqttReason.NotAuthorized, output); // every key was revoked: nothing that it sends could be believed
        }

        if (_connects.Judge(device.Id, sessions.Has(device.Id), Monotonic.Milliseconds(time)) is var answer && answer != ConnectAnswer.Welcome)
        {
            warnings.Refused(device.Id, answer);
            return Refuse(in connect, MqttReason.ConnectionRateExceeded, output);
        }

        var keepAlive = GrantKeepAlive(in connect);
        output.MaxPacketBytes = connect.Properties.MaximumPacketSize ?? long.MaxValue;
        if (!TryWelcome(in connect, device, keepAlive, output))
        {
            return Refuse(in connect, MqttReason.ImplementationSpecificError, output); // it takes no packet as long as CONNACK
        }

        return new DeviceSession(device, connect.Version, keepAlive, connection.Transport.Input, output, _services)
        {
            MayExtendExpiry = connect.Properties.SessionExpiryInterval is > 0,
        };
    }

    /// <summary>What the standard lets us refuse before looking at credentials.</summary>
    private MqttReason Judge(in ConnectPacket connect)
    {
        if (!connect.Properties.AuthenticationMethod.IsEmpty)
        {
            return MqttReason.BadAuthenticationMethod;
        }

        // Wills are dropped, whatever they ask for; but a 5.0 client is told that there is no QoS 2, and not to be let in with one (MQTT-3.2.2-12).
        if (connect.HasWill && connect.WillQos == QualityOfService.ExactlyOnce && connect.Version == MqttVersion.V500)
        {
            return MqttReason.QosNotSupported;
        }

        return policy.IsClientIdValid(in connect) ? MqttReason.Success : MqttReason.ClientIdentifierNotValid;
    }

    private int GrantKeepAlive(in ConnectPacket connect)
    {
        var most = _services.Options.MaxKeepAliveSeconds;
        return connect.Version == MqttVersion.V500 && (connect.KeepAlive > most || connect.KeepAlive == 0 && !policy.MayKeepSilent) ? most : connect.KeepAlive;
    }

    /// <summary>
    /// CONNACK, not sent yet, with what limits a client that publishes. What a server has no use for, retained messages and subscriptions, is not announced as missing:
    /// clients would rather send nothing than a message marked to be retained.
    /// </summary>
    private bool TryWelcome(in ConnectPacket connect, DeviceEntry device, int keepAlive, MqttOutput output)
    {
        Span<byte> space = stackalloc byte[96];
        var properties = new MqttPropertyWriter(space);
        if (connect.Version == MqttVersion.V500)
        {
            if (connect.Properties.SessionExpiryInterval is > 0)
            {
                properties.Add(MqttProperty.SessionExpiryInterval, 0); // a session ends with its connection; devices resend
            }

            properties.Add(MqttProperty.ReceiveMaximum, (uint)_services.Options.MaxInFlight);
            properties.Add(MqttProperty.MaximumQos, 1);
            properties.Add(MqttProperty.MaximumPacketSize, (uint)_services.Options.MaxPacketBytes);
            if (connect.ClientId.IsEmpty)
            {
                properties.Add(MqttProperty.AssignedClientIdentifier, Encoding.UTF8.GetBytes(device.Id));
            }

            if (keepAlive != connect.KeepAlive)
            {
                properties.Add(MqttProperty.ServerKeepAlive, (uint)keepAlive);
            }
        }

        return output.Write(new ConnAckPacket { Reason = MqttReason.Success, Properties = properties.Properties }, connect.Version);
    }

    private DeviceSession? Refuse(in ConnectPacket connect, MqttReason reason, MqttOutput output)
    {
        metrics.Refused(reason);
        if (connect.IsMqtt)
        {
            // A client of a version that we do not speak is answered in the nearest one that we do.
            var version = connect.Version != MqttVersion.Unknown ? connect.Version : connect.ProtocolLevel > 5 ? MqttVersion.V500 : MqttVersion.V311;

            // 3.1.1 wants no answer to a CONNECT that is not in order (MQTT-3.1.4-1), and has no word for it.
            if (version == MqttVersion.V500 || reason is not (MqttReason.MalformedPacket or MqttReason.ProtocolError))
            {
                output.Write(new ConnAckPacket { Reason = reason }, version);
            }
        }

        return null;
    }

    [LoggerMessage(1501, LogLevel.Debug, "Device {Device} connected.")]
    private partial void LogConnected(string device);

    [LoggerMessage(1502, LogLevel.Debug, "Device {Device} disconnected.")]
    private partial void LogDisconnected(string device);
}
