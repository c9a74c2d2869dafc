using Wardwatch.Server.Events.Broker;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>What happened, told to those who act on it: added in the transaction that caused it, in order per patient, handled once by each consumer.</summary>
public static class EventsModule
{
    /// <summary>
    /// Adds the outbox, and what tells this process's observers. Consumers that other modules register as <see cref="IEventConsumer"/> are known, and run where
    /// <see cref="AddEventWork"/> was added.
    /// </summary>
    public static void AddEvents(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<EventsOptions>().BindConfiguration(EventsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        DirectoryChanges.AddTo(services);
        services.AddSingleton<EventsState>();
        services.AddSingleton<EventsMetrics>();
        services.AddSingleton<OpenedKeys>();
        services.AddSingleton<IOutbox, Outbox>();
        services.AddSingleton<IEventHistory, EventHistory>();
        services.AddSingleton<EventConsumers>();
        services.AddSingleton<EventObservers>();
        services.AddSingleton<EventQueue>();
        services.AddSingleton<ConsumerRunners>();
        services.AddSingleton<IEventDeadLetters, EventDeadLetters>();
        services.AddSingleton<ISharedQueues, EventBacklog>();
        services.AddHealthChecks().AddCheck<EventsHealthCheck>("events");
        if (BrokerLinks.AddTo(builder))
        {
            services.AddSingleton<IBrokerTopology, BrokerTopology>();
            services.AddSingleton<IEventTransport, BrokerTransport>();
            services.AddSingleton<BrokerObservers>();
            services.AddHostedService(provider => provider.GetRequiredService<BrokerObservers>());
        }
        else
        {
            services.AddSingleton<IEventTransport, DatabaseTransport>();
        }
    }

    /// <summary>Adds what publishes the outbox and runs the consumers. Every module that has consumers belongs to the same process, since their queues are made here.</summary>
    public static void AddEventWork(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<EventKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<EventKeeper>());
        services.AddHostedService(provider => provider.GetRequiredService<ConsumerRunners>());
        if (BrokerLinks.AddTo(builder))
        {
            services.AddSingleton<BrokerConsumers>();
            services.AddHostedService(provider => provider.GetRequiredService<BrokerConsumers>());
        }

        services.AddSingleton<Dispatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<Dispatcher>());
    }
}
