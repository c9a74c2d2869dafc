using System.Text;
using System.Text.Json;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>An event as it lies in the database and on the wire: what it carries is sealed under the patient's key (the hospital's, if it has no patient).</summary>
/// <param name="Id">The same at each delivery.</param>
/// <param name="Number">Counts up in the order of commits of one patient.</param>
/// <param name="Name">The kind's name.</param>
/// <param name="Version">The kind's version.</param>
/// <param name="Origin">Where it belongs.</param>
/// <param name="RecordedAt">When it was added to the outbox, by the database's clock.</param>
/// <param name="Trace">The traceparent of what caused it.</param>
/// <param name="Content">What it carries, sealed and bound to all the above but the trace.</param>
internal sealed record SealedEvent(
    Guid Id, long Number, string Name, int Version, EventOrigin Origin, DateTime RecordedAt, string? Trace, byte[] Content)
{
    /// <summary>Where it is claimed and delivered in order.</summary>
    public short Partition => EventPartitions.PartitionOf(Origin.TenantId, Origin.PatientNumber);

    /// <summary>What stays in order: the patient's events, or the hospital's own.</summary>
    public long OrderKey => Origin.PatientNumber ?? -(long)Origin.TenantId;

    /// <summary>Seals what an event carries.</summary>
    public static byte[] Seal(DataKey key, Guid id, long number, EventKind kind, in EventOrigin origin, DateTime recordedAt, ReadOnlySpan<byte> content)
    {
        var result = new byte[content.Length + DataKey.Overhead];
        key.Seal(Place(id, number, kind.Name, kind.Version, origin, recordedAt), content, result);
        return result;
    }

    /// <summary>Opens it; null if it was changed, moved to another place, or its key is another one.</summary>
    public DeliveredEvent? Open(DataKey key)
    {
        var plain = new byte[Content.Length];
        if (!key.TryOpen(Place(Id, Number, Name, Version, Origin, RecordedAt), Content, plain, out var length))
        {
            return null;
        }

        var reader = new Utf8JsonReader(plain.AsSpan(0, length));
        return new(Id, Number, Name, Version, Origin, JsonElement.ParseValue(ref reader));
    }

    private static byte[] Place(Guid id, long number, string name, int version, in EventOrigin origin, DateTime recordedAt) => Encoding.UTF8.GetBytes(
        $"wardwatch/event/{origin.TenantId}/{origin.PatientNumber}/{id:N}/{number}/{name}/{version}/{UnixTime.FromDateTimeOffset(origin.At)}/{origin.Actor:N}/{UnixTime.FromDateTime(recordedAt)}");
}
