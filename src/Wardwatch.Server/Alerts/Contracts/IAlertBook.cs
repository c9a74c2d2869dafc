using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Alerts.Contracts;

/// <summary>What was known of a patient when a condition changed: copied, so that a cause stays as it was.</summary>
public struct AlertScene
{
    /// <summary>The latest values with their times.</summary>
    public VitalSet Vitals;

    /// <summary>NEWS2 with its bounds.</summary>
    public News2Score News2;

    /// <summary>The anomaly score; NaN if there is none.</summary>
    public double Anomaly;

    /// <summary>The model that made it.</summary>
    public string? Model;

    /// <summary>Microseconds since the Unix epoch.</summary>
    public long At;
}

/// <summary>An active alert, for the lane that goes on with it.</summary>
/// <param name="PatientNumber">The patient's database key.</param>
/// <param name="Id">The alert's id.</param>
/// <param name="Type">Its type in the catalogue.</param>
/// <param name="Priority">Its present priority.</param>
/// <param name="OnsetAt">Since when the condition holds: microseconds since the Unix epoch.</param>
/// <param name="RaisedAt">When it was raised: likewise.</param>
/// <param name="PhaseNumber">How often its condition has changed.</param>
public sealed record OpenAlert(int PatientNumber, Guid Id, AlertType Type, AlertPriority Priority, long OnsetAt, long RaisedAt, int PhaseNumber)
{
    /// <summary>The vital that it was raised for; null: it was for none, or that cannot be read any more.</summary>
    public Vital? Vital { get; init; }

    /// <summary>The vitals that were known then, a bit each; null: that cannot be read any more.</summary>
    public int? KnownVitals { get; init; }
}

/// <summary>Changes of conditions that commit with the readings that brought them about.</summary>
public interface IAlertBatch : ICommitCompanion
{
    /// <summary>Adds a change. The order in which changes are added is the order in which they happened.</summary>
    /// <param name="patient">Whose.</param>
    /// <param name="id">The alert.</param>
    /// <param name="phaseNumber">1 when it is raised, then counting up.</param>
    /// <param name="transition">What changed.</param>
    /// <param name="scene">What was known then.</param>
    /// <param name="text">The cause in words.</param>
    void Add(PatientEntry patient, Guid id, int phaseNumber, in AlertTransition transition, in AlertScene scene, string text);
}

/// <summary>What lanes need of alerts: the limits in force, where changes go, and what was active before.</summary>
public interface IAlertBook
{
    /// <summary>The limits in force for a patient: the catalogue's, the ward's, the patient's own. Allocates nothing on the usual call.</summary>
    AlertSettings SettingsOf(PatientEntry patient);

    /// <summary>An empty batch.</summary>
    IAlertBatch Begin();

    /// <summary>The active alerts of patients.</summary>
    Task<IReadOnlyList<OpenAlert>> ReadOpenAsync(IReadOnlyCollection<int> patients, CancellationToken cancellation);
}
