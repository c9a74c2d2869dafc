using Npgsql;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.History;

/// <summary>
/// Some hundred neighbouring rows as the database gave them, and what they held once they were opened. Filled by one reader, then opened on any thread, then
/// visited in order; used again for later rows of the same answer.
/// </summary>
/// <param name="keyOf">The key of a patient. It belongs to this instance alone, or bears being used by several at once.</param>
internal sealed class SealedRows(Func<int, DataKey> keyOf)
{
    /// <summary>Few enough that an answer needs little memory, many enough that handing them over costs nothing beside opening them.</summary>
    public const int Capacity = 256;

    // A record is some 60 bytes and its seal 28; longer ones, with members that nobody knows, make room for themselves.
    private const int UsualRecordBytes = 96;
    private const int MostRecordBytes = 16 * 1024;

    private readonly Place[] _places = new Place[Capacity];
    private readonly StoredReading[] _readings = new StoredReading[Capacity];
    private readonly byte[] _plain = new byte[MostRecordBytes];
    private byte[] _records = new byte[Capacity * UsualRecordBytes];
    private int _recordBytes;

    /// <summary>How many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary>Where their opening is under way: ends when the readings may be looked at.</summary>
    public Task Opening { get; set; } = Task.CompletedTask;

    /// <summary>Takes rows until there is no room left; false if the database has no more.</summary>
    public async Task<bool> FillAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        Count = 0;
        _recordBytes = 0;
        while (Count < Capacity)
        {
            // What has arrived is read without leaving this method.
            if (!await reader.ReadAsync(cancellation))
            {
                return false;
            }

            Take(reader);
        }

        return true;
    }

    /// <summary>Decrypts and decodes all rows. Nothing else touches this instance meanwhile.</summary>
    public void Open()
    {
        Span<byte> associated = stackalloc byte[ReadingKey.AssociatedDataBytes];
        for (var row = 0; row < Count; row++)
        {
            ref var place = ref _places[row];
            place.Key.WriteAssociatedData(associated);
            place.Readable = keyOf(place.Key.PatientNumber).TryOpen(associated, _records.AsSpan(place.Start, place.Length), _plain, out var opened)
                && ((place.Flags & ReadingFlags.Status) == ReadingFlags.None
                    ? ReadingRecord.TryRead(_plain.AsSpan(0, opened), out _readings[row].Content, out _)
                    : StatusRecord.TryRead(_plain.AsSpan(0, opened), out _readings[row].Status));
            _readings[row].Key = place.Key;
            _readings[row].ReceivedAt = place.ReceivedAt;
            _readings[row].Flags = place.Flags;
        }
    }

    /// <summary>False if the row would not open.</summary>
    public bool IsReadable(int row) => _places[row].Readable;

    /// <summary>What a readable row held.</summary>
    public ref readonly StoredReading this[int row] => ref _readings[row];

    /// <summary>Leaves no clear values behind in memory that nobody owns any more.</summary>
    public void Clear()
    {
        Array.Clear(_readings);
        Array.Clear(_plain);
    }

    // In the order of the statement's columns: going back costs more than reading.
    private void Take(NpgsqlDataReader row)
    {
        ref var place = ref _places[Count];
        var (tenant, patient, device, flags) = (row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3));
        var (key, boot, counter) = ((uint)row.GetInt64(4), unchecked((ulong)row.GetInt64(5)), unchecked((ulong)row.GetInt64(6)));
        place.Key = new ReadingKey(tenant, patient, device, key, boot, counter, UnixTime.FromDateTime(row.GetDateTime(7)));
        place.ReceivedAt = UnixTime.FromDateTime(row.GetDateTime(8));
        place.Flags = (ReadingFlags)flags;
        place.Start = _recordBytes;
        place.Length = Copy(row);
        _recordBytes += place.Length;
        Count++;
    }

    private int Copy(NpgsqlDataReader row)
    {
        while (true)
        {
            var room = Math.Min(_records.Length - _recordBytes, MostRecordBytes);
            var length = (int)row.GetBytes(9, 0, _records, _recordBytes, room);
            if (length < room || room == MostRecordBytes)
            {
                return length;
            }

            Array.Resize(ref _records, _records.Length * 2);
        }
    }

    private struct Place
    {
        public ReadingKey Key;
        public long ReceivedAt;
        public ReadingFlags Flags;
        public int Start;
        public int Length;
        public bool Readable;
    }
}
