using Wardwatch.UnitTests.Fuzz.Targets;

namespace Wardwatch.UnitTests.Fuzz;

/// <summary>Every parser of the product that reads what comes from outside, by name.</summary>
internal static class FuzzTargets
{
    private static readonly Dictionary<string, Func<FuzzTarget>> ByName = new(StringComparer.Ordinal)
    {
        ["mqtt"] = () => new MqttTarget(),
        ["topics"] = () => new TopicTarget(),
        ["envelope"] = () => new EnvelopeTarget(),
        ["vitals"] = () => new VitalsTarget(),
        ["status"] = () => new StatusTarget(),
        ["times"] = () => new TimeTarget(),
        ["record"] = () => new RecordTarget(),
        ["workbook"] = () => new WorkbookTarget(),
        ["tables"] = () => new TableTarget(),
        ["recording"] = () => new RecordingTarget(),
        ["training"] = () => new TrainingTarget(),
        ["model"] = () => new ModelTarget(),
        ["requests"] = () => new RequestTarget(),
    };

    public static IReadOnlyCollection<string> Names => ByName.Keys;

    public static FuzzTarget Create(string name) =>
        ByName.TryGetValue(name, out var create) ? create() : throw new ArgumentException($"There is no parser '{name}'. Known: {string.Join(", ", Names)}.", nameof(name));
}
