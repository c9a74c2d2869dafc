using Npgsql;

namespace Wardwatch.Server.Notifications.Contracts;

/// <summary>What is known of how far notifications have come.</summary>
public interface IReceipts
{
    /// <summary>When a screen first showed a notification of an incident; null: none has yet.</summary>
    /// <param name="connection">A connection that sees the hospital.</param>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="incident">The incident.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<DateTimeOffset?> FirstShownAsync(NpgsqlConnection connection, int tenantId, Guid incident, CancellationToken cancellation);
}
