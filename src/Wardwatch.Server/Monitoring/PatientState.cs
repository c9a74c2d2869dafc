using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>
/// The live state of one patient. One lane changes it; the lock is for those who look (screens, requests) and is free on the normal path.
/// </summary>
internal sealed class PatientState(int patientNumber, int capacity, long firstSequence = 0)
{
    private readonly Lock _gate = new();
    private PatientView _view = new() { PatientNumber = patientNumber, Sequence = firstSequence, Anomaly = new AnomalyView { Score = float.NaN } };
    private RecentReading[] _recent = new RecentReading[Math.Min(8, capacity)];
    private int _recentCount;
    private int _recentNext;

    /// <summary>The state, for the lane that owns it.</summary>
    public ref readonly PatientView Current => ref _view;

    /// <summary>A two-bit state per vital, as last told; the lane compares it at each tick.</summary>
    public uint ToldStates { get; set; }

    /// <summary>Whether the score has been at the limit since it was last told that the patient is critical; of the lane that owns it.</summary>
    public bool ToldCritical { get; set; }

    /// <summary>In which stay that was told; of the lane that owns it.</summary>
    public long ToldCriticalIn { get; set; }

    /// <summary>The patient's alert conditions; of the lane that owns it.</summary>
    public PatientAlerts Alerts { get; } = new();

    /// <summary>Replaces the state and counts the change.</summary>
    public void Set(in PatientView view)
    {
        lock (_gate)
        {
            var sequence = _view.Sequence + 1;
            _view = view;
            _view.Sequence = sequence;
        }
    }

    /// <summary>A copy of the state.</summary>
    public PatientView Copy()
    {
        lock (_gate)
        {
            return _view;
        }
    }

    /// <summary>Keeps a reading among the latest.</summary>
    public void Remember(in RecentReading reading)
    {
        lock (_gate)
        {
            if (_recentCount == _recent.Length && _recent.Length < capacity)
            {
                Grow();
            }

            _recent[_recentNext] = reading;
            _recentNext = (_recentNext + 1) % _recent.Length;
            _recentCount = Math.Min(_recentCount + 1, _recent.Length);
        }
    }

    /// <summary>The latest readings, oldest first.</summary>
    public RecentReading[] Recent()
    {
        lock (_gate)
        {
            return InOrder(_recentCount);
        }
    }

    private void Grow()
    {
        var count = _recentCount;
        var larger = new RecentReading[Math.Min(capacity, _recent.Length * 2)];
        InOrder(count).CopyTo(larger, 0);
        _recent = larger;
        _recentNext = count;
    }

    private RecentReading[] InOrder(int count)
    {
        var ordered = new RecentReading[count];
        var start = (_recentNext - count + _recent.Length) % _recent.Length;
        for (var i = 0; i < count; i++)
        {
            ordered[i] = _recent[(start + i) % _recent.Length];
        }

        return ordered;
    }

    /// <summary>The state of each vital by its age, two bits each; absent ones are 0.</summary>
    public static uint StatesAt(in VitalSet vitals, long now)
    {
        uint states = 0;
        for (var vital = 0; vital < VitalCatalogue.Count; vital++)
        {
            if (vitals.Has((Vital)vital))
            {
                states |= (uint)vitals.StateAt((Vital)vital, now) << (2 * vital);
            }
        }

        return states;
    }

    /// <summary>Takes a new attention over; its beginning stays while the priority stays. Answers whether the priority changed.</summary>
    public static bool Attend(ref PatientView view, Attention attention, long now)
    {
        var changed = attention.Priority != view.Attention.Priority;
        if (changed)
        {
            view.AttentionSince = now;
        }

        view.Attention = attention;
        return changed;
    }
}
