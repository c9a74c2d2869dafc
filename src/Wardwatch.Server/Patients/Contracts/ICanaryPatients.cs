using Npgsql;

namespace Wardwatch.Server.Patients.Contracts;

/// <summary>A ward's synthetic patient.</summary>
/// <param name="Number">The database key.</param>
/// <param name="Id">The public id, which no request finds.</param>
/// <param name="Hospital">The hospital's public id.</param>
public sealed record CanaryPatient(int Number, string Id, string Hospital);

/// <summary>
/// Registers the synthetic patients whose alerts prove the alert path: one for each ward. They lie in no bed and count as somebody who has left wherever patients are
/// counted, listed or moved; no event tells of them.
/// </summary>
public interface ICanaryPatients
{
    /// <summary>The synthetic patient of a ward, registered if there is none, in the caller's transaction; processes learn of it after the commit.</summary>
    Task<CanaryPatient> EnsureAsync(NpgsqlConnection connection, int tenantId, string ward, CancellationToken cancellation);
}
