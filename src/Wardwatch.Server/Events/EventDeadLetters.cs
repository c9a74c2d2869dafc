using System.Text.Json;
using Npgsql;
using Polly.CircuitBreaker;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>Opens dead letters, and has them handled after all.</summary>
internal sealed class EventDeadLetters(NpgsqlDataSource database, ConsumerRunners runners, EventConsumers consumers, IKeyring keyring, TimeProvider time) : IEventDeadLetters
{
    private const string Find = $"select {EventRows.Columns} from event_dead_letters where dead_letter_id = $1";
    private const string Lock = $"select {EventRows.Columns}, consumer, settled is not null from event_dead_letters where dead_letter_id = $1 and tenant_id = $2 for update";
    private const string Settle = "update event_dead_letters set settled = 'replayed', settled_at = $2, settled_by = $3 where dead_letter_id = $1";

    /// <inheritdoc />
    public async Task<JsonElement?> OpenAsync(NpgsqlConnection connection, long number, CancellationToken cancellation)
    {
        SealedEvent dead;
        await using (var command = EventQueue.Command(connection, Find, number))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            if (!await reader.ReadAsync(cancellation))
            {
                return null;
            }

            dead = EventRows.Read(reader);
        }

        return (await OpenAsync(connection, dead, cancellation))?.Content;
    }

    /// <inheritdoc />
    public async Task<EventReplay> ReplayAsync(int tenantId, long number, Guid actor, Func<NpgsqlConnection, Task> record, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        SealedEvent dead;
        string name;
        await using (var command = EventQueue.Command(connection, Lock, number, tenantId))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            if (!await reader.ReadAsync(cancellation))
            {
                return EventReplay.NotFound;
            }

            if (reader.GetBoolean(EventRows.ColumnCount + 1))
            {
                return EventReplay.Settled;
            }

            (dead, name) = (EventRows.Read(reader), reader.GetString(EventRows.ColumnCount));
        }

        if (runners.HandlingOf(name) is not { } handling || !consumers.Knows(handling.Consumer, dead.Name, dead.Version))
        {
            return EventReplay.Unknown;
        }

        if (await OpenAsync(connection, dead, cancellation) is not { } opened)
        {
            return EventReplay.Unreadable;
        }

        try
        {
            await handling.CallAsync(connection, dead, opened, cancellation);
        }
        catch (Exception failure) when (failure is EventFailedException or BrokenCircuitException)
        {
            return EventReplay.Failed;
        }

        await using (var settle = EventQueue.Command(connection, Settle, number, time.GetUtcNow().UtcDateTime, actor))
        {
            await settle.ExecuteNonQueryAsync(cancellation);
        }

        await record(connection);
        await transaction.CommitAsync(cancellation);
        return EventReplay.Handled;
    }

    private async Task<DeliveredEvent?> OpenAsync(NpgsqlConnection connection, SealedEvent dead, CancellationToken cancellation)
    {
        using var keys = await EventKeys.LoadAsync(connection, keyring, opened: null, [dead.Origin.PatientNumber], cancellation);
        return keys.Find(dead.Origin.TenantId, dead.Origin.PatientNumber) is { } key ? dead.Open(key) : null;
    }
}
