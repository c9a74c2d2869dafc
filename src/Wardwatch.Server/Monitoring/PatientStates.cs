using System.Collections.Concurrent;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>The states of all patients: written by the lane that owns each patient, looked up by everybody.</summary>
internal sealed class PatientStates(MonitoringOptions options) : IErasureObserver
{
    private readonly ConcurrentDictionary<int, PatientState> _states = new();

    /// <summary>From where the changes of a patient's state are counted; where several processes follow one another, from a higher number in each.</summary>
    public Func<int, long> FirstSequence { get; set; } = static _ => 0;

    /// <summary>How many there are.</summary>
    public int Count => _states.Count;

    /// <summary>Whose there are.</summary>
    public IReadOnlyCollection<int> Numbers => [.. _states.Keys];

    /// <summary>The state of a patient; made when the patient is first met.</summary>
    public PatientState Get(int patientNumber) =>
        _states.TryGetValue(patientNumber, out var state) ? state : _states.GetOrAdd(patientNumber, new PatientState(patientNumber, options.RecentReadings, FirstSequence(patientNumber)));

    /// <summary>The state of a patient, or null if nothing was ever heard.</summary>
    public PatientState? Find(int patientNumber) => _states.GetValueOrDefault(patientNumber);

    /// <inheritdoc />
    /// <remarks>The lane may be at work on the state just now; what it still writes there, nobody finds any more.</remarks>
    public void Erased(int patientNumber) => _states.TryRemove(patientNumber, out _);

    /// <summary>Forgets patients who are looked after elsewhere.</summary>
    public void Drop(Func<int, bool> chosen)
    {
        foreach (var (number, _) in _states)
        {
            if (chosen(number))
            {
                _states.TryRemove(number, out _);
            }
        }
    }

    /// <summary>Forgets the patients of a lane who are no longer there: discharged ones must not stay in memory for as long as the server runs.</summary>
    /// <param name="isOfLane">Whether a patient belongs to the lane that calls; others are not its to touch.</param>
    /// <param name="present">Who is there.</param>
    public void Trim(Func<int, bool> isOfLane, IReadOnlySet<int> present)
    {
        foreach (var (number, _) in _states)
        {
            if (isOfLane(number) && !present.Contains(number))
            {
                _states.TryRemove(number, out _);
            }
        }
    }
}
