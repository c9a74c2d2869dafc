using System.Text.Json.Serialization.Metadata;
using Npgsql;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Benchmarks.Events;

/// <summary>What the events carry with which the product's own are tested and measured.</summary>
/// <param name="Step">Counts the events of a patient.</param>
/// <param name="Word">What a consumer is to do about it; or something to look for.</param>
public sealed record Stepped(int Step, string Word)
{
    /// <summary>The kind of these events.</summary>
    public static EventKind<Stepped> Kind { get; } = new("PatientStepped", 1, (JsonTypeInfo<Stepped>)WireJson.Options.GetTypeInfo(typeof(Stepped)));

    /// <summary>Another kind, so that one patient's events are of several.</summary>
    public static EventKind<Stepped> OtherKind { get; } = Kind with { Name = "PatientJumped" };

    /// <summary>The first in a version that nobody knows.</summary>
    public static EventKind<Stepped> LaterKind { get; } = Kind with { Version = 9 };
}

/// <summary>
/// Writes down what it handles, in the transaction in which it handles it: <c>seen (seq, consumer, event_id, patient_no, step)</c>. Nothing there is unique, so
/// that an event which is handled twice is seen twice.
/// </summary>
public sealed class RecordingConsumer(string name, Func<DeliveredEvent, CancellationToken, Task>? before = null) : IEventConsumer
{
    /// <summary>Makes the table; for the database's owner.</summary>
    public const string MakeTable =
        "create table if not exists seen (seq bigint generated always as identity, consumer text not null, event_id uuid not null, patient_no int, step int not null)";

    private const string Insert = "insert into seen (consumer, event_id, patient_no, step) values ($1, $2, $3, $4)";

    /// <inheritdoc />
    public string Name => name;

    /// <inheritdoc />
    public IReadOnlyCollection<EventKind> Kinds { get; } = [Stepped.Kind, Stepped.OtherKind];

    /// <inheritdoc />
    public async Task HandleAsync(DeliveredEvent delivered, NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (before is not null) await before(delivered, cancellation);
        await using var command = new NpgsqlCommand(Insert, connection);
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = delivered.Id });
        command.Parameters.Add(new() { Value = delivered.Origin.PatientNumber ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = delivered.Content.GetProperty("step").GetInt32() });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
