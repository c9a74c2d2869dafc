using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Alerts.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>The conditions of one patient, and which alert each active one is. Belongs to the patient's lane.</summary>
internal sealed class PatientAlerts
{
    private readonly Guid[] _ids = new Guid[AlertCatalogue.Count];
    private readonly int[] _phases = new int[AlertCatalogue.Count];

    // As known at the first look, and then the newest one; in between there may have been none.
    private long? _stay;

    /// <summary>What the engine remembers.</summary>
    public AlertMemory Memory { get; private set; } = new();

    /// <summary>The time of the last step: time does not go back for the engine.</summary>
    public long LastStep { get; set; }

    /// <summary>Notes a change of a condition; answers which alert it is, and its how manieth change.</summary>
    public (Guid Id, int PhaseNumber) Note(in AlertTransition transition, DateTimeOffset at)
    {
        if (transition.Phase == AlertPhase.Raised)
        {
            _ids[transition.Type] = Guid.CreateVersion7(at);
            _phases[transition.Type] = 0;
        }

        return (_ids[transition.Type], ++_phases[transition.Type]);
    }

    /// <summary>Whether the patient has been admitted since the last look. Answers it once; <see cref="BeginAnew"/> is to follow.</summary>
    public bool IsAnotherStay(long stay)
    {
        var isAnother = _stay is { } known && stay != 0 && stay != known;
        _stay = isAnother ? stay : _stay ?? stay;
        return isAnother;
    }

    /// <summary>Forgets all conditions: what holds is raised anew.</summary>
    public void BeginAnew() => Memory = new AlertMemory();

    /// <summary>Goes on with an alert that was active before the start.</summary>
    public void Restore(OpenAlert open)
    {
        if (open.Type.IsJudgedByEngine)
        {
            _ids[open.Type.Index] = open.Id;
            _phases[open.Type.Index] = open.PhaseNumber;
            Memory.Restore(
                open.Type.Index, open.Priority, open.OnsetAt, open.RaisedAt, open.Vital is { } vital ? (byte)vital : AlertTransition.NoVital, open.KnownVitals ?? -1);
        }
    }
}
