using System.Buffers;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.Monitoring.Contracts;

/// <summary>
/// What one device sent in one read from its socket: some envelopes, still encrypted, that travel together from the gateway through a lane to the
/// committer and back as acknowledgements. The unit is the batch, so that no task, closure or object is made per reading.
/// </summary>
/// <remarks>
/// Ownership: rented and filled by the gateway's connection, which gets it back through <see cref="IDeliveryOwner"/> exactly once and then
/// returns it to the pool. Between, nobody but the lane and the committer touches it. The bytes are copies: the socket's buffer is free again.
/// </remarks>
public sealed class EnvelopeBatch : ICommitListener
{
    private const int KeptBytes = 4096;

    private byte[] _bytes = [];
    private int _used;
    private Entry[] _entries = new Entry[8];

    /// <summary>The device that sent them, as it was known when they came.</summary>
    public DeviceEntry Device { get; private set; } = null!;

    /// <summary>Who is told when they are durable.</summary>
    public IDeliveryOwner Owner { get; private set; } = null!;

    /// <summary>When they came, in microseconds since the Unix epoch.</summary>
    public long ReceivedAt { get; private set; }

    /// <summary>How many envelopes there are.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of topics and envelopes together.</summary>
    public int Bytes => _used;

    /// <summary>Set by the owner's side once the outcome is known; read by the owner when it sends acknowledgements in order.</summary>
    public DeliveryState State { get; set; }

    /// <summary>The trace that follows it; null for nearly every batch.</summary>
    public ReadingTrace? Trace { get; set; }

    /// <summary>Begins a new batch.</summary>
    public void Begin(DeviceEntry device, IDeliveryOwner owner, long receivedAt)
    {
        (Device, Owner, ReceivedAt) = (device, owner, receivedAt);
        (Count, _used, State) = (0, 0, DeliveryState.Pending);
    }

    /// <summary>Copies one envelope in.</summary>
    /// <param name="topic">The topic it was published on, in UTF-8.</param>
    /// <param name="envelope">The bytes of the envelope.</param>
    /// <param name="tag">What the owner needs to acknowledge it (packet id and quality of service).</param>
    public void Add(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> envelope, int tag)
    {
        Reserve(topic.Length + envelope.Length);
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Count * 2);
        }

        _entries[Count++] = new Entry(_used, topic.Length, envelope.Length, tag);
        topic.CopyTo(_bytes.AsSpan(_used));
        envelope.CopyTo(_bytes.AsSpan(_used + topic.Length));
        _used += topic.Length + envelope.Length;
    }

    /// <summary>The topic of an entry.</summary>
    public ReadOnlySpan<byte> Topic(int entry) => _bytes.AsSpan(_entries[entry].Offset, _entries[entry].TopicLength);

    /// <summary>The envelope of an entry.</summary>
    public ReadOnlySpan<byte> Envelope(int entry) => _bytes.AsSpan(_entries[entry].Offset + _entries[entry].TopicLength, _entries[entry].Length);

    /// <summary>The tag given with <see cref="Add"/>.</summary>
    public int Tag(int entry) => _entries[entry].Tag;

    /// <summary>Why an entry was set aside; <see cref="RefusalReason.None"/> if it was stored.</summary>
    public RefusalReason Outcome(int entry) => _entries[entry].Outcome;

    /// <inheritdoc />
    public void Refuse(int entry, RefusalReason reason) => _entries[entry].Outcome = reason;

    /// <inheritdoc />
    public void Describe(int entry, out ReadOnlyMemory<byte> topic, out ReadOnlyMemory<byte> envelope)
    {
        ref readonly var e = ref _entries[entry];
        topic = _bytes.AsMemory(e.Offset, e.TopicLength);
        envelope = _bytes.AsMemory(e.Offset + e.TopicLength, e.Length);
    }

    /// <inheritdoc />
    public void Committed()
    {
        Trace?.Committed(durable: true);
        Owner.Complete(this, DeliveryState.Durable);
    }

    /// <inheritdoc />
    public void Failed()
    {
        Trace?.Committed(durable: false);
        Owner.Complete(this, DeliveryState.Failed);
    }

    /// <summary>
    /// Empties the batch for its next use. A small buffer stays with it: returned here, on a committer's thread, and rented on a connection's,
    /// it would be found in neither's part of the shared pool.
    /// </summary>
    public void Release()
    {
        if (_bytes.Length > KeptBytes)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }

        (Device, Owner, Trace) = (null!, null!, null);
        (Count, _used) = (0, 0);
    }

    private void Reserve(int more)
    {
        if (_bytes.Length - _used >= more)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(1024, (_used + more) * 2));
        _bytes.AsSpan(0, _used).CopyTo(larger);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
    }

    private record struct Entry(int Offset, int TopicLength, int Length, int Tag)
    {
        public RefusalReason Outcome { get; set; }
    }
}

/// <summary>How far a batch has come.</summary>
public enum DeliveryState : byte
{
    /// <summary>On its way.</summary>
    Pending,

    /// <summary>Every entry is stored or set aside, on disk.</summary>
    Durable,

    /// <summary>Nothing may be acknowledged; the connection is to be closed, so that the device sends again.</summary>
    Failed,
}

/// <summary>Whoever handed envelopes over and waits for their outcome.</summary>
public interface IDeliveryOwner
{
    /// <summary>The outcome of a batch; called once, on the committer's thread, not necessarily in the order of arrival. Must not block.</summary>
    void Complete(EnvelopeBatch batch, DeliveryState state);
}
