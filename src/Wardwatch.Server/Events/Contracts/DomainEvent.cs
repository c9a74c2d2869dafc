using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Wardwatch.Server.Events.Contracts;

/// <summary>A kind of event: its name, its version and what it carries. Each kind is one static field of the module whose event it is, and stands in docs/events.md.</summary>
/// <param name="Name">What happened, in the past tense: <c>PatientCreated</c>.</param>
/// <param name="Version">Counts up when the meaning of what it carries changes; a new optional field is no new version.</param>
public abstract record EventKind(string Name, int Version)
{
    /// <summary>How what it carries is written, for the catalogue.</summary>
    public abstract JsonTypeInfo ContentType { get; }
}

/// <summary>A kind of event with the type of what it carries.</summary>
/// <typeparam name="T">Ids, codes and times; the JSON schema in docs/events.md is made from it.</typeparam>
/// <param name="Name">What happened, in the past tense.</param>
/// <param name="Version">Counts up when the meaning changes.</param>
/// <param name="Json">How it is written.</param>
public sealed record EventKind<T>(string Name, int Version, JsonTypeInfo<T> Json) : EventKind(Name, Version)
{
    /// <inheritdoc />
    public override JsonTypeInfo ContentType => Json;
}

/// <summary>Where an event belongs, who caused it and when it happened.</summary>
/// <param name="TenantId">The hospital.</param>
/// <param name="PatientNumber">Whose: events of one patient reach each consumer in the order in which their transactions committed. Null: the hospital's own.</param>
/// <param name="At">When it happened, which may be before it was recorded.</param>
/// <param name="Actor">The account that caused it; null: the server itself.</param>
public readonly record struct EventOrigin(int TenantId, int? PatientNumber, DateTimeOffset At, Guid? Actor = null);

/// <summary>An event on its way into the outbox, for those who add many at once.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Origin">Where it belongs.</param>
/// <param name="Content">What it carries, as JSON.</param>
public sealed record NewEvent(EventKind Kind, EventOrigin Origin, ReadOnlyMemory<byte> Content)
{
    /// <summary>Writes what an event carries.</summary>
    public static NewEvent Of<T>(EventKind<T> kind, EventOrigin origin, T content) => new(kind, origin, JsonSerializer.SerializeToUtf8Bytes(content, kind.Json));
}
