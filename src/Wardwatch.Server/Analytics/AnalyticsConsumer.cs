using Npgsql;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>Keeps the figures up, event by event.</summary>
internal sealed class AnalyticsConsumer : IEventConsumer
{
    /// <summary>The consumer's name.</summary>
    public const string ConsumerName = "analytics";

    /// <inheritdoc />
    public string Name => ConsumerName;

    /// <inheritdoc />
    public IReadOnlyCollection<EventKind> Kinds => StayFold.Kinds;

    /// <inheritdoc />
    public async Task HandleAsync(DeliveredEvent delivered, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var tenantId = delivered.Origin.TenantId;
        await using (var share = new NpgsqlCommand(AnalyticsSql.Share, connection) { Parameters = { new() { Value = tenantId } } })
        {
            await share.ExecuteNonQueryAsync(cancellation);
        }

        var needed = StayFold.NeededFor(delivered);
        var stay = needed.Encounter is { } encounter ? await AnalyticsStore.FindStayAsync(connection, tenantId, encounter, cancellation) : null;
        var waiting = needed.Waiting && delivered.Origin.PatientNumber is { } patient ? await AnalyticsStore.FindWaitingAsync(connection, tenantId, patient, cancellation) : null;
        var folded = StayFold.Apply(delivered, stay, waiting);

        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(AnalyticsStore.AddChanges(tenantId, folded.Changes));
        if (folded.Stay is { } now && now != stay)
        {
            batch.BatchCommands.Add(AnalyticsStore.PutStays(tenantId, [now]));
        }

        if (delivered.Origin.PatientNumber is { } number && folded.WaitingSince != waiting)
        {
            batch.BatchCommands.Add(folded.WaitingSince is { } since ? AnalyticsStore.PutWaiting(tenantId, [new(number, since)]) : AnalyticsStore.EndWaiting(tenantId, number));
        }

        await batch.ExecuteNonQueryAsync(cancellation);
    }
}
