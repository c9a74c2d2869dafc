using Npgsql;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>
/// Keeps the figures up. Events come many at a time: one round trip reads what must be known of all of them, they are folded in memory in their order, and another round trip writes what is
/// different and what is added to sums, so that a storm of alerts leaves the processors to those who must be told of it.
/// </summary>
internal sealed class AnalyticsConsumer : IEventBatchConsumer
{
    /// <summary>The consumer's name.</summary>
    public const string ConsumerName = "analytics";

    /// <inheritdoc />
    public string Name => ConsumerName;

    /// <inheritdoc />
    public IReadOnlyCollection<EventKind> Kinds => EventFold.Kinds;

    /// <inheritdoc />
    public Task HandleAsync(DeliveredEvent delivered, NpgsqlConnection connection, CancellationToken cancellation) => HandleAsync([delivered], connection, cancellation);

    /// <inheritdoc />
    public async Task HandleAsync(IReadOnlyList<DeliveredEvent> delivered, NpgsqlConnection connection, CancellationToken cancellation)
    {
        foreach (var ofHospital in delivered.GroupBy(one => one.Origin.TenantId).OrderBy(group => group.Key))
        {
            await HandleAsync(ofHospital.Key, [.. ofHospital.Select(one => (one, EventFold.NeededFor(one)))], connection, cancellation);
        }
    }

    // Nobody locks what is read: whatever an event is about belongs to one patient or to the hospital itself, whose events are one worker's at a time.
    private static async Task HandleAsync(int tenantId, (DeliveredEvent Event, Needed Needed)[] events, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        var keys = StoredKeys.Of(events);
        var before = StoredFigures.None;
        if (keys.IsEmpty)
        {
            batch.BatchCommands.Add(AnalyticsStore.Share(tenantId));
        }
        else
        {
            before = await AnalyticsStore.ShareAndReadAsync(connection, tenantId, keys, cancellation);
        }

        var figures = new FoldedFigures(before);
        foreach (var (happened, needed) in events)
        {
            figures.Add(happened, needed);
        }

        Write(batch, tenantId, figures);
        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellation);
        }
    }

    // What is as it was is not written. Tables and rows always come in one order, so that no two who write wait for each other.
    private static void Write(NpgsqlBatch batch, int tenantId, FoldedFigures figures)
    {
        Add([.. figures.Stays.OrderBy(stay => stay.Encounter, StringComparer.Ordinal)], AnalyticsStore.PutStays);
        Add([.. figures.Waiting.OrderBy(one => one.Key)], AnalyticsStore.PutWaiting);
        Add([.. figures.NoLongerWaiting.Order()], AnalyticsStore.EndWaiting);
        Add([.. figures.Alerts.OrderBy(alert => alert.Alert, StringComparer.Ordinal)], AnalyticsStore.PutAlerts);
        Add([.. figures.Responses.OrderBy(response => response.Incident)], AnalyticsStore.PutResponses);
        Add([.. figures.Sums], AnalyticsStore.AddChanges);

        void Add<T>(T[] rows, Func<int, IReadOnlyCollection<T>, NpgsqlBatchCommand> command)
        {
            if (rows.Length > 0)
            {
                batch.BatchCommands.Add(command(tenantId, rows));
            }
        }
    }
}
