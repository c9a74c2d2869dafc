using System.Buffers.Binary;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.History.Contracts;

/// <summary>
/// One row of <c>readings</c> as PostgreSQL's binary COPY takes it: a count of columns, then a length and the bytes of each, big-endian. All columns but the last have a
/// fixed length, so that each stands at a fixed place and a row can be read again where it lies.
/// </summary>
/// <remarks>A lane writes this once; nothing between it and the socket to PostgreSQL looks at the columns again. The format is PostgreSQL's "COPY", binary format.</remarks>
internal static class CopyRow
{
    /// <summary>Starts rows from standard input; the columns in the order in which <see cref="Write"/> has them.</summary>
    public const string Statement = """
        copy readings (tenant_id, patient_no, device_no, flags, key_id, boot_id, counter, envelope_tag, measured_at, received_at, record)
        from stdin (format binary)
        """;

    /// <summary>Bytes before the record.</summary>
    public const int FixedBytes = Record;

    private const int Columns = 11;
    private const int Tenant = 2 + LengthBytes;
    private const int Patient = Tenant + 4 + LengthBytes;
    private const int Device = Patient + 4 + LengthBytes;
    private const int FlagBits = Device + 4 + LengthBytes;
    private const int KeyId = FlagBits + 4 + LengthBytes;
    private const int Boot = KeyId + 8 + LengthBytes;
    private const int Counter = Boot + 8 + LengthBytes;
    private const int Tag = Counter + 8 + LengthBytes;
    private const int Measured = Tag + 8 + LengthBytes;
    private const int Received = Measured + 8 + LengthBytes;
    private const int Record = Received + 8 + LengthBytes;
    private const int LengthBytes = 4;

    // PostgreSQL counts its microseconds from 2000-01-01.
    private const long Epoch = 946_684_800_000_000;

    /// <summary>What comes before the first row: the signature, no flags, no extension.</summary>
    public static ReadOnlySpan<byte> Header =>
        [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>What comes behind the last row.</summary>
    public static ReadOnlySpan<byte> Trailer => [0xFF, 0xFF];

    /// <summary>Writes everything but the record itself, which follows at <see cref="FixedBytes"/>.</summary>
    public static void Write(Span<byte> row, in ReadingKey key, ReadingFlags flags, long envelopeTag, long receivedAt, int recordLength)
    {
        row = row[..FixedBytes];
        BinaryPrimitives.WriteInt16BigEndian(row, Columns);
        WriteColumn(row, Tenant, key.TenantId);
        WriteColumn(row, Patient, key.PatientNumber);
        WriteColumn(row, Device, key.DeviceNumber);
        WriteColumn(row, FlagBits, (int)flags);
        WriteColumn(row, KeyId, (long)key.KeyId);
        WriteColumn(row, Boot, unchecked((long)key.BootId));
        WriteColumn(row, Counter, unchecked((long)key.Counter));
        WriteColumn(row, Tag, envelopeTag);
        WriteColumn(row, Measured, key.MeasuredAt - Epoch);
        WriteColumn(row, Received, receivedAt - Epoch);
        BinaryPrimitives.WriteInt32BigEndian(row[(Record - LengthBytes)..], recordLength);
    }

    /// <summary>Where the row belongs.</summary>
    public static ReadingKey KeyOf(ReadOnlySpan<byte> row) => new(ReadInt(row, Tenant), ReadInt(row, Patient), ReadInt(row, Device), (uint)ReadLong(row, KeyId),
        unchecked((ulong)ReadLong(row, Boot)), unchecked((ulong)ReadLong(row, Counter)), ReadLong(row, Measured) + Epoch);

    /// <summary>Its flags.</summary>
    public static ReadingFlags FlagsOf(ReadOnlySpan<byte> row) => (ReadingFlags)ReadInt(row, FlagBits);

    /// <summary>The first eight bytes of its envelope's tag.</summary>
    public static long TagOf(ReadOnlySpan<byte> row) => ReadLong(row, Tag);

    /// <summary>When it was received, in microseconds since the Unix epoch.</summary>
    public static long ReceivedAt(ReadOnlySpan<byte> row) => ReadLong(row, Received) + Epoch;

    private static void WriteColumn(Span<byte> row, int at, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(row[(at - LengthBytes)..], 4);
        BinaryPrimitives.WriteInt32BigEndian(row[at..], value);
    }

    private static void WriteColumn(Span<byte> row, int at, long value)
    {
        BinaryPrimitives.WriteInt32BigEndian(row[(at - LengthBytes)..], 8);
        BinaryPrimitives.WriteInt64BigEndian(row[at..], value);
    }

    private static int ReadInt(ReadOnlySpan<byte> row, int at) => BinaryPrimitives.ReadInt32BigEndian(row[at..]);

    private static long ReadLong(ReadOnlySpan<byte> row, int at) => BinaryPrimitives.ReadInt64BigEndian(row[at..]);
}
