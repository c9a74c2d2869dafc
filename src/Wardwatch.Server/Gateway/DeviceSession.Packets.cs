using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>What each packet brings about. Every handler answers whether the session goes on.</summary>
internal sealed partial class DeviceSession
{
    // More filters than a device has use for; beyond it the answer's place is not taken from the stack.
    private const int FewFilters = 64;

    private bool Handle(in MqttFrame frame)
    {
        var header = frame.Header;
        if (!frame.Body.IsSingleSegment && _scratch.Length < header.BodyLength)
        {
            _scratch = new byte[Math.Max(header.BodyLength, 4096)];
        }

        var body = frame.Contiguous(_scratch);
        switch (header.Type)
        {
            case MqttPacketType.Publish:
                _readMessages++;
                return PublishPacket.TryRead(header, body, _peer, out var publish, out var fault) ? HandlePublish(in publish) : Close(fault.Reason);
            case MqttPacketType.PingReq:
                return PingPacket.TryRead(header, body, _peer, out _, out fault) ? Answer(new PingPacket { IsResponse = true }) : Close(fault.Reason);
            case MqttPacketType.Subscribe:
                return SubscribePacket.TryRead(header, body, _peer, out var subscribe, out fault) ? HandleSubscribe(in subscribe) : Close(fault.Reason);
            case MqttPacketType.Unsubscribe:
                return UnsubscribePacket.TryRead(header, body, _peer, out var unsubscribe, out fault) ? HandleUnsubscribe(in unsubscribe) : Close(fault.Reason);
            case MqttPacketType.PubAck or MqttPacketType.PubRec or MqttPacketType.PubRel or MqttPacketType.PubComp:
                return PubAckPacket.TryRead(header, body, _peer, out var acknowledgement, out fault) ? HandleAcknowledgement(in acknowledgement) : Close(fault.Reason);
            case MqttPacketType.Disconnect:
                return DisconnectPacket.TryRead(header, body, _peer, out var disconnect, out fault) ? HandleDisconnect(in disconnect) : Close(fault.Reason);
            case MqttPacketType.Auth:
                // Sound or not, it does not belong here: nobody is let in by enhanced authentication (MQTT-4.12.0-7).
                return AuthPacket.TryRead(header, body, _peer, out _, out fault) ? Close(MqttReason.ProtocolError) : Close(fault.Reason);
            default:
                return Close(MqttReason.ProtocolError); // a second CONNECT (MQTT-3.1.0-2), or a server's packet
        }
    }

    private bool HandlePublish(in PublishPacket publish)
    {
        if (publish.Qos == QualityOfService.ExactlyOnce)
        {
            return Close(MqttReason.QosNotSupported);
        }

        if (publish.Topic.IsEmpty || !publish.Properties.IsEmpty && publish.Properties.TopicAlias is not null)
        {
            return Close(MqttReason.TopicAliasInvalid); // none was granted
        }

        if (_peer.Version == MqttVersion.V500 && publish.Qos != QualityOfService.AtMostOnce && _acknowledgements.Promised >= _services.Options.MaxInFlight)
        {
            return Close(MqttReason.ReceiveMaximumExceeded);
        }

        var device = CurrentDevice();
        var permitted = _services.Policy.MayPublish(device, publish.Topic);
        if (!permitted)
        {
            _services.Metrics.Rejected();
            if (_peer.Version == MqttVersion.V311)
            {
                return Close(MqttReason.NotAuthorized);
            }

            if (publish.Qos == QualityOfService.AtMostOnce)
            {
                return true; // neither kept nor answered
            }
        }

        var batch = _unsent.For(device, _readAt);
        _readBytes += _unsent.Add(permitted ? publish.Topic : default, permitted ? publish.Payload : default, DeliveryTag.Make(publish.PacketId, publish.Qos));
        if (!permitted)
        {
            batch.Refuse(batch.Count - 1, RefusalReason.NotPermitted);
        }

        _acknowledgements.Expect(publish.Qos);
        if (batch.Trace is null && _services.Traces is { } traces && (!publish.Properties.IsEmpty || traces.IsDue(_readAt)))
        {
            batch.Trace = TraceOf(in publish, traces);
        }

        return true;
    }

