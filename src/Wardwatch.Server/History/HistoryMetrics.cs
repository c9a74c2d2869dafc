using System.Diagnostics.Metrics;
using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.History;

/// <summary>What the history counts.</summary>
internal sealed class HistoryMetrics
{
    private readonly Counter<long> _stored;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _setAside;
    private readonly Counter<long> _commits;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _companionFailures;
    private readonly Counter<long> _unreadable;
    private readonly Counter<long> _fenced;
    private readonly Histogram<double> _commitSeconds;
    private readonly Histogram<long> _batch;

    public HistoryMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Wardwatch.History");
        _stored = meter.CreateCounter<long>("wardwatch.readings.stored", "{reading}", "Readings committed to the database");
        _duplicates = meter.CreateCounter<long>("wardwatch.readings.duplicate", "{reading}", "Readings that were stored already and were acknowledged again");
        _setAside = meter.CreateCounter<long>("wardwatch.dead_letters", "{message}", "Messages set aside because they could not be believed, by reason");
        _commits = meter.CreateCounter<long>("wardwatch.history.commits", "{transaction}", "Transactions that committed readings");
        _companionFailures = meter.CreateCounter<long>("wardwatch.history.companion_failures", "{attempt}", "Times that what readings brought about could not be stored with them");
        _failures = meter.CreateCounter<long>("wardwatch.history.commit_failures", "{transaction}", "Transactions that failed and were tried again or divided");
        _unreadable = meter.CreateCounter<long>("wardwatch.history.unreadable_records", "{record}", "Stored records that would not open");
        _fenced = meter.CreateCounter<long>("wardwatch.history.fenced", "{reading}", "Readings not stored since another process has taken their partition, which gets them again");
        _commitSeconds = meter.CreateHistogram<double>("wardwatch.history.commit.duration", "s", "Time from handing a transaction to PostgreSQL to its commit");
        _batch = meter.CreateHistogram<long>("wardwatch.history.batch.size", "{reading}", "Readings in one transaction");
    }

    public void Committed(int rows, int duplicates, double seconds)
    {
        _commits.Add(1);
        _stored.Add(rows - duplicates);
        _duplicates.Add(duplicates);
        _commitSeconds.Record(seconds);
        _batch.Record(rows);
    }

    public void SetAside(RefusalReason reason) => _setAside.Add(1, new KeyValuePair<string, object?>("reason", reason.Name()));

    public void CompanionFailed() => _companionFailures.Add(1);

    public void CommitFailed() => _failures.Add(1);

    public void Fenced(int rows) => _fenced.Add(rows);

    public void Unreadable(int count) => _unreadable.Add(count);
}
