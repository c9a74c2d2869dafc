using System.Collections.Concurrent;
using System.Threading.Channels;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>
/// The batches of one connection that are on their way, in the order of arrival. Commits may finish in another order; PUBACKs leave in this one
/// (MQTT 5.0, 4.6). A batch that failed is the end: nothing after it is acknowledged, and the connection is closed, so that the device sends again.
/// </summary>
internal sealed class Acknowledgements(MqttOutput output, MqttVersion version, GatewayMetrics metrics, Action failed) : IDeliveryOwner
{
    // Batches are made once and used again by any connection; the pool is as large as the traffic ever needed, within reason.
    private const int PooledBatches = 4096;
    private static readonly ConcurrentQueue<EnvelopeBatch> Pool = new();

    private readonly Lock _gate = new();
    private readonly Queue<EnvelopeBatch> _inOrder = new();
    private readonly Channel<bool> _progress = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _outstanding;
    private int _promised;
    private bool _broken;

    /// <summary>Readings that were received and not yet answered.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Of these, the ones that a PUBACK was asked for: what Receive Maximum counts.</summary>
    public int Promised => Volatile.Read(ref _promised);

    /// <summary>A batch at the end of the order; the caller fills it and hands it over.</summary>
    public EnvelopeBatch Begin(Devices.Contracts.DeviceEntry device, long receivedAt)
    {
        if (!Pool.TryDequeue(out var batch))
        {
            batch = new EnvelopeBatch();
        }

        batch.Begin(device, this, receivedAt);
        lock (_gate)
        {
            _inOrder.Enqueue(batch);
        }

        return batch;
    }

    /// <summary>Counts an envelope that was added to the last batch.</summary>
    public void Expect(QualityOfService qos)
    {
        Interlocked.Increment(ref _outstanding);
        if (qos != QualityOfService.AtMostOnce)
        {
            Interlocked.Increment(ref _promised);
        }
    }

    /// <summary>Waits until something was answered.</summary>
    public async ValueTask WaitForProgressAsync(CancellationToken cancellation) => await _progress.Reader.ReadAsync(cancellation);

    /// <inheritdoc />
    public void Complete(EnvelopeBatch batch, DeliveryState state)
    {
        var broke = false;
        lock (_gate)
        {
            batch.State = state;
            while (_inOrder.TryPeek(out var first) && first.State != DeliveryState.Pending)
            {
                _inOrder.Dequeue();
                if (first.State == DeliveryState.Failed && !_broken)
                {
                    _broken = broke = true;
                }

                Answer(first);
            }
        }

        output.Flush();
        _progress.Writer.TryWrite(true);
        if (broke)
        {
            failed();
        }
    }

    private void Answer(EnvelopeBatch batch)
    {
        var promised = 0;
        for (var entry = 0; entry < batch.Count; entry++)
        {
            if (DeliveryTag.Qos(batch.Tag(entry)) == QualityOfService.AtMostOnce)
            {
                continue;
            }

            promised++;
            if (!_broken)
            {
                output.Write(new PubAckPacket { Type = MqttPacketType.PubAck, PacketId = DeliveryTag.PacketId(batch.Tag(entry)), Reason = ReasonOf(batch.Outcome(entry)) }, version);
            }
        }

        Interlocked.Add(ref _outstanding, -batch.Count);
        Interlocked.Add(ref _promised, -promised);
        if (!_broken)
        {
            metrics.Acknowledged(promised, batch.ReceivedAt);
        }

        batch.Trace?.Acknowledged(batch.Count);
        batch.Release();
        if (Pool.Count < PooledBatches)
        {
            Pool.Enqueue(batch);
        }
    }

    /// <summary>3.1.1 has no negative PUBACK and gets a plain one: the message is set aside durably, and closing would make the device send it for ever.</summary>
    private MqttReason ReasonOf(RefusalReason refusal) => version == MqttVersion.V311 ? MqttReason.Success : refusal switch
    {
        RefusalReason.None => MqttReason.Success,
        RefusalReason.NotPermitted or RefusalReason.UnknownKey or RefusalReason.WrongTag => MqttReason.NotAuthorized,
        RefusalReason.UnreadableEnvelope or RefusalReason.UnreadablePayload or RefusalReason.TimeOutOfRange => MqttReason.PayloadFormatInvalid,
        RefusalReason.UnsupportedKind or RefusalReason.NonceReused or RefusalReason.NoBinding => MqttReason.ImplementationSpecificError,
        _ => MqttReason.UnspecifiedError,
    };
}

/// <summary>Packet id and quality of service in the one number that travels with an envelope.</summary>
internal static class DeliveryTag
{
    public static int Make(ushort packetId, QualityOfService qos) => packetId | (int)qos << 16;

    public static ushort PacketId(int tag) => (ushort)tag;

    public static QualityOfService Qos(int tag) => (QualityOfService)(tag >> 16);
}
