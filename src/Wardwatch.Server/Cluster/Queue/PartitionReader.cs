using System.Collections.Concurrent;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Queue;

/// <summary>
/// Reads one partition's queue into its lane for as long as this process has it, and acknowledges a message when everything in it is committed. What does not commit goes back to
/// the queue with its channel, in its order.
/// </summary>
internal sealed partial class PartitionReader(
    PartitionEpoch owned, IBrokerLink link, IPartitionedLanes lanes, DirectoryCatchUp directory, ClusterOptions options, ClusterMetrics metrics, TimeProvider time, ILogger log)
{
    private readonly ConcurrentBag<EnvelopeBatch> _pool = [];

    /// <summary>Reads until <paramref name="stop"/>. Then, unless <paramref name="lost"/>, what was taken is brought to its end first.</summary>
    /// <param name="lost">Somebody else has the partition by now: everything is left to them.</param>
    /// <param name="stop">Asks for the end.</param>
    /// <param name="giveUp">Waits for nothing any more.</param>
    public async Task RunAsync(Func<bool> lost, CancellationToken stop, CancellationToken giveUp) =>
        await BrokerLoop.KeepAsync(cancellation => ReadAsync(lost, cancellation, giveUp), failure => LogEnded(log, owned.Partition, failure.Message), time, stop);

    private async Task ReadAsync(Func<bool> lost, CancellationToken stop, CancellationToken giveUp)
    {
        await using var channel = await link.OpenChannelAsync(stop);
        await channel.BasicQosAsync(0, (ushort)options.Prefetch, global: false, stop);
        var acknowledgements = new MessageAcknowledgements(channel);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(giveUp);
        var batches = new List<SentBatch>();
        var taking = true;
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            if (Volatile.Read(ref taking))
            {
                await TakeAsync(delivery, acknowledgements, batches, channel, ending.Token);
            }
        };
        channel.ChannelShutdownAsync += (_, _) =>
        {
            acknowledgements.End();
            return Task.CompletedTask;
        };
        var tag = await channel.BasicConsumeAsync(EnvelopeTopology.QueueOf(owned.Partition), autoAck: false, consumer, stop);
        var acknowledging = acknowledgements.RunAsync(ending.Token);
        await Task.WhenAny(acknowledging, Task.Delay(Timeout.Infinite, stop));
        if (stop.IsCancellationRequested && !lost() && channel.IsOpen)
        {
            // What the library holds ready beyond this goes back with the channel, in its place.
            await channel.BasicCancelAsync(tag, cancellationToken: giveUp);
            Volatile.Write(ref taking, false);
            acknowledgements.EndWhenAllAreDone();
            await acknowledging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await ending.CancelAsync();
        acknowledgements.End();
        await acknowledging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        metrics.Returned(acknowledgements.Left);
        stop.ThrowIfCancellationRequested();
        throw new IOException(acknowledgements.HasFailed ? "Readings were not committed." : "The channel was closed.");
    }

    // The body is the library's again when this ends: the batches hold copies.
    private async Task TakeAsync(BasicDeliverEventArgs delivery, MessageAcknowledgements acknowledgements, List<SentBatch> batches, IChannel channel, CancellationToken cancellation)
    {
        metrics.Received();
        if (!EnvelopeMessage.TryRead(delivery.Body.Span, owned.Partition, options.Partitions, batches))
        {
            metrics.Unreadable();
            LogUnreadable(log, owned.Partition);
            await channel.BasicRejectAsync(delivery.DeliveryTag, requeue: false, cancellation);
            return;
        }

        var message = acknowledgements.Expect(delivery.DeliveryTag, batches.Count, _pool);
        foreach (var sent in batches)
        {
            var device = await directory.FindAsync(sent, delivery.Body, cancellation);
            if (!_pool.TryTake(out var batch))
            {
                batch = new();
            }

            batch.Begin(device, message, sent.ReceivedAt);
            Fill(batch, sent, delivery.Body.Span);
            while (!lanes.TryPublish(owned.Partition, batch))
            {
                if (!await lanes.WaitForRoomAsync(owned.Partition, cancellation))
                {
                    acknowledgements.End();
                    return;
                }
            }
        }
    }

    private static void Fill(EnvelopeBatch batch, SentBatch sent, ReadOnlySpan<byte> message)
    {
        var at = sent.Start;
        for (var i = 0; i < sent.Count; i++)
        {
            EnvelopeMessage.TryReadEnvelope(message, ref at, out var envelope);
            batch.Add(message[envelope.Topic], message[envelope.Envelope], tag: 0);
        }
    }

    [LoggerMessage(7010, LogLevel.Warning, "Reading partition {Partition} ended and begins anew: {Reason}")]
    private static partial void LogEnded(ILogger log, int partition, string reason);

    [LoggerMessage(7011, LogLevel.Error, "A message in the queue of partition {Partition} is none of ours and was set aside in the broker.")]
    private static partial void LogUnreadable(ILogger log, int partition);
}
