using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Wardwatch.Server.Cluster.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Queue;

/// <summary>Looks every few seconds, in every process, who has which partition and what waits in its queue: messages that nobody reads are readings that nobody sees.</summary>
internal sealed partial class PartitionWatch(PartitionTable table, IBrokerLink link, TimeProvider time, ILogger<PartitionWatch> log) : BackgroundService, IPartitionOverview, IHealthCheck
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(3);

    private readonly ILogger<PartitionWatch> _log = log;
    private readonly Dictionary<int, DateTimeOffset> _unreadSince = [];
    private volatile List<PartitionStatus> _partitions = [];
    private volatile List<(PartitionStatus, DateTimeOffset)> _unread = [];
    private IChannel? _channel;

    /// <inheritdoc />
    public IReadOnlyList<PartitionStatus> Partitions => _partitions;

    /// <inheritdoc />
    public IReadOnlyList<(PartitionStatus Partition, DateTimeOffset Since)> Unread => _unread;

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (link.Away is { } away)
        {
            return Task.FromResult(HealthCheckResult.Degraded($"The broker cannot be reached; envelopes wait at the gateways ({away.Reason})."));
        }

        return Task.FromResult(_unread.Count > 0
            ? HealthCheckResult.Degraded($"Nobody reads partitions with messages: {string.Join(", ", _unread.Select(unread => $"{unread.Item1.Number} ({unread.Item1.Waiting})"))}.")
            : HealthCheckResult.Healthy("Each partition with messages is read."));
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, time);
        try
        {
            do
            {
                await LookAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
        finally
        {
            await (_channel?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        try
        {
            var partitions = new List<PartitionStatus>();
            foreach (var row in await table.ReadAsync(cancellation))
            {
                var counts = await CountAsync(row.Number, cancellation);
                partitions.Add(new(row.Number, row.Node, row.Epoch, new(row.Since, TimeSpan.Zero), counts?.MessageCount, (int?)counts?.ConsumerCount));
            }

            _partitions = partitions;
            Judge(partitions);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            LogNotSeen(e.Message);
        }
    }

    private async Task<QueueDeclareOk?> CountAsync(int partition, CancellationToken cancellation)
    {
        try
        {
            _channel = _channel is { IsOpen: true } open ? open : await link.OpenChannelAsync(cancellation);
            return await _channel.QueueDeclarePassiveAsync(EnvelopeTopology.QueueOf(partition), cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && e is RabbitMQClientException or IOException or TimeoutException or ObjectDisposedException or Polly.ExecutionRejectedException)
        {
            return null;
        }
    }

    // One look may meet a partition in the moment in which it changes hands; two in a row do not.
    private void Judge(List<PartitionStatus> partitions)
    {
        var now = time.GetUtcNow();
        var unread = new List<(PartitionStatus, DateTimeOffset)>();
        foreach (var partition in partitions)
        {
            if (partition is not { Consumers: 0, Waiting: > 0 })
            {
                _unreadSince.Remove(partition.Number);
            }
            else if (_unreadSince.TryGetValue(partition.Number, out var since))
            {
                unread.Add((partition, since));
                LogUnread(partition.Number, partition.Waiting.Value);
            }
            else
            {
                _unreadSince.Add(partition.Number, now);
            }
        }

        _unread = unread;
    }

    [LoggerMessage(7030, LogLevel.Error, "Partition {Partition} has {Waiting} messages and nobody who reads them: is a monitor running?")]
    private partial void LogUnread(int partition, long waiting);

    [LoggerMessage(7031, LogLevel.Warning, "Partitions cannot be looked at: {Reason}")]
    private partial void LogNotSeen(string reason);
}
