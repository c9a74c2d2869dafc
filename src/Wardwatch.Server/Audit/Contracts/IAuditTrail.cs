using Npgsql;

namespace Wardwatch.Server.Audit.Contracts;

/// <summary>
/// The record of who did what: append-only, each row carrying the hash of the one before it. A change is recorded in the transaction that makes it; a look,
/// before the answer is sent.
/// </summary>
public interface IAuditTrail
{
    /// <summary>
    /// Records something that has no transaction of its own, as a look at a record or a refusal. It is durable when this ends; until then nothing may be answered.
    /// Those of many requests share a transaction.
    /// </summary>
    Task RecordAsync(AuditEntry entry, CancellationToken cancellation);

    /// <summary>
    /// Records something that is answered without waiting for it, because the time of the answer would tell something: a failed sign-in to an account that there is
    /// must take no longer than one to an account that there is not.
    /// </summary>
    void Note(AuditEntry entry);

    /// <summary>Records a change in the transaction that makes it: both become durable, or neither.</summary>
    /// <param name="connection">The connection, with its transaction. As the hospital's role, it must be of the entry's hospital.</param>
    /// <param name="entry">What is done.</param>
    /// <param name="cancellation">Gives up.</param>
    Task RecordAsync(NpgsqlConnection connection, AuditEntry entry, CancellationToken cancellation);
}
