using Npgsql;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.History.Contracts;

/// <summary>
/// Something that a reading brings about and that commits with it: an alert, a change of status, each with its event. Either both are there or neither.
/// </summary>
/// <remarks>
/// Where the database refuses the companion, or somebody else holds what it changes for too long, the readings must not wait: they are stored without it, and it is tried
/// again until it is in, before anything newer of the same patient; other patients do not wait for it. Companions are written in the order in which a lane added them. Whoever makes companions
/// makes them anew after a restart, if what brought them about still holds.
/// </remarks>
public interface ICommitCompanion
{
    /// <summary>Writes it, within the transaction of the rows. May be called again if that transaction fails.</summary>
    /// <param name="connection">Within the transaction.</param>
    /// <param name="events">Takes what is to be told. The events of all companions go into the outbox in one call, so that transactions cannot wait for each other in a circle.</param>
    /// <param name="cancellation">Gives up.</param>
    Task WriteAsync(NpgsqlConnection connection, ICollection<NewEvent> events, CancellationToken cancellation);

    /// <summary>One companion that does what this one and others of its type do, in their order, with fewer statements; this one stays as it is. Null: there is none.</summary>
    ICommitCompanion? JoinedWith(IEnumerable<ICommitCompanion> others) => null;

    /// <summary>The same in parts, one for each patient by number, each in the order in which it happened: what one of them has to wait for must not hold up the others.</summary>
    IEnumerable<KeyValuePair<int, ICommitCompanion>> ByPatient();
}
