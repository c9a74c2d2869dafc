namespace Wardwatch.Server.Audit.Contracts;

/// <summary>Somebody who saw or changed what is known of a patient.</summary>
/// <param name="Number">The entry's number in the trail.</param>
/// <param name="At">When.</param>
/// <param name="Name">Who, by the name that colleagues see.</param>
/// <param name="Role">In which role.</param>
/// <param name="Action">What, as <c>thing.verb</c>.</param>
/// <param name="Purpose">The reason that was given, in an emergency.</param>
public sealed record RecordLook(long Number, DateTimeOffset At, string? Name, string? Role, string Action, string? Purpose);

/// <summary>Reads from the trail who has seen a patient's record.</summary>
public interface IRecordLooks
{
    /// <summary>Looks at one record, newest first.</summary>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="patientNumber">The patient.</param>
    /// <param name="before">Entries before this number; null: from the newest.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<IReadOnlyList<RecordLook>> OfPatientAsync(int tenantId, int patientNumber, long? before, int limit, CancellationToken cancellation);
}
