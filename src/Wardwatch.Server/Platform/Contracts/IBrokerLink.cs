using Microsoft.Extensions.DependencyInjection.Extensions;
using RabbitMQ.Client;
using Wardwatch.Server.Platform.Broker;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>
/// The process's way to the broker. Connections are made when a channel is asked for and made anew when they broke; whoever holds a channel that was closed asks for
/// another one, with pauses. Registered only where a broker is set: ask for <c>IBrokerLink?</c> where that need not be.
/// </summary>
public interface IBrokerLink
{
    /// <summary>Since when and why the broker cannot be reached; null while it can, or nobody has tried yet.</summary>
    BrokerAway? Away { get; }

    /// <summary>A channel of one's own to consume on.</summary>
    Task<IChannel> OpenChannelAsync(CancellationToken cancellation);

    /// <summary>
    /// A channel of one's own to publish on, with confirms: publishing ends when the broker has confirmed the message, and throws when it was refused or, being mandatory,
    /// returned. It is on a connection of its own, so that a broker that takes no more messages still gets acknowledgements.
    /// </summary>
    Task<IChannel> OpenPublishingChannelAsync(CancellationToken cancellation);
}

/// <summary>The broker cannot be reached.</summary>
/// <param name="Reason">Why, as far as it is known.</param>
/// <param name="Since">Since when.</param>
public sealed record BrokerAway(string Reason, DateTimeOffset Since);

/// <summary>A module's exchanges and queues. Declared by whoever connects, before anything else, so that whoever publishes first loses nothing.</summary>
public interface IBrokerTopology
{
    /// <summary>Declares them; they may be there already.</summary>
    Task DeclareAsync(IChannel channel, CancellationToken cancellation);
}

/// <summary>Registers the broker.</summary>
public static class BrokerLinks
{
    /// <summary>Registers the one link of a process, whichever module comes first, if a broker is set. Answers whether one is.</summary>
    public static bool AddTo(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        if (services.All(service => service.ServiceType != typeof(BrokerMark)))
        {
            services.AddSingleton<BrokerMark>();
            services.AddOptions<BrokerOptions>().BindConfiguration(BrokerOptions.Section).ValidateDataAnnotations()
                .Validate(options => BrokerOptions.IsAddress(options.Url), $"{BrokerOptions.Section}:{nameof(BrokerOptions.Url)} must look like amqps://user:password@host/vhost; it has no user and password of its own.")
                .ValidateOnStart();
        }

        if (!BrokerOptions.IsSet(builder.Configuration))
        {
            return false;
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IBrokerLink, BrokerLink>();
        return true;
    }

    private sealed class BrokerMark;
}
