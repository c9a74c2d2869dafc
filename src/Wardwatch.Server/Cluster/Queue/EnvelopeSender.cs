using Microsoft.Extensions.Options;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Cluster.Queue;

/// <summary>
/// A gateway's end of the way over the broker: envelopes are durable for it when the broker has them for good. What becomes of them behind it, it does not learn: an envelope that
/// cannot be believed is set aside by whoever reads it.
/// </summary>
internal sealed class EnvelopeSender : IEnvelopeQueue, IHostedService, IAsyncDisposable
{
    private readonly PartitionSender[] _partitions;
    private readonly EnvelopeChannel _channel;
    private readonly PartitionTable _table;
    private readonly CancellationTokenSource _abandon = new();
    private Task _running = Task.CompletedTask;

    public EnvelopeSender(EnvelopeChannel channel, PartitionTable table, IOptions<ClusterOptions> options, ClusterMetrics metrics, TimeProvider time, ILogger<EnvelopeSender> log)
    {
        (_channel, _table) = (channel, table);
        _partitions = [.. Enumerable.Range(0, options.Value.Partitions).Select(partition => new PartitionSender(partition, channel, options.Value, metrics, time, log))];
        metrics.ObserveUnsent(() => _partitions.Sum(static partition => partition.Depth));
    }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _table.EnsureAsync(cancellationToken);
        _running = Task.WhenAll(_partitions.Select(partition => Task.Run(() => partition.RunAsync(_abandon.Token), CancellationToken.None)));
    }

    /// <summary>Sends what waits, then ends. The gateway has stopped before, so that nothing new comes.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var giveUp = cancellationToken.Register(static state => ((CancellationTokenSource)state!).Cancel(), _abandon);
        foreach (var partition in _partitions)
        {
            partition.Close();
        }

        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        _abandon.Dispose();
    }

    /// <inheritdoc />
    public bool TryPublish(EnvelopeBatch batch) => PartitionOf(batch.Device, batch.ReceivedAt).TryPublish(batch);

    /// <inheritdoc />
    public ValueTask<bool> WaitForRoomAsync(EnvelopeBatch batch, CancellationToken cancellation) => PartitionOf(batch.Device, batch.ReceivedAt).WaitForRoomAsync(cancellation);

    private PartitionSender PartitionOf(DeviceEntry device, long at) => _partitions[EnvelopeWay.ShareOf(EnvelopeWay.PatientOf(device, at), _partitions.Length)];
}
