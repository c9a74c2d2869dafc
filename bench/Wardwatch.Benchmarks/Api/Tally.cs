using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Api;

/// <summary>What became of the requests, kind by kind. Safe from several threads.</summary>
internal sealed class Tally
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<double>> _took = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _faults = new(StringComparer.Ordinal);

    /// <summary>How many went wrong.</summary>
    public int Faults
    {
        get
        {
            lock (_gate) return _faults.Values.Sum();
        }
    }

    /// <summary>A request was answered as it should be.</summary>
    public void Add(string kind, double milliseconds)
    {
        lock (_gate)
        {
            if (!_took.TryGetValue(kind, out var took)) _took.Add(kind, took = []);
            took.Add(milliseconds);
        }
    }

    /// <summary>A request went wrong.</summary>
    public void AddFault(string kind, string what)
    {
        lock (_gate)
        {
            var fault = $"{kind}: {what}";
            _faults[fault] = _faults.GetValueOrDefault(fault) + 1;
        }
    }

    /// <summary>What went wrong and how often, the most frequent first.</summary>
    public IReadOnlyList<(string What, int Times)> FaultList()
    {
        lock (_gate) return [.. _faults.OrderByDescending(fault => fault.Value).Select(fault => (fault.Key, fault.Value))];
    }

    /// <summary>How long each kind took, and all of them.</summary>
    public (IReadOnlyDictionary<string, Durations> Kinds, Durations All) Read()
    {
        lock (_gate) return (_took.ToDictionary(kind => kind.Key, kind => Durations.Of([.. kind.Value]), StringComparer.Ordinal), Durations.Of([.. _took.Values.SelectMany(took => took)]));
    }
}
