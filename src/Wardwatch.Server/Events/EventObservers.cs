using System.Collections.Frozen;
using Npgsql;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>Tells this node's observers what happened.</summary>
internal sealed partial class EventObservers(IEnumerable<IEventObserver> observers, IKeyring keyring, OpenedKeys opened, ILogger<EventObservers> log)
{
    private readonly FrozenDictionary<(string Name, int Version), IEventObserver[]> _byKind = observers
        .SelectMany(observer => observer.Kinds.Select(kind => (Kind: (kind.Name, kind.Version), Observer: observer)))
        .GroupBy(wanted => wanted.Kind, wanted => wanted.Observer)
        .ToFrozenDictionary(kind => kind.Key, kind => kind.ToArray());

    /// <summary>The names of the kinds that somebody here observes.</summary>
    public IReadOnlyCollection<string> Kinds => [.. _byKind.Keys.Select(kind => kind.Name).Distinct(StringComparer.Ordinal)];

    /// <summary>Tells those who want to know. Nothing is kept for them: what cannot be opened is passed over.</summary>
    public async Task TellAsync(NpgsqlConnection connection, IReadOnlyList<SealedEvent> events, CancellationToken cancellation)
    {
        SealedEvent[] wanted = [.. events.Where(happened => _byKind.ContainsKey((happened.Name, happened.Version)))];
        if (wanted.Length == 0)
        {
            return;
        }

        using var keys = await EventKeys.LoadAsync(connection, keyring, opened, wanted.Select(happened => happened.Origin.PatientNumber), cancellation);
        foreach (var happened in wanted)
        {
            if (keys.Find(happened.Origin.TenantId, happened.Origin.PatientNumber) is { } key && happened.Open(key) is { } opened)
            {
                Tell(opened);
            }
        }
    }

    private void Tell(DeliveredEvent opened)
    {
        foreach (var observer in _byKind[(opened.Name, opened.Version)])
        {
            try
            {
                observer.Happened(opened);
            }
            catch (Exception defect)
            {
                // An observer must not throw; the others are told all the same.
                LogDefect(log, opened.Name, defect);
            }
        }
    }

    [LoggerMessage(6030, LogLevel.Error, "Whoever observes {Kind} failed")]
    private static partial void LogDefect(ILogger log, string kind, Exception defect);
}
