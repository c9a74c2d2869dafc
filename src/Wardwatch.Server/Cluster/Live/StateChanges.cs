using System.Runtime.InteropServices;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Cluster.Live;

/// <summary>
/// What changed and was not sent yet: of each patient the newest state. Lanes hand changes in without waiting; while the broker is slow or away there is never more here than
/// one state of each patient.
/// </summary>
internal sealed class StateChanges(LiveFeedMetrics metrics) : IMonitoringObserver
{
    private readonly Lock _gate = new();
    private Dictionary<int, Change> _changed = [];
    private Dictionary<int, Change> _taken = [];

    /// <inheritdoc />
    public void Changed(in PatientView view, ChangeKind kind)
    {
        lock (_gate)
        {
            ref var change = ref CollectionsMarshal.GetValueRefOrAddDefault(_changed, view.PatientNumber, out var waited);
            change = new Change(in view, waited ? change.Kind | kind : kind);
            if (waited)
            {
                metrics.Joined();
            }
        }
    }

    /// <summary>Adds a state as no news, unless news of the patient wait.</summary>
    public void AddUnlessWaiting(in PatientView view)
    {
        lock (_gate)
        {
            _changed.TryAdd(view.PatientNumber, new Change(in view, ChangeKind.None));
        }
    }

    /// <summary>Takes everything. What is answered is good until the next call; one caller only.</summary>
    public Dictionary<int, Change>.ValueCollection Take()
    {
        lock (_gate)
        {
            _taken.Clear();
            (_changed, _taken) = (_taken, _changed);
            return _taken.Values;
        }
    }

    /// <summary>A state and what changed.</summary>
    internal readonly struct Change(in PatientView view, ChangeKind kind)
    {
        public readonly PatientView View = view;
        public readonly ChangeKind Kind = kind;
    }
}
