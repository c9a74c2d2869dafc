using Npgsql;

namespace Wardwatch.Server.History;

/// <summary>Tells faults that pass by themselves (try again) from rows that will never go in (set aside).</summary>
internal static class DatabaseFaults
{
    /// <summary>
    /// True for lost connections, shutdown, exhausted resources (a full disk among them), serialisation failures and missing partitions.
    /// Classes as in PostgreSQL's appendix A, "Error Codes".
    /// </summary>
    public static bool IsPassing(PostgresException e) =>
        e.IsTransient || e.SqlState is ['0', '8', ..] or ['5', '3', ..] or ['5', '7', ..] or ['5', '8', ..] or ['4', '0', ..];

    /// <summary>No partition for a row's day (23514 on the partitioned table).</summary>
    public static bool IsMissingPartition(PostgresException e) => e.SqlState == PostgresErrorCodes.CheckViolation && e.ConstraintName is null;

    /// <summary>Waits, but ends early and without an exception when <paramref name="cancellation"/> fires.</summary>
    public static async Task WaitQuietlyAsync(this TimeProvider time, TimeSpan delay, CancellationToken cancellation) =>
        await Task.Delay(delay, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
