using Npgsql;

namespace Wardwatch.Server.Notifications.Contracts;

/// <summary>What is known of how far notifications have come.</summary>
public interface IReceipts
{
    /// <summary>When a screen first showed a notification of each of some incidents; those of which none has yet are left out.</summary>
    /// <param name="connection">A connection that sees the hospital.</param>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="incidents">The incidents.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<IReadOnlyDictionary<Guid, DateTimeOffset>> FirstShownAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<Guid> incidents, CancellationToken cancellation);
}
