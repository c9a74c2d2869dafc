using Npgsql;
using Polly.Timeout;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>A consumer failed at an event. The transaction is to be taken back.</summary>
internal sealed class EventFailedException(SealedEvent failed, Exception cause) : Exception($"{failed.Name} could not be handled.", cause)
{
    /// <summary>The event.</summary>
    public SealedEvent Failed { get; } = failed;

    /// <summary>The stable code of why.</summary>
    public string Reason => InnerException is TimeoutRejectedException ? DeadReasons.TimedOut : DeadReasons.HandlerFailed;

    /// <summary>The kind of exception. Its message may hold anything and is kept nowhere.</summary>
    public string Fault => InnerException switch
    {
        PostgresException refused => $"{nameof(PostgresException)} {refused.SqlState}",
        { } cause => cause.GetType().Name,
        null => "",
    };
}

/// <summary>Tells what is the database's fault, and passes by itself, from what is the event's or its consumer's.</summary>
internal static class EventFaults
{
    /// <summary>Whether the database is away, stops or has no room: no attempt of an event is counted for that. Classes as in PostgreSQL's appendix A.</summary>
    public static bool IsDatabaseAway(Exception failure, NpgsqlConnection connection) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => false,
        PostgresException refused => refused.SqlState is ['0', '8', ..] or ['5', '3', ..] or ['5', '7', ..] or ['5', '8', ..] or ['4', '0', ..],
        NpgsqlException { InnerException: TimeoutException } => false,
        NpgsqlException => true,
        _ => connection.FullState.HasFlag(System.Data.ConnectionState.Broken) || connection.State == System.Data.ConnectionState.Closed,
    };
}
