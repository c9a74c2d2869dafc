using System.IO.Pipelines;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>A device's connection from its first byte: CONNECT within its deadline, credentials, then the session.</summary>
internal sealed partial class MqttConnectionHandler(
    IEnvelopeQueue queue, IDeviceDirectory devices, IDevicePresence presence, Sessions sessions, ConnectionGate gate, GatewayMetrics metrics, GatewayWarnings warnings,
    IOptions<GatewayOptions> options, TimeProvider time, ILogger<MqttConnectionHandler> logger) : ConnectionHandler
{
    private readonly GatewayServices _services = new(queue, devices, metrics, warnings, gate.Waiting, options.Value, time);
    private readonly AuthenticationFailures _failures = new(options.Value);
    private readonly DeviceConnects _connects = new(options.Value);
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
        var output = new MqttOutput(connection.Transport.Output, connection.Abort);
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

        place?.Authenticated();
        sessions.Enter(session);
        presence.Connected(session.Device);
        metrics.Accepted();
        LogConnected(session.DeviceId);
        await using var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?
            .ConnectionClosedRequested.Register(static state => ((DeviceSession)state!).Drain(), session) ?? default;
        try
        {
            await session.RunAsync(connection.ConnectionClosed);
        }
        finally
        {
            sessions.Leave(session);
            presence.Disconnected(session.Device);
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

        if (Judge(in connect) is var objection && objection != MqttReason.Success)
        {
            return Refuse(in connect, objection, output);
        }

        if (Authenticate(in connect, connection) is not { } device)
        {
            var (address, id) = (SourceAddress.Of(connection.RemoteEndPoint), Encoding.UTF8.GetString(connect.ClientId));
            warnings.Failed(address, id);
            answerAfter = _failures.Count(address, id, Monotonic.Milliseconds(time));
            return Refuse(in connect, MqttReason.BadUserNameOrPassword, output);
        }

        if (device.Keys.Count == 0)
        {
            return Refuse(in connect, MqttReason.NotAuthorized, output); // every key was revoked: nothing that it sends could be believed
        }

        if (_connects.Judge(device.Id, sessions.Has(device.Id), Monotonic.Milliseconds(time)) is var answer && answer != ConnectAnswer.Welcome)
        {
            warnings.Refused(device.Id, answer);
            return Refuse(in connect, MqttReason.ConnectionRateExceeded, output);
        }

        var keepAlive = GrantKeepAlive(in connect);
        Welcome(in connect, keepAlive, output);
        return new DeviceSession(device, connect.Version, keepAlive, connection.Transport.Input, output, _services);
    }

    /// <summary>What the standard lets us refuse before looking at credentials.</summary>
    private static MqttReason Judge(in ConnectPacket connect)
    {
        if (!connect.Properties.AuthenticationMethod.IsEmpty)
        {
            return MqttReason.BadAuthenticationMethod;
        }

        if (connect.HasWill && connect.WillQos == QualityOfService.ExactlyOnce)
        {
            return MqttReason.QosNotSupported;
        }

        if (connect.HasWill && connect.WillRetain && connect.Version == MqttVersion.V500)
        {
            return MqttReason.RetainNotSupported;
        }

        return connect.ClientId.Length is > 0 and <= 64 ? MqttReason.Success : MqttReason.ClientIdentifierNotValid;
    }

    /// <summary>The device whose token, or whose client certificate, this is; client id, user name and certificate subject must name the same one.</summary>
    private DeviceEntry? Authenticate(in ConnectPacket connect, ConnectionContext connection)
    {
        Span<char> text = stackalloc char[64];
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

    private int GrantKeepAlive(in ConnectPacket connect)
    {
        var most = _services.Options.MaxKeepAliveSeconds;
        return connect.Version == MqttVersion.V500 && (connect.KeepAlive == 0 || connect.KeepAlive > most) ? most : connect.KeepAlive;
    }

    private void Welcome(in ConnectPacket connect, int keepAlive, MqttOutput output)
    {
        Span<byte> space = stackalloc byte[64];
        var properties = new MqttPropertyWriter(space);
        if (connect.Version == MqttVersion.V500)
        {
            if (connect.Properties.SessionExpiryInterval is > 0)
            {
                properties.Add(MqttProperty.SessionExpiryInterval, 0); // a session ends with its connection; devices resend
            }

            properties.Add(MqttProperty.ReceiveMaximum, (uint)_services.Options.MaxInFlight);
            properties.Add(MqttProperty.MaximumQos, 1);
            properties.Add(MqttProperty.RetainAvailable, 0);
            properties.Add(MqttProperty.MaximumPacketSize, (uint)_services.Options.MaxPacketBytes);
            properties.Add(MqttProperty.WildcardSubscriptionAvailable, 0);
            properties.Add(MqttProperty.SubscriptionIdentifierAvailable, 0);
            properties.Add(MqttProperty.SharedSubscriptionAvailable, 0);
            if (keepAlive != connect.KeepAlive)
            {
                properties.Add(MqttProperty.ServerKeepAlive, (uint)keepAlive);
            }
        }

        output.Write(new ConnAckPacket { Reason = MqttReason.Success, Properties = properties.Properties }, connect.Version);
        output.Flush();
    }

    private DeviceSession? Refuse(in ConnectPacket connect, MqttReason reason, MqttOutput output)
    {
        metrics.Refused(reason);
        if (connect.ProtocolLevel != 0)
        {
            // A client of a version that we do not speak is answered in the nearest one that we do.
            var version = connect.Version != MqttVersion.Unknown ? connect.Version : connect.ProtocolLevel > 5 ? MqttVersion.V500 : MqttVersion.V311;
            if (version == MqttVersion.V500 || reason.ToConnectReturnCode() != 0)
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
