using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Wardwatch.Server.Events.Broker;

/// <summary>
/// The connection to the broker: made when somebody needs it, made anew when it broke. While the broker cannot be reached, attempts are refused at once for a
/// while, so that it is not flooded when it comes back; whoever asks tries again with growing pauses.
/// </summary>
internal sealed partial class BrokerLink(EventConsumers consumers, EventsState state, IOptions<EventsOptions> options, TimeProvider time, ILogger<BrokerLink> log) : IAsyncDisposable
{
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(10);

    private readonly ILogger<BrokerLink> _log = log;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ResiliencePipeline _connecting = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            FailureRatio = 1,
            MinimumThroughput = 2,
            SamplingDuration = TimeSpan.FromSeconds(5),
            BreakDuration = TimeSpan.FromSeconds(1),
            ShouldHandle = static arguments => new(arguments.Outcome.Exception is not null and not OperationCanceledException),
        })
        .AddTimeout(new TimeoutStrategyOptions { Timeout = ConnectWithin })
        .Build();

    private IConnection? _connection;
    private IChannel? _publishing;
    private bool _disposed;

    /// <summary>A channel of one's own.</summary>
    public async Task<IChannel> OpenChannelAsync(CancellationToken cancellation) =>
        await (await ConnectAsync(cancellation)).CreateChannelAsync(cancellationToken: cancellation);

    /// <summary>The channel on which events are published, with confirms.</summary>
    public async Task<IChannel> PublishingChannelAsync(CancellationToken cancellation)
    {
        var connection = await ConnectAsync(cancellation);
        await _gate.WaitAsync(cancellation);
        try
        {
            if (_publishing is not { IsOpen: true })
            {
                _publishing = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellation);
            }

            return _publishing;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (_connection is { } connection)
        {
            await connection.DisposeAsync();
        }

        _gate.Dispose();
    }

    private async Task<IConnection> ConnectAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            if (_connection is { IsOpen: true } open)
            {
                return open;
            }

            if (_connection is { } broken)
            {
                (_connection, _publishing) = (null, null);
                await broken.DisposeAsync();
            }

            _connection = await _connecting.ExecuteAsync(async stop => await OpenAsync(stop), cancellation);
            state.BrokerAway = null;
            LogConnected();
            return _connection;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            state.BrokerAway ??= failure.GetType().Name;
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<IConnection> OpenAsync(CancellationToken cancellation)
    {
        var factory = new ConnectionFactory { Uri = new Uri(options.Value.Broker!), AutomaticRecoveryEnabled = false, TopologyRecoveryEnabled = false, ClientProvidedName = "wardwatch", RequestedHeartbeat = TimeSpan.FromSeconds(10) };
        var connection = await factory.CreateConnectionAsync(cancellation);
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
            await BrokerTopology.DeclareAsync(channel, consumers, cancellation);
            connection.ConnectionShutdownAsync += OnShutdownAsync;
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private Task OnShutdownAsync(object sender, ShutdownEventArgs reason)
    {
        if (reason.Initiator != ShutdownInitiator.Application)
        {
            state.BrokerAway = "the connection was lost";
            LogLost(reason.ReplyCode);
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(6040, LogLevel.Information, "Connected to the broker")]
    private partial void LogConnected();

    [LoggerMessage(6041, LogLevel.Warning, "The connection to the broker was lost ({Code}); events stay in the outbox until it is back")]
    private partial void LogLost(ushort code);
}
