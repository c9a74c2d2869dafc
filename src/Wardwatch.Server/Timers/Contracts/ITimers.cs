using Npgsql;

namespace Wardwatch.Server.Timers.Contracts;

/// <summary>
/// Timers that survive restarts and the death of nodes: rows with a due time. One timer per hospital, kind and subject; setting it again moves it.
/// </summary>
public interface ITimers
{
    /// <summary>Sets a timer in the caller's transaction: it exists if and only if that commits.</summary>
    /// <param name="connection">Within a transaction.</param>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="kind">As in <see cref="ITimerHandler.Kind"/>.</param>
    /// <param name="subject">What it is for, at most 100 characters: an id.</param>
    /// <param name="dueAt">When.</param>
    /// <param name="cancellation">Gives up.</param>
    Task SetAsync(NpgsqlConnection connection, int tenantId, string kind, string subject, DateTimeOffset dueAt, CancellationToken cancellation);

    /// <summary>Sets some timers and takes others away, any number in one statement, in the order of kind and subject.</summary>
    /// <param name="connection">Within a transaction.</param>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="timers">Each once; those without a time are taken away.</param>
    /// <param name="cancellation">Gives up.</param>
    Task ChangeAsync(NpgsqlConnection connection, int tenantId, IReadOnlyDictionary<(string Kind, string Subject), DateTimeOffset?> timers, CancellationToken cancellation);

    /// <summary>Takes a timer away in the caller's transaction; nothing happens if there is none.</summary>
    Task CancelAsync(NpgsqlConnection connection, int tenantId, string kind, string subject, CancellationToken cancellation);
}

/// <summary>A timer that is due.</summary>
/// <param name="TenantId">The hospital.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Subject">What it is for.</param>
/// <param name="DueAt">When it was due.</param>
public sealed record DueTimer(int TenantId, string Kind, string Subject, DateTimeOffset DueAt);

/// <summary>Acts when a timer is due, within a second on a running installation. What it does with the connection commits together with the timer's removal; it may set the same timer again.</summary>
public interface ITimerHandler
{
    /// <summary>Lower-case letters and hyphens: <c>incident-step</c>.</summary>
    string Kind { get; }

    /// <summary>Acts. One that throws is tried again with growing pauses, and holds up no other.</summary>
    Task FireAsync(DueTimer timer, NpgsqlConnection connection, CancellationToken cancellation);
}

/// <summary>
/// Takes many due timers of its kind and of one hospital at once, in one transaction, so that many that are due together are not late for one another. It adds all of what it tells to the
/// outbox in one call. If it fails, all of it is taken back, and each timer acts by itself.
/// </summary>
public interface ITimerBatchHandler : ITimerHandler
{
    /// <summary>Acts on all of them.</summary>
    Task FireAsync(IReadOnlyList<DueTimer> timers, NpgsqlConnection connection, CancellationToken cancellation);
}
