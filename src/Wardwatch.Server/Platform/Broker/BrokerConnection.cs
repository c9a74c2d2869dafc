using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Broker;

/// <summary>
/// One connection to the broker: made when somebody needs it, made anew when it broke. While the broker cannot be reached, attempts are refused at once for a
/// while, so that it is not flooded when it comes back; whoever asks tries again with growing pauses.
/// </summary>
internal sealed class BrokerConnection(string name, IBrokerTopology[] topologies, BrokerLink link, BrokerOptions options, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(10);

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

    /// <summary>The open connection; made now if there is none.</summary>
    public async Task<IConnection> ConnectAsync(CancellationToken cancellation)
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
                _connection = null;
                await broken.DisposeAsync();
            }

            _connection = await _connecting.ExecuteAsync(async stop => await OpenAsync(stop), cancellation);
            link.Connected();
            return _connection;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            link.Failed(failure.GetType().Name);
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
        {
            await connection.DisposeAsync();
        }

        _gate.Dispose();
    }

    private async Task<IConnection> OpenAsync(CancellationToken cancellation)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(options.Url!),
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            ClientProvidedName = name,
            RequestedHeartbeat = TimeSpan.FromSeconds(options.HeartbeatSeconds),
        };
        var connection = await factory.CreateConnectionAsync(cancellation);
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
            foreach (var topology in topologies)
            {
                await topology.DeclareAsync(channel, cancellation);
            }

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
            link.Lost(reason.ReplyCode);
        }

        return Task.CompletedTask;
    }
}
