using Npgsql;
using Wardwatch.Clinical.Scores;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>
/// A reading that makes a patient critical: the score reaches the limit, for certain, whatever the vitals that are missing may be. It does so once; when a clinician has
/// judged otherwise, the score must fall below the limit before it says so again.
/// </summary>
internal sealed class CriticalReadings(ICriticalPatients? patients, MonitoringOptions options)
{
    /// <summary>Looks at a patient's new score; adds to the group what must commit with the reading.</summary>
    public void Look(PatientState state, PatientEntry patient, in News2Score score, long at, CommitGroup group)
    {
        if (options.CriticalNews2 == 0 || score.Min < options.CriticalNews2)
        {
            state.ToldCritical = false;
            return;
        }

        // Whoever is admitted again is judged anew.
        if (!state.ToldCritical || (patient.Stay != 0 && patient.Stay != state.ToldCriticalIn))
        {
            (state.ToldCritical, state.ToldCriticalIn) = (true, patient.Stay);
            if (patient.Status != "critical" && patients is not null)
            {
                group.AddCompanion(new Turn(patients, patient, UnixTime.ToDateTimeOffset(at)));
            }
        }
    }

    private sealed class Turn(ICriticalPatients patients, PatientEntry patient, DateTimeOffset at) : ICommitCompanion
    {
        public IEnumerable<KeyValuePair<int, ICommitCompanion>> ByPatient() => [new(patient.Number, this)];

        public Task WriteAsync(NpgsqlConnection connection, ICollection<NewEvent> events, CancellationToken cancellation) => patients.SetCriticalAsync(connection, patient, at, events, cancellation);
    }
}
