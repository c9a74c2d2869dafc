namespace Wardwatch.Server.History.Contracts;

/// <summary>
/// Readings that commit together, row behind row in the very bytes that PostgreSQL's COPY takes. Filled by one lane, then owned by the committer.
/// The buffer and all lists are kept between uses, so that a reading on the normal path allocates nothing.
/// </summary>
public sealed class CommitGroup
{
    private const int SmallBuffer = 64 * 1024;
    private const int KeptBuffer = 4 * 1024 * 1024;

    private readonly List<int> _starts = [];
    private readonly List<Part> _parts = [];
    private byte[] _rows = new byte[SmallBuffer];
    private int _used;

    /// <summary>An empty group.</summary>
    public CommitGroup() => Begin();

    internal List<ICommitListener> RowListeners { get; } = [];
    internal List<int> RowEntries { get; } = [];
    internal List<DeadLetter> DeadLetters { get; } = [];
    internal List<ICommitListener> Listeners { get; } = [];
    internal List<ICommitCompanion> Companions { get; } = [];

    /// <summary>The partition to which everything in the group belongs; null where patients are not divided over processes.</summary>
    public PartitionEpoch? Fence { get; set; }

    /// <summary>The partitions of the groups that were joined here. A process's groups all have one, or none has.</summary>
    internal HashSet<PartitionEpoch> Fences { get; } = [];

    /// <summary>Rows that would be stored.</summary>
    public int Count => _starts.Count;

    /// <summary>How much there is to commit and to answer: rows and messages set aside, or those who wait, if they are more.</summary>
    public int Size => Math.Max(Count + DeadLetters.Count, Listeners.Count);

    /// <summary>True when there is neither a row nor a dead letter nor anybody waiting, and nothing that a tick of the clock brought about.</summary>
    public bool IsEmpty => Listeners.Count == 0 && Companions.Count == 0;

    /// <summary>True if a row must be compared with the whole history before it is stored (its counter lies outside what memory knows exactly).</summary>
    internal bool HasSuspects { get; private set; }

    /// <summary>Room for a record of up to <paramref name="bytes"/>; the next <see cref="Add"/> says how much was used.</summary>
    public Span<byte> RecordSpace(int bytes) => Reserve(CopyRow.FixedBytes + bytes)[CopyRow.FixedBytes..];

    /// <summary>Adds a row whose record was just written to <see cref="RecordSpace"/>.</summary>
    public void Add(in ReadingKey key, ReadingFlags flags, long envelopeTag, long receivedAt, int recordLength, ICommitListener listener, int entry)
    {
        CopyRow.Write(_rows.AsSpan(_used), in key, flags, envelopeTag, receivedAt, recordLength);
        Take(CopyRow.FixedBytes + recordLength, listener, entry);
        HasSuspects |= (flags & ReadingFlags.Suspect) != ReadingFlags.None;
    }

    /// <summary>Sets a message aside in the same transaction.</summary>
    public void AddDeadLetter(int tenantId, int deviceNumber, long receivedAt, RefusalReason reason, ICommitListener listener, int entry) =>
        DeadLetters.Add(new DeadLetter(tenantId, deviceNumber, receivedAt, reason, listener, entry));

    /// <summary>Somebody to be told when the group is committed.</summary>
    public void AddListener(ICommitListener listener) => Listeners.Add(listener);

    /// <summary>Something that a row of this group brings about, to be committed with it.</summary>
    public void AddCompanion(ICommitCompanion companion) => Companions.Add(companion);

    /// <summary>The companion that was added last, so that one may gather what several rows bring about; null if there is none.</summary>
    public ICommitCompanion? LastCompanion => Companions.Count == 0 ? null : Companions[^1];

    /// <summary>The companions in parts of one patient each, in order, with the partition that each belongs to.</summary>
    internal IEnumerable<LateCompanion> CompanionsByPatient()
    {
        var at = 0;
        foreach (var part in _parts)
        {
            foreach (var companion in Companions.Skip(at).Take(part.Companions).SelectMany(companion => companion.ByPatient()))
            {
                yield return new(companion.Value, companion.Key, part.Fence);
            }

            at += part.Companions;
        }

        foreach (var companion in Companions.Skip(at).SelectMany(companion => companion.ByPatient()))
        {
            yield return new(companion.Value, companion.Key, Fence);
        }
    }

    /// <summary>All rows as one COPY: header, rows, trailer.</summary>
    internal ReadOnlyMemory<byte> CopyData()
    {
        CopyRow.Trailer.CopyTo(Reserve(CopyRow.Trailer.Length));
        return _rows.AsMemory(0, _used + CopyRow.Trailer.Length);
    }

    /// <summary>Takes over everything that <paramref name="other"/> holds.</summary>
    internal void Append(CommitGroup other)
    {
        var offset = _used - CopyRow.Header.Length;
        var rows = other._rows.AsSpan(CopyRow.Header.Length, other._used - CopyRow.Header.Length);
        rows.CopyTo(Reserve(rows.Length));
        _used += rows.Length;
        foreach (var start in other._starts)
        {
            _starts.Add(start + offset);
        }

        RowListeners.AddRange(other.RowListeners);
        RowEntries.AddRange(other.RowEntries);
        DeadLetters.AddRange(other.DeadLetters);
        Listeners.AddRange(other.Listeners);
        Companions.AddRange(other.Companions);
        HasSuspects |= other.HasSuspects;
        if (other.Fence is { } fence)
        {
            Fences.Add(fence);
            _parts.Add(new(fence, other.Count, other.DeadLetters.Count, other.Listeners.Count, other.Companions.Count));
        }
    }

