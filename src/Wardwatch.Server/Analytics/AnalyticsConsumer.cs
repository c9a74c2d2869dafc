using Npgsql;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>Keeps the figures up, event by event: one round trip reads what must be known, and another writes; most events need no reading.</summary>
internal sealed class AnalyticsConsumer : IEventConsumer
{
    /// <summary>The consumer's name.</summary>
    public const string ConsumerName = "analytics";

    /// <inheritdoc />
    public string Name => ConsumerName;

    /// <inheritdoc />
    public IReadOnlyCollection<EventKind> Kinds => EventFold.Kinds;

    /// <inheritdoc />
    public async Task HandleAsync(DeliveredEvent delivered, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var (tenantId, patient) = (delivered.Origin.TenantId, delivered.Origin.PatientNumber);
        var needed = EventFold.NeededFor(delivered);
        await using var batch = new NpgsqlBatch(connection);
        var known = Known.Nothing;
        if (needed == default)
        {
            batch.BatchCommands.Add(AnalyticsStore.Share(tenantId));
        }
        else
        {
            known = await AnalyticsStore.ShareAndReadAsync(connection, tenantId, patient, needed, cancellation);
        }

        var changes = new List<Change>();
        var now = EventFold.Apply(delivered, known, changes);
        Write(batch, tenantId, patient, known, now);
        if (changes.Count > 0)
        {
            batch.BatchCommands.Add(AnalyticsStore.AddChanges(tenantId, changes));
        }

        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellation);
        }
    }

    // What is as it was is not written.
    private static void Write(NpgsqlBatch batch, int tenantId, int? patient, Known before, Known now)
    {
        if (now.Stay is { } stay && stay != before.Stay)
        {
            batch.BatchCommands.Add(AnalyticsStore.PutStays(tenantId, [stay]));
        }

        if (patient is { } number && now.WaitingSince != before.WaitingSince)
        {
            batch.BatchCommands.Add(now.WaitingSince is { } since ? AnalyticsStore.PutWaiting(tenantId, [new(number, since)]) : AnalyticsStore.EndWaiting(tenantId, number));
        }

        if (now.Alert is { } alert && alert != before.Alert)
        {
            batch.BatchCommands.Add(AnalyticsStore.PutAlerts(tenantId, [alert]));
        }

        if (now.Response is { } response && response != before.Response)
        {
            batch.BatchCommands.Add(AnalyticsStore.PutResponses(tenantId, [response]));
        }
    }
}
