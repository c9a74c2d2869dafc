namespace Wardwatch.Server.Incidents.Contracts;

/// <summary>
/// Is told of each incident that was opened or changed, soon after the commit and on every node that shows them; of one that changes again and again once a second at most, lastly as it is in
/// the end. Must not wait and must not throw.
/// </summary>
public interface IIncidentObserver
{
    /// <summary>An incident is as it says now.</summary>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="patientNumber">The patient's database key, or null.</param>
    /// <param name="ward">The ward, or null.</param>
    /// <param name="document">The incident without its history, as GET /api/incidents gives it, as JSON.</param>
    void Changed(int tenantId, int? patientNumber, string? ward, byte[] document);
}