    /// <summary>Takes everything of some partitions out of what was joined here; answers it.</summary>
    internal CommitGroup TakeOut(IReadOnlySet<PartitionEpoch> partitions)
    {
        var (kept, taken) = (new CommitGroup(), new CommitGroup());
        var at = default(Part);
        foreach (var part in _parts)
        {
            var group = new CommitGroup { Fence = part.Fence };
            for (var row = at.Rows; row < at.Rows + part.Rows; row++)
            {
                CopyRowTo(group, row);
            }

            group.DeadLetters.AddRange(DeadLetters[at.DeadLetters..(at.DeadLetters + part.DeadLetters)]);
            group.Listeners.AddRange(Listeners[at.Listeners..(at.Listeners + part.Listeners)]);
            group.Companions.AddRange(Companions.Skip(at.Companions).Take(part.Companions));
            (partitions.Contains(part.Fence) ? taken : kept).Append(group);
            at = new(default, at.Rows + part.Rows, at.DeadLetters + part.DeadLetters, at.Listeners + part.Listeners, at.Companions + part.Companions);
        }

        Clear();
        Take(kept);
        return taken;
    }

    /// <summary>Copies a row, without those who wait for the whole group.</summary>
    internal void CopyRowTo(CommitGroup target, int row)
    {
        var bytes = Row(row);
        bytes.CopyTo(target.Reserve(bytes.Length));
        target.Take(bytes.Length, RowListeners[row], RowEntries[row]);
        target.HasSuspects |= (FlagsOf(row) & ReadingFlags.Suspect) != ReadingFlags.None;
    }

    internal ReadingKey KeyOf(int row) => CopyRow.KeyOf(Row(row));

    internal ReadingFlags FlagsOf(int row) => CopyRow.FlagsOf(Row(row));

    internal long EnvelopeTag(int row) => CopyRow.TagOf(Row(row));

    internal long ReceivedAt(int row) => CopyRow.ReceivedAt(Row(row));

    internal ReadOnlySpan<byte> Record(int row) => Row(row)[CopyRow.FixedBytes..];

    /// <summary>Empties the group and keeps its memory, unless a burst made it unusually large.</summary>
    internal void Clear()
    {
        _starts.Clear();
        RowListeners.Clear();
        RowEntries.Clear();
        DeadLetters.Clear();
        Listeners.Clear();
        Companions.Clear();
        Fences.Clear();
        _parts.Clear();
        Fence = null;
        HasSuspects = false;
        if (_rows.Length > KeptBuffer)
        {
            _rows = new byte[SmallBuffer];
        }

        Begin();
    }

    // The contents of another group that was joined from others, parts and all; this one is empty.
    private void Take(CommitGroup other)
    {
        Append(other);
        Fences.UnionWith(other.Fences);
        _parts.AddRange(other._parts);
    }

    private void Begin()
    {
        CopyRow.Header.CopyTo(_rows);
        _used = CopyRow.Header.Length;
    }

    private ReadOnlySpan<byte> Row(int row) => _rows.AsSpan(_starts[row]..(row + 1 < _starts.Count ? _starts[row + 1] : _used));

    private void Take(int bytes, ICommitListener listener, int entry)
    {
        _starts.Add(_used);
        _used += bytes;
        RowListeners.Add(listener);
        RowEntries.Add(entry);
    }

    private Span<byte> Reserve(int bytes)
    {
        if (_rows.Length - _used < bytes)
        {
            Array.Resize(ref _rows, Math.Max(_rows.Length * 2, _used + bytes));
        }

        return _rows.AsSpan(_used, bytes);
    }

    // How much of one partition stands behind what stands before it.
    private readonly record struct Part(PartitionEpoch Fence, int Rows, int DeadLetters, int Listeners, int Companions);

    /// <summary>A message to be set aside, as the committer needs it.</summary>
    internal readonly record struct DeadLetter(int TenantId, int DeviceNumber, long ReceivedAt, RefusalReason Reason, ICommitListener Listener, int Entry);
}

/// <summary>What readings brought about at one patient, apart from them.</summary>
/// <param name="Companion">What is to be written.</param>
/// <param name="Patient">The patient's database key.</param>
/// <param name="Fence">The partition that it belongs to; null where patients are not divided over processes.</param>
internal readonly record struct LateCompanion(ICommitCompanion Companion, int Patient, PartitionEpoch? Fence);

/// <summary>What a row is stored beside its record.</summary>
[Flags]
public enum ReadingFlags
{
    /// <summary>An ordinary, timely reading.</summary>
    None = 0,

    /// <summary>It came late or out of order, or belongs to an earlier wearer of the device.</summary>
    Late = 1,

    /// <summary>Its counter lies outside what memory knows exactly: the committer compares it with the whole history.</summary>
    Suspect = 2,

    /// <summary>At least one value was refused as implausible or of the wrong type.</summary>
    PartlyRefused = 4,

    /// <summary>No reading: what a device says of itself. See <see cref="StatusRecord"/>.</summary>
    Status = 8,
}
