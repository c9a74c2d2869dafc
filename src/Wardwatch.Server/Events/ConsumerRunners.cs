using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>Runs every consumer on its own: one that is slow, rests or fails delays no other.</summary>
internal sealed class ConsumerRunners : BackgroundService
{
    private readonly EventQueue _queue;
    private readonly Dictionary<string, ConsumerHandling> _handlings;
    private readonly Dictionary<string, ConsumerWorker> _workers;

    public ConsumerRunners(
        NpgsqlDataSource database, EventQueue queue, EventConsumers consumers, IKeyring keyring, OpenedKeys opened, EventsMetrics metrics, IOptions<EventsOptions> options, TimeProvider time,
        ILogger<ConsumerWorker> log)
    {
        _queue = queue;
        _handlings = consumers.All.ToDictionary(consumer => consumer.Name, consumer => new ConsumerHandling(consumer, consumers, keyring, opened, metrics, options, time), StringComparer.Ordinal);
        var precedence = new Precedence(time);
        _workers = _handlings.ToDictionary(each => each.Key, each => new ConsumerWorker(database, queue, each.Value, precedence, metrics, options, time, log), StringComparer.Ordinal);
    }

    /// <summary>Something may wait.</summary>
    public void Wake()
    {
        foreach (var worker in _workers.Values)
        {
            worker.Wake();
        }
    }

    /// <summary>The worker of a consumer, or null.</summary>
    public ConsumerWorker? WorkerOf(string consumer) => _workers.GetValueOrDefault(consumer);

    /// <summary>What handles events for a consumer, or null.</summary>
    public ConsumerHandling? HandlingOf(string consumer) => _handlings.GetValueOrDefault(consumer);

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _queue.EnsureClaimsAsync([.. _workers.Keys], cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_workers.Values.Select(worker => worker.RunAsync(stoppingToken)));
}
