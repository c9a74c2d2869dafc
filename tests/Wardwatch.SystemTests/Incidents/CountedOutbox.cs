using Npgsql;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.SystemTests.Incidents;

/// <summary>The outbox, which notes how often each transaction calls it.</summary>
internal sealed class CountedOutbox(IOutbox outbox, Surroundings around) : IOutbox
{
    public async Task AddAsync<T>(NpgsqlConnection connection, EventKind<T> kind, EventOrigin origin, T content, CancellationToken cancellation)
    {
        await NoteAsync(connection, cancellation);
        await outbox.AddAsync(connection, kind, origin, content, cancellation);
    }

    public async Task AddAsync(NpgsqlConnection connection, IReadOnlyList<NewEvent> events, CancellationToken cancellation)
    {
        await NoteAsync(connection, cancellation);
        await outbox.AddAsync(connection, events, cancellation);
    }

    private async Task NoteAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select pg_current_xact_id()::text", connection);
        around.OutboxCalls.AddOrUpdate((string)(await command.ExecuteScalarAsync(cancellation))!, 1, static (_, calls) => calls + 1);
    }
}
