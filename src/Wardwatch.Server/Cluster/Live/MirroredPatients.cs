using System.Collections.Concurrent;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Cluster.Live;

/// <summary>The states of other processes' patients, as they were last told. One loop changes them; everybody looks.</summary>
internal sealed class MirroredPatients : IErasureObserver
{
    private readonly ConcurrentDictionary<int, Mirrored> _states = new();

    /// <summary>All of them.</summary>
    public IEnumerable<Mirrored> All => _states.Values;

    /// <summary>A patient's; null if nobody has told of them.</summary>
    public Mirrored? Find(int patientNumber) => _states.GetValueOrDefault(patientNumber);

    /// <summary>Puts a state in the place of the one before.</summary>
    public void Set(Mirrored state) => _states[state.View.PatientNumber] = state;

    /// <summary>Forgets a patient.</summary>
    public void Forget(int patientNumber) => _states.TryRemove(patientNumber, out _);

    /// <inheritdoc />
    public void Erased(int patientNumber) => Forget(patientNumber);

    /// <summary>A state, and who told it; never changed.</summary>
    /// <param name="view">The state.</param>
    /// <param name="node">The monitor that has the patient.</param>
    /// <param name="instance">Which start of it.</param>
    /// <param name="isMarked">Whether it says here that nobody tells any more.</param>
    internal sealed class Mirrored(in PatientView view, string node, Guid instance, bool isMarked = false)
    {
        /// <summary>The state.</summary>
        public readonly PatientView View = view;

        /// <summary>The monitor that has the patient.</summary>
        public string Node { get; } = node;

        /// <summary>Which start of it.</summary>
        public Guid Instance { get; } = instance;

        /// <summary>
        /// Whether what somebody tells is newer than this. A state's number has the epoch of the patient's partition in front, so that a new owner's numbers are above the
        /// old one's, and one who was stalled and comes to itself is not believed. The same number again takes a mark away.
        /// </summary>
        public bool IsOlderThan(in PatientView told) => told.Sequence > View.Sequence || (isMarked && told.Sequence == View.Sequence);
    }
}

/// <summary>Everybody's live state: from the lanes, where they are in this process, else as it was told.</summary>
internal sealed class PatientMirror(MirroredPatients mirrored, IOwnPatients? own = null) : IPatientMonitor
{
    /// <inheritdoc />
    public bool TryView(int patientNumber, out PatientView view)
    {
        var told = mirrored.Find(patientNumber);
        if (own?.TryView(patientNumber, out view) == true && (told is null || told.View.Sequence <= view.Sequence))
        {
            return true;
        }

        view = told?.View ?? default;
        return told is not null;
    }

    /// <inheritdoc />
    /// <remarks>Of other processes' patients there are none in memory; who wants them asks the history.</remarks>
    public IReadOnlyList<RecentReading> Recent(int patientNumber) => own?.Recent(patientNumber) ?? [];
}
