using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Live;

/// <summary>
/// What this process hears of the monitors, and hence whether what its screens show can be believed: readings count as stored while every monitor says so, and as not stored
/// while a monitor that has patients is not heard of, for then nobody here knows. Silence is never good news.
/// </summary>
internal sealed class FeedState : IStorageState
{
    /// <summary>For how long a monitor may say nothing.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Monitor> _monitors = [];
    private readonly MirroredPatients _patients;
    private readonly IBrokerLink _link;
    private readonly IOwnStorage _own;
    private readonly TimeProvider _time;
    private readonly bool _isMonitor;
    private StorageStatus _current;
    private string? _lost = "no monitor has been heard of yet";

    public FeedState(MirroredPatients patients, IBrokerLink link, IOwnStorage own, ProcessRoles roles, LiveFeedMetrics metrics, TimeProvider time)
    {
        (_patients, _link, _own, _time, _isMonitor) = (patients, link, own, time, roles.AreAll || roles.Names.Contains("monitor", StringComparer.Ordinal));
        _current = new StorageStatus(Stored: false, time.GetUtcNow());
        metrics.Observe(() => Lost is null ? 0 : 1, CountMonitors);
    }

    /// <inheritdoc />
    public StorageStatus Current => Volatile.Read(ref _current);

    /// <summary>Why screens of this process do not hear of everybody; null while they do.</summary>
    public string? Lost => Volatile.Read(ref _lost);

    /// <inheritdoc />
    public event Action<StorageStatus>? Changed;

    /// <summary>A monitor told of itself; answers how many messages of its before this one were missed, or -1 if this one is old.</summary>
    public long Heard(LiveFrame frame)
    {
        lock (_gate)
        {
            if (!_monitors.TryGetValue(frame.Instance, out var monitor))
            {
                _monitors.Add(frame.Instance, monitor = new Monitor { Node = frame.Node });
            }

            var known = monitor.Numbers.TryGetValue(frame.TenantId, out var last);
            if (known && frame.Number <= last)
            {
                return -1;
            }

            monitor.Numbers[frame.TenantId] = frame.Number;
            monitor.HeardAt = _time.GetTimestamp();
            return known ? frame.Number - last - 1 : 0;
        }
    }

    /// <summary>A monitor told whether it stores readings.</summary>
    public void Told(Guid instance, StorageStatus storage)
    {
        lock (_gate)
        {
            if (_monitors.TryGetValue(instance, out var monitor))
            {
                monitor.Storage = storage;
            }
        }
    }

    /// <summary>Whether a monitor, of one certain start, has fallen silent or was never heard of.</summary>
    public bool IsGone(Guid instance)
    {
        lock (_gate)
        {
            return !_monitors.TryGetValue(instance, out var monitor) || IsSilent(monitor);
        }
    }

    /// <summary>Looks how it stands; called twice a second.</summary>
    public void Look()
    {
        var owners = _patients.All.Select(state => state.Instance).ToHashSet();
        StorageStatus? changed = null;
        lock (_gate)
        {
            foreach (var (instance, monitor) in _monitors)
            {
                // One whose patients nobody else has is never forgotten: silence about them must be told for as long as it lasts.
                if (!owners.Contains(instance) && _time.GetElapsedTime(monitor.HeardAt) > ForgottenAfter)
                {
                    _monitors.Remove(instance);
                }
            }

            var lost = WhyLost(owners);
            Volatile.Write(ref _lost, lost);
            var (stored, delayed) = lost is not null ? (false, false) : Worst();
            if (stored != _current.Stored || delayed != _current.Delayed)
            {
                var since = _current.Stored || stored ? _time.GetUtcNow() : _current.Since;
                Volatile.Write(ref _current, changed = new StorageStatus(stored, since) { Delayed = delayed });
            }
        }

        if (changed is not null)
        {
            Changed?.Invoke(changed);
        }
    }

    private string? WhyLost(HashSet<Guid> owners)
    {
        if (_link.Away is { } away)
        {
            return $"the broker cannot be reached ({away.Reason})";
        }

        if (_monitors.FirstOrDefault(heard => owners.Contains(heard.Key) && IsSilent(heard.Value)).Value is { } silent)
        {
            return $"monitor {silent.Node} has not been heard of";
        }

        return _isMonitor || _monitors.Values.Any(monitor => !IsSilent(monitor)) ? null : "no monitor is heard of";
    }

    private (bool Stored, bool Delayed) Worst()
    {
        var told = _monitors.Values.Where(monitor => !IsSilent(monitor)).Select(monitor => monitor.Storage).OfType<StorageStatus>();
        var all = (_isMonitor ? told.Append(_own.Current) : told).ToList();
        var away = all.Exists(status => status is { Stored: false, Delayed: false });
        return (all.TrueForAll(status => status.Stored), !away && all.Exists(status => status.Delayed));
    }

    private bool IsSilent(Monitor monitor) => _time.GetElapsedTime(monitor.HeardAt) > SilentAfter;

    private int CountMonitors()
    {
        lock (_gate)
        {
            return _monitors.Values.Count(monitor => !IsSilent(monitor));
        }
    }

    private sealed class Monitor
    {
        public required string Node { get; init; }

        public Dictionary<int, long> Numbers { get; } = [];

        public long HeardAt { get; set; }

        public StorageStatus? Storage { get; set; }
    }
}
