using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Queue;

/// <summary>The one channel on which all partitions' messages are published; opened anew when it was closed.</summary>
internal sealed class EnvelopeChannel(IBrokerLink link, TimeProvider time) : IAsyncDisposable
{
    // A queue without a leader neither confirms nor refuses.
    private static readonly TimeSpan ConfirmedWithin = TimeSpan.FromSeconds(20);
    private static readonly BasicProperties Persistent = new() { Persistent = true };

    private readonly SemaphoreSlim _gate = new(1, 1);
    private IChannel? _channel;

    /// <summary>Publishes a message; ends when the broker has it for good.</summary>
    /// <exception cref="PublishException">The queue is full, or is not there.</exception>
    /// <exception cref="Exception">Any other: it is unknown whether the broker has it.</exception>
    public async Task PublishAsync(int partition, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        var channel = await OpenAsync(cancellation);
        try
        {
            await channel.BasicPublishAsync(EnvelopeTopology.Exchange, partition.ToString(), mandatory: true, Persistent, message, cancellation).AsTask().WaitAsync(ConfirmedWithin, time, cancellation);
        }
        catch (TimeoutException)
        {
            // Whatever else is on its way there is sent again on another one.
            await channel.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_channel is { } channel)
        {
            await channel.DisposeAsync();
        }

        _gate.Dispose();
    }

    private async Task<IChannel> OpenAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _channel) is { IsOpen: true } ready)
        {
            return ready;
        }

        await _gate.WaitAsync(cancellation);
        try
        {
            return _channel is { IsOpen: true } open ? open : _channel = await link.OpenPublishingChannelAsync(cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }
}
