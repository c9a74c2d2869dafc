using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events.Broker;

/// <summary>Reads each consumer's queue for as long as the process runs; connects again whenever the broker comes back.</summary>
internal sealed partial class BrokerConsumers(
    IBrokerLink link, EventConsumers consumers, ConsumerRunners runners, EventsMetrics metrics, Microsoft.Extensions.Options.IOptions<EventsOptions> options, TimeProvider time,
    ILogger<BrokerConsumers> log) : BackgroundService
{
    // What was recorded by a clock that runs ahead is believed up to here.
    internal static readonly TimeSpan ClockAhead = TimeSpan.FromDays(1);

    private readonly ILogger<BrokerConsumers> _log = log;

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(consumers.All.Select(consumer =>
        BrokerLoop.KeepAsync(stop => ReadAsync(consumer.Name, stop), failure => LogEnded(consumer.Name, failure.GetType().Name), time, stoppingToken)));

    private async Task ReadAsync(string consumer, CancellationToken stop)
    {
        await using var channel = await link.OpenChannelAsync(stop);
        await using var reader = new BrokerReader(channel, consumer, runners.WorkerOf(consumer)!, options.Value, metrics, () => time.GetUtcNow().UtcDateTime + ClockAhead, time);
        await reader.RunAsync(stop);
        throw new IOException("The channel was closed.");
    }

    [LoggerMessage(6050, LogLevel.Warning, "Reading the broker for {What} ended ({Fault}); tried again")]
    private partial void LogEnded(string what, string fault);
}
