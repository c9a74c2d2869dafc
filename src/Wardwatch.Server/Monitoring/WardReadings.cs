using System.Collections.Concurrent;

namespace Wardwatch.Server.Monitoring;

/// <summary>Counts readings by ward. Lanes add; whoever reports takes what there is and leaves zeros.</summary>
internal sealed class WardReadings
{
    private readonly ConcurrentDictionary<(int Tenant, string Ward), Counts> _wards = new();

    /// <summary>Counts a reading of a patient on a ward. Allocates for the first one of a ward only.</summary>
    public void Add(int tenantId, string ward, bool late)
    {
        if (!_wards.TryGetValue((tenantId, ward), out var counts))
        {
            counts = _wards.GetOrAdd((tenantId, ward), static _ => new Counts());
        }

        Interlocked.Increment(ref counts.Readings);
        if (late)
        {
            Interlocked.Increment(ref counts.Late);
        }
    }

    /// <summary>Takes what was counted since the last time; wards without a reading are left out.</summary>
    public IReadOnlyList<WardCount> Take()
    {
        var taken = new List<WardCount>();
        foreach (var ((tenant, ward), counts) in _wards)
        {
            var readings = Interlocked.Exchange(ref counts.Readings, 0);
            var late = Interlocked.Exchange(ref counts.Late, 0);
            if (readings > 0)
            {
                taken.Add(new(tenant, ward, readings, late));
            }
        }

        return taken;
    }

    /// <summary>Gives back what could not be told; it goes with the next.</summary>
    public void GiveBack(IEnumerable<WardCount> taken)
    {
        foreach (var one in taken)
        {
            var counts = _wards.GetOrAdd((one.TenantId, one.Ward), static _ => new Counts());
            Interlocked.Add(ref counts.Readings, one.Readings);
            Interlocked.Add(ref counts.Late, one.Late);
        }
    }

    private sealed class Counts
    {
        public long Readings;
        public long Late;
    }
}

/// <summary>What was counted of a ward.</summary>
internal readonly record struct WardCount(int TenantId, string Ward, long Readings, long Late);
