using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Broker;

/// <summary>Two connections to the broker, one to consume and one to publish, and what is known of them.</summary>
internal sealed partial class BrokerLink : IBrokerLink, IAsyncDisposable
{
    // The library's own limit of messages that wait for a confirm is not wanted: those who publish have limits of their own.
    private static readonly CreateChannelOptions Confirmed = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null);

    private readonly TimeProvider _time;
    private readonly ILogger<BrokerLink> _log;
    private readonly BrokerConnection _consuming;
    private readonly BrokerConnection _publishing;
    private BrokerAway? _away;
    private bool _disposed;

    public BrokerLink(IEnumerable<IBrokerTopology> topologies, IOptions<BrokerOptions> options, TimeProvider time, ILogger<BrokerLink> log)
    {
        (_time, _log) = (time, log);
        IBrokerTopology[] declared = [.. topologies];
        _consuming = new("wardwatch, consuming", declared, this, options.Value, time);
        _publishing = new("wardwatch, publishing", declared, this, options.Value, time);
    }

    /// <inheritdoc />
    public BrokerAway? Away => Volatile.Read(ref _away);

    /// <inheritdoc />
    public async Task<IChannel> OpenChannelAsync(CancellationToken cancellation) =>
        await (await _consuming.ConnectAsync(cancellation)).CreateChannelAsync(cancellationToken: cancellation);

    /// <inheritdoc />
    public async Task<IChannel> OpenPublishingChannelAsync(CancellationToken cancellation) =>
        await (await _publishing.ConnectAsync(cancellation)).CreateChannelAsync(Confirmed, cancellation);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            await _publishing.DisposeAsync();
            await _consuming.DisposeAsync();
        }
    }

    /// <summary>A connection was made.</summary>
    public void Connected()
    {
        Volatile.Write(ref _away, null);
        LogConnected();
    }

    /// <summary>A connection could not be made.</summary>
    public void Failed(string reason)
    {
        if (Away is null)
        {
            Volatile.Write(ref _away, new(reason, _time.GetUtcNow()));
        }
    }

    /// <summary>A connection was lost.</summary>
    public void Lost(ushort code)
    {
        Failed("the connection was lost");
        LogLost(code);
    }

    [LoggerMessage(1040, LogLevel.Information, "Connected to the broker")]
    private partial void LogConnected();

    [LoggerMessage(1041, LogLevel.Warning, "The connection to the broker was lost ({Code}); what is to be published waits until it is back")]
    private partial void LogLost(ushort code);
}
