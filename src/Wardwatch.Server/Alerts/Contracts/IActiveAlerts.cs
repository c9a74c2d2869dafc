namespace Wardwatch.Server.Alerts.Contracts;

/// <summary>Alerts that ask for somebody: active ones, and those that ended and are latched. For screens; a moment old at most.</summary>
public interface IActiveAlerts
{
    /// <summary>Those of a patient, the most urgent first, then the newest.</summary>
    IReadOnlyList<AlertDocument> Of(int patientNumber);

    /// <summary>Whether limits of the patient differ from the catalogue's.</summary>
    bool AreLimitsChanged(int patientNumber);
}

/// <summary>Is told of each alert that was raised or changed, soon after the commit and on every node that shows them. Must not wait and must not throw.</summary>
public interface IAlertObserver
{
    /// <summary>An alert is as it says now.</summary>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="patientNumber">The patient's database key, or null.</param>
    /// <param name="alert">The alert.</param>
    /// <param name="isNew">Whether it was raised just now.</param>
    void Changed(int tenantId, int? patientNumber, AlertDocument alert, bool isNew);
}
