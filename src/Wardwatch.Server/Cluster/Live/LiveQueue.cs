using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Wardwatch.Server.Cluster.Live;

/// <summary>Reads live news over a channel until it is closed.</summary>
internal static class LiveQueue
{
    /// <summary>Reads; the messages come one after another. Ends with an exception when the channel was closed.</summary>
    /// <param name="channel">A channel of one's own.</param>
    /// <param name="news">What is wanted, of <see cref="LiveTopology"/>.</param>
    /// <param name="take">Takes each message. Must not wait; the bytes are gone when it ends.</param>
    /// <param name="stop">Ends it.</param>
    /// <param name="ready">Called when nothing is missed any more.</param>
    public static async Task ReadAsync(IChannel channel, IEnumerable<string> news, Action<ReadOnlyMemory<byte>> take, CancellationToken stop, Func<Task>? ready = null)
    {
        var queue = await LiveTopology.DeclareQueueAsync(channel, news, stop);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            take(delivery.Body);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer, stop);
        if (ready is not null)
        {
            await ready();
        }

        await closed.Task.WaitAsync(stop);
        throw new IOException("The channel was closed.");
    }
}
