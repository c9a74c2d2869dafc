using Wardwatch.Server.Events.Broker;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>What happened, told to those who act on it: added in the transaction that caused it, in order per patient, handled once by each consumer.</summary>
public static class EventsModule
{
    /// <summary>Adds the outbox, what publishes it, and what runs the consumers that other modules register as <see cref="IEventConsumer"/>.</summary>
    public static void AddEvents(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<EventsOptions>().BindConfiguration(EventsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        DirectoryChanges.AddTo(services);
        services.AddSingleton<EventsState>();
        services.AddSingleton<EventsMetrics>();
        services.AddSingleton<IOutbox, Outbox>();
        services.AddSingleton<IEventHistory, EventHistory>();
        services.AddSingleton<EventConsumers>();
        services.AddSingleton<EventObservers>();
        services.AddSingleton<EventQueue>();
        services.AddSingleton<EventKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<EventKeeper>());
        services.AddSingleton<ConsumerRunners>();
        services.AddHostedService(provider => provider.GetRequiredService<ConsumerRunners>());
        if (!BrokerLinks.AddTo(builder))
        {
            services.AddSingleton<IEventTransport, DatabaseTransport>();
        }
        else
        {
            services.AddSingleton<IBrokerTopology, BrokerTopology>();
            services.AddSingleton<IEventTransport, BrokerTransport>();
            services.AddSingleton<BrokerConsumers>();
            services.AddHostedService(provider => provider.GetRequiredService<BrokerConsumers>());
        }

        services.AddSingleton<IEventDeadLetters, EventDeadLetters>();
        services.AddSingleton<Dispatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<Dispatcher>());
        services.AddHealthChecks().AddCheck<EventsHealthCheck>("events");
    }
}
