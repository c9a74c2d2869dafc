using RabbitMQ.Client;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Live;

/// <summary>
/// The exchange of live news. Whoever wants some has a queue of its own that ends with it: what is said while nobody listens is not kept, since whoever comes is told how
/// things are.
/// </summary>
internal sealed class LiveTopology : IBrokerTopology
{
    /// <summary>The exchange.</summary>
    public const string Exchange = "wardwatch.live";

    /// <summary>From monitors to screens: states of patients, and that the monitor is there.</summary>
    public const string States = "states";

    /// <summary>From screens' processes to monitors: tell how everybody is.</summary>
    public const string Asks = "asks";

    /// <summary>From gateways to monitors: which devices are connected.</summary>
    public const string Devices = "devices";

    // What a queue may hold for a process that does not keep up; older messages give way, which the reader notices by their numbers.
    private const int MostWaitingBytes = 32 * 1024 * 1024;

    /// <inheritdoc />
    public Task DeclareAsync(IChannel channel, CancellationToken cancellation) =>
        channel.ExchangeDeclareAsync(Exchange, ExchangeType.Direct, durable: false, autoDelete: false, cancellationToken: cancellation);

    /// <summary>Declares a queue that only this channel's connection reads, and answers its name.</summary>
    public static async Task<string> DeclareQueueAsync(IChannel channel, IEnumerable<string> news, CancellationToken cancellation)
    {
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-max-length-bytes"] = MostWaitingBytes, ["x-overflow"] = "drop-head" };
        var queue = await channel.QueueDeclareAsync(durable: false, exclusive: true, autoDelete: true, arguments: arguments, cancellationToken: cancellation);
        foreach (var kind in news)
        {
            await channel.QueueBindAsync(queue.QueueName, Exchange, kind, cancellationToken: cancellation);
        }

        return queue.QueueName;
    }
}
