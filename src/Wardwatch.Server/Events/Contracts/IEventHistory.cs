using Npgsql;

namespace Wardwatch.Server.Events.Contracts;

/// <summary>What a reading of the history brought.</summary>
/// <param name="Event">The event, opened.</param>
/// <param name="RecordedAt">When it was recorded, by the database's clock.</param>
public readonly record struct HistoricEvent(DeliveredEvent Event, DateTime RecordedAt);

/// <summary>Everything that happened, for those who make something anew from it.</summary>
public interface IEventHistory
{
    /// <summary>How many events there are about, for showing progress.</summary>
    Task<long> CountAsync(NpgsqlConnection connection, CancellationToken cancellation);

    /// <summary>
    /// Reads what a consumer has handled, in the order of numbers: for each patient the order in which it was handled. Events of patients who were erased no longer open
    /// and are left out.
    /// </summary>
    /// <param name="connection">Sees all hospitals; a transaction of the caller is taken part in.</param>
    /// <param name="consumer">What it has yet to handle is left out: it will.</param>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="since">Recorded at this time or later; null: all that is kept.</param>
    /// <param name="cancellation">Gives up.</param>
    IAsyncEnumerable<HistoricEvent> ReadHandledAsync(NpgsqlConnection connection, IEventConsumer consumer, int tenantId, DateTime? since, CancellationToken cancellation);
}
