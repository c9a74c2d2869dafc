using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>Reads the table of events, some thousand at a time.</summary>
internal sealed class EventHistory(IKeyring keyring, IOptions<EventsOptions> options, TimeProvider time) : IEventHistory
{
    private const int AtOnce = 5000;

    // The planner's estimate: counting ten million rows would take longer than reading some of them.
    private const string Estimate = "select coalesce(sum(greatest(reltuples, 0)), 0)::bigint from pg_inherits join pg_class on pg_class.oid = inhrelid where inhparent = 'events'::regclass";

    /// <summary>
    /// Who has handled what is remembered for some days; what is older was handled. Not "exists": PostgreSQL would read the whole inbox into memory for every page, and a
    /// rebuild of some millions would take hours.
    /// </summary>
    private const string Page =
        $"""
        select {EventRows.Columns} from events e
        where tenant_id = $1 and name = any($2) and event_no > $3 and recorded_at >= $4
          and (recorded_at < $5 or (select true from event_inbox i where i.consumer = $6 and i.event_id = e.event_id and i.recorded_at = e.recorded_at limit 1))
        order by event_no limit $7
        """;

    /// <inheritdoc />
    public async Task<long> CountAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Estimate, connection);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<HistoricEvent> ReadHandledAsync(
        NpgsqlConnection connection, IEventConsumer consumer, int tenantId, DateTime? since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string[] names = [.. consumer.Kinds.Select(kind => kind.Name)];
        var versions = consumer.Kinds.ToDictionary(kind => kind.Name, kind => kind.Version, StringComparer.Ordinal);
        var remembered = time.GetUtcNow().UtcDateTime.AddDays(-options.Value.InboxDays);
        var last = 0L;
        List<SealedEvent> page;
        do
        {
            page = await PageAsync();
            using var keys = await EventKeys.LoadAsync(connection, keyring, opened: null, page.Select(one => one.Origin.PatientNumber), cancellation);
            foreach (var one in page)
            {
                last = one.Number;
                if (versions[one.Name] == one.Version && keys.Find(one.Origin.TenantId, one.Origin.PatientNumber) is { } key && one.Open(key) is { } opened)
                {
                    yield return new(opened, one.RecordedAt);
                }
            }
        }
        while (page.Count == AtOnce);

        async Task<List<SealedEvent>> PageAsync()
        {
            await using var command = new NpgsqlCommand(Page, connection);
            command.Parameters.Add(new() { Value = tenantId });
            command.Parameters.Add(new() { Value = names });
            command.Parameters.Add(new() { Value = last });
            command.Parameters.Add(new() { Value = since ?? DateTime.MinValue.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz });
            command.Parameters.Add(new() { Value = remembered, NpgsqlDbType = NpgsqlDbType.TimestampTz });
            command.Parameters.Add(new() { Value = consumer.Name });
            command.Parameters.Add(new() { Value = AtOnce });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            var found = new List<SealedEvent>(AtOnce);
            while (await reader.ReadAsync(cancellation))
            {
                found.Add(EventRows.Read(reader));
            }

            return found;
        }
    }
}
