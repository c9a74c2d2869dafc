using Npgsql;
using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.History;

/// <summary>
/// The fast path of a commit: a group's rows go to PostgreSQL as one COPY, which is a transaction of its own. The rows lie in the group as COPY takes them, so that
/// nothing is done per reading on this side, and PostgreSQL neither plans nor evaluates anything per row and logs whole pages at a time.
/// </summary>
/// <remarks>
/// COPY knows no <c>on conflict</c>: it stores all rows or none. A row that is there already, a day without a partition or a value that the database refuses undoes it with a
/// <see cref="PostgresException"/>, and <see cref="BatchRepair"/> takes the group apart.
/// </remarks>
internal static class RowCopy
{
    /// <summary>Stores the group's rows. They are durable when this returns.</summary>
    public static async Task ExecuteAsync(CommitGroup group, NpgsqlConnection connection, int timeoutSeconds, CancellationToken cancellation)
    {
        if (group.Count == 0)
        {
            return;
        }

        var stream = await connection.BeginRawBinaryCopyAsync(CopyRow.Statement, cancellation);
        (stream.ReadTimeout, stream.WriteTimeout) = (timeoutSeconds * 1000, timeoutSeconds * 1000);
        try
        {
            await stream.WriteAsync(group.CopyData(), cancellation);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Disposing the stream now would end the COPY in order, and keep what came through.
            await GiveUpAsync(stream);
            throw;
        }

        // The end of the stream is the end of the COPY: this waits for PostgreSQL's answer, which comes after the commit. It knows no cancellation;
        // whoever gives up leaves it behind with its connection.
        await stream.DisposeAsync().AsTask().WaitAsync(cancellation);
    }

    private static async Task GiveUpAsync(NpgsqlRawCopyStream stream)
    {
        try
        {
            await stream.CancelAsync();
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection is broken, and with it the COPY.
        }
    }
}
