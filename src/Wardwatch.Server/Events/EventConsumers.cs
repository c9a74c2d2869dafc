using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>Who wants which events, in every process that knows the same modules.</summary>
internal sealed partial class EventConsumers
{
    private readonly FrozenDictionary<string, IEventConsumer[]> _byKind;
    private readonly FrozenDictionary<string, FrozenSet<(string Name, int Version)>> _known;

    public EventConsumers(IEnumerable<IEventConsumer> consumers)
    {
        All = [.. consumers];
        if (All.FirstOrDefault(consumer => !NamePattern().IsMatch(consumer.Name) || consumer.Name == Dispatcher.ClaimName) is { } misnamed)
        {
            throw new InvalidOperationException($"A consumer's name is of lower-case letters and hyphens, and not '{Dispatcher.ClaimName}': '{misnamed.Name}' cannot be one.");
        }

        _known = All.ToFrozenDictionary(consumer => consumer.Name, consumer => consumer.Kinds.Select(kind => (kind.Name, kind.Version)).ToFrozenSet(), StringComparer.Ordinal);
        _byKind = All.SelectMany(consumer => consumer.Kinds.Select(kind => kind.Name).Distinct(StringComparer.Ordinal).Select(name => (Name: name, Consumer: consumer)))
            .GroupBy(wanted => wanted.Name, wanted => wanted.Consumer, StringComparer.Ordinal)
            .ToFrozenDictionary(kind => kind.Key, kind => kind.ToArray(), StringComparer.Ordinal);
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<IEventConsumer> All { get; }

    /// <summary>Who wants a kind, in whatever version.</summary>
    public IReadOnlyList<IEventConsumer> Of(string kind) => _byKind.GetValueOrDefault(kind, []);

    /// <summary>Whether a consumer knows a kind in this version.</summary>
    public bool Knows(IEventConsumer consumer, string kind, int version) => _known[consumer.Name].Contains((kind, version));

    [GeneratedRegex("^[a-z][a-z-]{0,39}\\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NamePattern();
}
