using Npgsql;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>
/// Makes a hospital's figures anew from the history of events, while servers run. Most is read without anybody waiting; then the consumer's handlers wait for as long as it takes
/// to read what they handled meanwhile and to put the new figures in place of the old ones. Whatever they had not handled by then they add to the new figures.
/// </summary>
internal sealed class AnalyticsRebuild(NpgsqlDataSource database, IEventHistory history, TimeProvider time)
{
    private const int RowsAtOnce = 10_000;

    // An event that failed comes again for far less than this; handled between the two readings, it may have been recorded so long before.
    private static readonly TimeSpan Overlap = TimeSpan.FromDays(7);

    /// <summary>Makes them anew.</summary>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="progress">Told how many events were read, of about how many.</param>
    /// <param name="cancellation">Gives up; the old figures stay.</param>
    /// <returns>How many events there were.</returns>
    public async Task<long> RunAsync(int tenantId, Action<long, long> progress, CancellationToken cancellation)
    {
        var consumer = new AnalyticsConsumer();
        var overlap = time.GetUtcNow().UtcDateTime - Overlap;
        var figures = new FoldedFigures(StoredFigures.None);
        var young = new HashSet<long>();
        var read = 0L;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var about = await history.CountAsync(connection, cancellation);
        await foreach (var (e, recordedAt) in history.ReadHandledAsync(connection, consumer, tenantId, since: null, cancellation))
        {
            figures.Add(e);
            if (recordedAt >= overlap)
            {
                young.Add(e.Number);
            }

            if (++read % RowsAtOnce == 0)
            {
                progress(read, Math.Max(about, read));
            }
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var alone = new NpgsqlCommand(AnalyticsSql.LockAlone, connection) { Parameters = { new() { Value = tenantId } } })
        {
            await alone.ExecuteNonQueryAsync(cancellation);
        }

        await foreach (var (e, _) in history.ReadHandledAsync(connection, consumer, tenantId, overlap, cancellation))
        {
            if (!young.Contains(e.Number))
            {
                figures.Add(e);
                read++;
            }
        }

        await ReplaceAsync(connection, tenantId, figures, cancellation);
        await transaction.CommitAsync(cancellation);
        progress(read, read);
        return read;
    }

    private static async Task ReplaceAsync(NpgsqlConnection connection, int tenantId, FoldedFigures figures, CancellationToken cancellation)
    {
        foreach (var statement in AnalyticsSql.Clear.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await using var clear = new NpgsqlCommand(statement, connection) { Parameters = { new() { Value = tenantId } } };
            await clear.ExecuteNonQueryAsync(cancellation);
        }

        foreach (var stays in figures.Stays.Chunk(RowsAtOnce))
        {
            await ExecuteAsync(AnalyticsStore.PutStays(tenantId, stays));
        }

        foreach (var waiting in figures.Waiting.Chunk(RowsAtOnce))
        {
            await ExecuteAsync(AnalyticsStore.PutWaiting(tenantId, waiting));
        }

        foreach (var alerts in figures.Alerts.Chunk(RowsAtOnce))
        {
            await ExecuteAsync(AnalyticsStore.PutAlerts(tenantId, alerts));
        }

        foreach (var responses in figures.Responses.Chunk(RowsAtOnce))
        {
            await ExecuteAsync(AnalyticsStore.PutResponses(tenantId, responses));
        }

        foreach (var changes in figures.Sums.Chunk(RowsAtOnce))
        {
            await ExecuteAsync(AnalyticsStore.AddChanges(tenantId, changes));
        }

        async Task ExecuteAsync(NpgsqlBatchCommand command)
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.BatchCommands.Add(command);
            await batch.ExecuteNonQueryAsync(cancellation);
        }
    }
}
