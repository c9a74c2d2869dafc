using System.Diagnostics.Metrics;

namespace Wardwatch.Server.Audit;

/// <summary>What the audit counts.</summary>
internal sealed class AuditMetrics
{
    private readonly Counter<long> _recorded;
    private readonly Counter<long> _kept;
    private readonly Counter<long> _events;

    public AuditMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Wardwatch.Audit");
        _recorded = meter.CreateCounter<long>("wardwatch.audit.entries", "{entry}", "Entries added to the audit trail, by action");
        _kept = meter.CreateCounter<long>("wardwatch.audit.kept", "{entry}", "Looks kept in a file since the database was away");
        _events = meter.CreateCounter<long>("wardwatch.audit.security_events", "{event}", "Security events raised, by kind");
    }

    public void Recorded(string action, long count) => _recorded.Add(count, KeyValuePair.Create("action", (object?)action));

    public void Kept(long count) => _kept.Add(count);

    public void Raised(string kind) => _events.Add(1, KeyValuePair.Create("kind", (object?)kind));
}
