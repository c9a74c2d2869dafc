using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>What happened, told to those who act on it: added in the transaction that caused it, in order per patient, handled once by each consumer.</summary>
public static class EventsModule
{
    /// <summary>Adds the outbox.</summary>
    public static void AddEvents(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        DirectoryChanges.AddTo(services);
        services.AddSingleton<IOutbox, Outbox>();
    }
}
