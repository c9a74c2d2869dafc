using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.History.Contracts;

/// <summary>
/// Readings that commit together, held column by column as PostgreSQL's <c>unnest</c> takes them. Filled by one lane, then owned by the committer.
/// All lists and the record buffer are kept between uses, so that a reading on the normal path allocates nothing.
/// </summary>
public sealed class CommitGroup
{
    private byte[] _records = new byte[64 * 1024];
    private int _recordBytes;

    internal List<int> TenantIds { get; } = [];
    internal List<int> PatientNumbers { get; } = [];
    internal List<int> DeviceNumbers { get; } = [];
    internal List<int> Flags { get; } = [];
    internal List<long> KeyIds { get; } = [];
    internal List<long> BootIds { get; } = [];
    internal List<long> Counters { get; } = [];
    internal List<long> EnvelopeTags { get; } = [];
    internal List<DateTime> MeasuredAt { get; } = [];
    internal List<DateTime> ReceivedAt { get; } = [];

    /// <summary>Where each record begins in <see cref="Records"/>, counted from 1 as SQL's substring does.</summary>
    internal List<int> RecordStarts { get; } = [];
    internal List<int> RecordLengths { get; } = [];
    internal List<ICommitListener> RowListeners { get; } = [];
    internal List<int> RowEntries { get; } = [];
    internal List<DeadLetter> DeadLetters { get; } = [];
    internal List<ICommitListener> Listeners { get; } = [];

    /// <summary>Rows that would be stored.</summary>
    public int Count => TenantIds.Count;

    /// <summary>How much there is to commit and to answer: rows and messages set aside, or those who wait, if they are more.</summary>
    public int Size => Math.Max(Count + DeadLetters.Count, Listeners.Count);

    /// <summary>True when there is neither a row nor a dead letter nor anybody waiting.</summary>
    public bool IsEmpty => Listeners.Count == 0;

    /// <summary>True if a row must be compared with the whole history before it is stored (its counter lies outside what memory knows exactly).</summary>
    internal bool HasSuspects { get; private set; }

    internal ReadOnlyMemory<byte> Records => _records.AsMemory(0, _recordBytes);

    /// <summary>Room for a record of up to <paramref name="bytes"/>; the next <see cref="Add"/> says how much was used.</summary>
    public Span<byte> RecordSpace(int bytes)
    {
        if (_records.Length - _recordBytes < bytes)
        {
            Array.Resize(ref _records, Math.Max(_records.Length * 2, _recordBytes + bytes));
        }

        return _records.AsSpan(_recordBytes, bytes);
    }

    /// <summary>Adds a row whose record was just written to <see cref="RecordSpace"/>.</summary>
    public void Add(in ReadingKey key, ReadingFlags flags, long envelopeTag, long receivedAt, int recordLength, ICommitListener listener, int entry)
    {
        TenantIds.Add(key.TenantId);
        PatientNumbers.Add(key.PatientNumber);
        DeviceNumbers.Add(key.DeviceNumber);
        Flags.Add((int)flags);
        KeyIds.Add(key.KeyId);
        BootIds.Add(unchecked((long)key.BootId));
        Counters.Add(unchecked((long)key.Counter));
        EnvelopeTags.Add(envelopeTag);
        MeasuredAt.Add(UnixTime.ToDateTime(key.MeasuredAt));
        ReceivedAt.Add(UnixTime.ToDateTime(receivedAt));
        RecordStarts.Add(_recordBytes + 1);
        RecordLengths.Add(recordLength);
        RowListeners.Add(listener);
        RowEntries.Add(entry);
        _recordBytes += recordLength;
        HasSuspects |= (flags & ReadingFlags.Suspect) != ReadingFlags.None;
    }

    /// <summary>Sets a message aside in the same transaction.</summary>
    public void AddDeadLetter(int tenantId, int deviceNumber, long receivedAt, RefusalReason reason, ICommitListener listener, int entry) =>
        DeadLetters.Add(new DeadLetter(tenantId, deviceNumber, receivedAt, reason, listener, entry));

    /// <summary>Somebody to be told when the group is committed.</summary>
    public void AddListener(ICommitListener listener) => Listeners.Add(listener);

    /// <summary>Takes over everything that <paramref name="other"/> holds.</summary>
    internal void Append(CommitGroup other)
    {
        var offset = _recordBytes;
        other.Records.Span.CopyTo(RecordSpace(other._recordBytes));
        _recordBytes += other._recordBytes;
        TenantIds.AddRange(other.TenantIds);
        PatientNumbers.AddRange(other.PatientNumbers);
        DeviceNumbers.AddRange(other.DeviceNumbers);
        Flags.AddRange(other.Flags);
        KeyIds.AddRange(other.KeyIds);
        BootIds.AddRange(other.BootIds);
        Counters.AddRange(other.Counters);
        EnvelopeTags.AddRange(other.EnvelopeTags);
        MeasuredAt.AddRange(other.MeasuredAt);
        ReceivedAt.AddRange(other.ReceivedAt);
        foreach (var start in other.RecordStarts)
        {
            RecordStarts.Add(start + offset);
        }

        RecordLengths.AddRange(other.RecordLengths);
        RowListeners.AddRange(other.RowListeners);
        RowEntries.AddRange(other.RowEntries);
        DeadLetters.AddRange(other.DeadLetters);
        Listeners.AddRange(other.Listeners);
        HasSuspects |= other.HasSuspects;
    }

    /// <summary>Copies the rows <paramref name="start"/>..<paramref name="end"/> (not their listeners) into an empty group, for bisecting.</summary>
    internal void CopyRowsTo(CommitGroup target, int start, int end)
    {
        for (var row = start; row < end; row++)
        {
            CopyRowTo(target, row);
        }
    }

    internal void CopyRowTo(CommitGroup target, int row)
    {
        var length = RecordLengths[row];
        _records.AsSpan(RecordStarts[row] - 1, length).CopyTo(target.RecordSpace(length));
        target.Add(KeyOf(row), (ReadingFlags)Flags[row], EnvelopeTags[row], UnixTime.FromDateTime(ReceivedAt[row]), length, RowListeners[row], RowEntries[row]);
    }

    internal ReadingKey KeyOf(int row) => new(TenantIds[row], PatientNumbers[row], DeviceNumbers[row], (uint)KeyIds[row],
        unchecked((ulong)BootIds[row]), unchecked((ulong)Counters[row]), UnixTime.FromDateTime(MeasuredAt[row]));

    /// <summary>Empties the group and keeps its memory, unless a burst made it unusually large.</summary>
    internal void Clear()
    {
        const int KeptRecordBytes = 4 * 1024 * 1024;
        TenantIds.Clear();
        PatientNumbers.Clear();
        DeviceNumbers.Clear();
        Flags.Clear();
        KeyIds.Clear();
        BootIds.Clear();
        Counters.Clear();
        EnvelopeTags.Clear();
        MeasuredAt.Clear();
        ReceivedAt.Clear();
        RecordStarts.Clear();
        RecordLengths.Clear();
        RowListeners.Clear();
        RowEntries.Clear();
        DeadLetters.Clear();
        Listeners.Clear();
        HasSuspects = false;
        _recordBytes = 0;
        if (_records.Length > KeptRecordBytes)
        {
            _records = new byte[64 * 1024];
        }
    }

    /// <summary>A message to be set aside, as the committer needs it.</summary>
    internal readonly record struct DeadLetter(int TenantId, int DeviceNumber, long ReceivedAt, RefusalReason Reason, ICommitListener Listener, int Entry);
}

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
}