    /// <summary>The trace that the device asks for, else one that is due; null: this reading is not followed.</summary>
    private ReadingTrace? TraceOf(in PublishPacket publish, ReadingTraces traces)
    {
        foreach (var property in publish.Properties)
        {
            if (property.Id == MqttProperty.UserProperty && traces.Join(property.Name, property.Bytes, _readAt) is { } joined)
            {
                return joined;
            }
        }

        return publish.Properties.IsEmpty || traces.IsDue(_readAt) ? traces.Begin(_readAt) : null;
    }

    private bool HandleSubscribe(in SubscribePacket subscribe)
    {
        var asked = subscribe.Subscriptions.Count;
        var reasons = asked <= FewFilters ? stackalloc MqttReason[asked] : new MqttReason[asked];
        var count = 0;
        foreach (var subscription in subscribe.Subscriptions)
        {
            reasons[count++] = _services.Policy.MaySubscribe(_device, subscription.Filter)
                ? (MqttReason)Math.Min((byte)subscription.Options.MaximumQos, (byte)QualityOfService.AtLeastOnce)
                : MqttReason.NotAuthorized;
        }

        return Answer(new SubAckPacket { Type = MqttPacketType.SubAck, PacketId = subscribe.PacketId, Reasons = reasons });
    }

    private bool HandleUnsubscribe(in UnsubscribePacket unsubscribe)
    {
        var asked = unsubscribe.Filters.Count;
        var reasons = asked <= FewFilters ? stackalloc MqttReason[asked] : new MqttReason[asked];
        var count = 0;
        foreach (var filter in unsubscribe.Filters)
        {
            reasons[count++] = _services.Policy.MaySubscribe(_device, filter) ? MqttReason.Success : MqttReason.NoSubscriptionExisted;
        }

        return Answer(new SubAckPacket { Type = MqttPacketType.UnsubAck, PacketId = unsubscribe.PacketId, Reasons = reasons });
    }

    /// <summary>
    /// Acknowledgements of what was never sent, perhaps left over from the client's last session: PUBREC is followed by PUBREL and PUBREL by PUBCOMP
    /// (MQTT-4.3.3-4, MQTT-4.3.3-11), in 5.0 with the word that the packet id is unknown; the other two end an exchange and are not answered.
    /// </summary>
    private bool HandleAcknowledgement(in PubAckPacket acknowledgement) => acknowledgement switch
    {
        { Type: MqttPacketType.PubRec } when !acknowledgement.Reason.IsFailure() => AnswerUnknown(MqttPacketType.PubRel, acknowledgement.PacketId),
        { Type: MqttPacketType.PubRel } => AnswerUnknown(MqttPacketType.PubComp, acknowledgement.PacketId),
        _ => true,
    };

    private bool AnswerUnknown(MqttPacketType type, ushort packetId) =>
        Answer(new PubAckPacket { Type = type, PacketId = packetId, Reason = MqttReason.PacketIdentifierNotFound });

    private bool HandleDisconnect(in DisconnectPacket disconnect)
    {
        if (disconnect.Properties.SessionExpiryInterval is > 0 && !MayExtendExpiry)
        {
            return Close(MqttReason.ProtocolError);
        }

        _orderly = true;
        return false;
    }

    /// <summary>Writes an answer. One that is longer than the client takes must not be sent (MQTT-3.1.2-24), and without its answer the exchange cannot go on.</summary>
    private bool Answer<TPacket>(in TPacket packet)
        where TPacket : struct, IMqttPacket<TPacket>, allows ref struct => _output.Write(in packet, _peer.Version) || Close(MqttReason.ImplementationSpecificError);

    /// <summary>The device as it is known now: a new binding or a revoked key takes effect with the next message.</summary>
    private DeviceEntry CurrentDevice()
    {
        var devices = _services.Policy.Devices;
        var version = devices.Version;
        if (version != _directoryVersion && devices.Find(DeviceId) is { } current)
        {
            (_device, _directoryVersion) = (current, version);
        }

        return _device;
    }
}
