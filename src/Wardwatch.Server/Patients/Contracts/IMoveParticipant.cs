using Npgsql;

namespace Wardwatch.Server.Patients.Contracts;

/// <summary>A patient goes to another place, or leaves.</summary>
/// <param name="TenantId">The hospital.</param>
/// <param name="PatientNumber">The patient's database key.</param>
/// <param name="PatientId">The public id.</param>
/// <param name="ToWard">The new ward; null: the patient leaves.</param>
/// <param name="At">When.</param>
/// <param name="Actor">The account that does it; null: the command line.</param>
public sealed record PatientMove(int TenantId, int PatientNumber, string PatientId, string? ToWard, DateTimeOffset At, Guid? Actor);

/// <summary>Has something that goes along with patients, and changes it in the transaction of the move: both happen, or neither.</summary>
public interface IMoveParticipant
{
    /// <summary>Changes what goes along.</summary>
    /// <param name="connection">Within the transaction, in which the patient's row is locked.</param>
    /// <param name="move">What happens.</param>
    /// <param name="cancellation">Gives up, and with it the move.</param>
    /// <returns>What is to be done once the move is durable and before it is answered, or null.</returns>
    Task<Func<CancellationToken, Task>?> TakePartAsync(NpgsqlConnection connection, PatientMove move, CancellationToken cancellation);
}
