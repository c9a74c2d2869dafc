using Npgsql;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Patients.Contracts;

/// <summary>Says of patients that they are critical, for what notices it by itself.</summary>
public interface ICriticalPatients
{
    /// <summary>
    /// Sets a patient to critical in the caller's transaction, with the history, and the event besides, both by the system. Waits for whoever is changing the patient.
    /// After the commit every process learns of it.
    /// </summary>
    /// <param name="connection">Within a transaction that the caller commits.</param>
    /// <param name="patient">The patient.</param>
    /// <param name="at">Since when.</param>
    /// <param name="events">Takes the event, which the caller adds to the outbox.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Whether it did: false if the patient is critical already, or has left.</returns>
    Task<bool> SetCriticalAsync(NpgsqlConnection connection, PatientEntry patient, DateTimeOffset at, ICollection<NewEvent> events, CancellationToken cancellation);
}
