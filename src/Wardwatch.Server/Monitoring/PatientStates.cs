using System.Collections.Concurrent;

namespace Wardwatch.Server.Monitoring;

/// <summary>The states of all patients: written by the lane that owns each patient, looked up by everybody.</summary>
internal sealed class PatientStates(MonitoringOptions options)
{
    private readonly ConcurrentDictionary<int, PatientState> _states = new();

    /// <summary>The state of a patient; made when the patient is first met.</summary>
    public PatientState Get(int patientNumber) =>
        _states.TryGetValue(patientNumber, out var state) ? state : _states.GetOrAdd(patientNumber, new PatientState(patientNumber, options.RecentReadings));

    /// <summary>The state of a patient, or null if nothing was ever heard.</summary>
    public PatientState? Find(int patientNumber) => _states.GetValueOrDefault(patientNumber);
}
