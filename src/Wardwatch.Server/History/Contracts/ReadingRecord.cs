using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Wardwatch.Server.History.Contracts;

/// <summary>Where a record stands: what its encryption is bound to, and what makes it unique.</summary>
public readonly record struct ReadingKey(int TenantId, int PatientNumber, int DeviceNumber, uint KeyId, ulong BootId, ulong Counter, long MeasuredAt)
{
    /// <summary>Bytes of <see cref="WriteAssociatedData"/>.</summary>
    public const int AssociatedDataBytes = 40;

    /// <summary>
    /// The associated data of a record, big-endian:
    /// <code>| tenant 4 | patient 4 | device 4 | key id 4 | boot 8 | counter 8 | measured at, unix µs 8 |</code>
    /// A record that is moved to another row does not open there.
    /// </summary>
    public void WriteAssociatedData(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, TenantId);
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], PatientNumber);
        BinaryPrimitives.WriteInt32BigEndian(destination[8..], DeviceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], KeyId);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], BootId);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], Counter);
        BinaryPrimitives.WriteInt64BigEndian(destination[32..], MeasuredAt);
    }
}

/// <summary>The content of a record: the values of one reading and the scores that were computed when it came.</summary>
/// <remarks>A value that is absent is absent (<see cref="Has"/>), never a zero.</remarks>
public struct ReadingContent
{
    /// <summary>How many kinds of vital signs there are (the order is <c>Wardwatch.Clinical.Vitals.Vital</c>).</summary>
    public const int VitalCount = 10;

    /// <summary>How many drivers of the anomaly score are kept.</summary>
    public const int DriverCount = 3;

    /// <summary>Bit n: vital n is present.</summary>
    public ushort Present;

    /// <summary>The values, by vital.</summary>
    public VitalArray Values;

    /// <summary>When each value was measured, in milliseconds before the reading's own time (0 for most).</summary>
    public AgeArray AgeMilliseconds;

    /// <summary>Anomaly score 0..1, or NaN if there is none.</summary>
    public float AnomalyScore;

    /// <summary>Share of the model's inputs that were present, 0..1.</summary>
    public float Completeness;

    /// <summary>The vitals that drove the score, strongest first; <see cref="Drivers"/> counts them.</summary>
    public DriverArray DriverVitals;

    /// <summary>What each of them contributed.</summary>
    public ContributionArray DriverContributions;

    /// <summary>How many drivers there are.</summary>
    public byte Drivers;

    /// <summary>Lower bound of NEWS2, or 255 if there is no NEWS2.</summary>
    public byte News2Min;

    /// <summary>Upper bound of NEWS2.</summary>
    public byte News2Max;

    /// <summary>True if vital <paramref name="vital"/> is present.</summary>
    public readonly bool Has(int vital) => (Present >> vital & 1) != 0;

    /// <summary>Sets a value and its age.</summary>
    public void Set(int vital, float value, int ageMilliseconds)
    {
        Present |= (ushort)(1 << vital);
        Values[vital] = value;
        AgeMilliseconds[vital] = ageMilliseconds;
    }

    /// <summary>One float per vital.</summary>
    [InlineArray(VitalCount)]
    public struct VitalArray
    {
        private float _first;
    }

    /// <summary>One age per vital.</summary>
    [InlineArray(VitalCount)]
    public struct AgeArray
    {
        private int _first;
    }

    /// <summary>The drivers' vitals.</summary>
    [InlineArray(DriverCount)]
    public struct DriverArray
    {
        private byte _first;
    }

    /// <summary>The drivers' contributions.</summary>
    [InlineArray(DriverCount)]
    public struct ContributionArray
    {
        private float _first;
    }
}

/// <summary>
/// The bytes of a record before it is sealed, little-endian. Pinned by a golden test, because they reach the disk.
/// <code>
/// | version 1 | present u16 | aged u16 | drivers u8 | news2 min u8 | news2 max u8 | anomaly f32 | completeness f32 |
/// | f32 per present vital | i32 milliseconds per aged vital | (vital u8, contribution f32) per driver | unmapped JSON, to the end |
/// </code>
/// </summary>
public static class ReadingRecord
{
    /// <summary>The longest record without unmapped members.</summary>
    public const int MaxFixedBytes = HeaderBytes + ReadingContent.VitalCount * 8 + ReadingContent.DriverCount * 5;

    private const int HeaderBytes = 16;
    private const byte Version = 1;

    /// <summary>Writes a record and returns its length.</summary>
    /// <param name="content">Values and scores.</param>
    /// <param name="unmapped">Members of the payload that the server does not know, as they came (JSON object text), or empty.</param>
    /// <param name="destination">At least <see cref="MaxFixedBytes"/> plus <paramref name="unmapped"/>.</param>
    public static int Write(in ReadingContent content, ReadOnlySpan<byte> unmapped, Span<byte> destination)
    {
        ushort aged = 0;
        var at = HeaderBytes;
        for (var vital = 0; vital < ReadingContent.VitalCount; vital++)
        {
            if (content.Has(vital))
            {
                BinaryPrimitives.WriteSingleLittleEndian(destination[at..], content.Values[vital]);
                at += 4;
                aged |= content.AgeMilliseconds[vital] != 0 ? (ushort)(1 << vital) : (ushort)0;
            }
        }

        for (var vital = 0; vital < ReadingContent.VitalCount; vital++)
        {
            if ((aged >> vital & 1) != 0)
            {
                BinaryPrimitives.WriteInt32LittleEndian(destination[at..], content.AgeMilliseconds[vital]);
                at += 4;
            }
        }

        for (var driver = 0; driver < content.Drivers; driver++)
        {
            destination[at] = content.DriverVitals[driver];
            BinaryPrimitives.WriteSingleLittleEndian(destination[(at + 1)..], content.DriverContributions[driver]);
            at += 5;
        }

        destination[0] = Version;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[1..], content.Present);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[3..], aged);
        destination[5] = content.Drivers;
        destination[6] = content.News2Min;
        destination[7] = content.News2Max;
        BinaryPrimitives.WriteSingleLittleEndian(destination[8..], content.AnomalyScore);
        BinaryPrimitives.WriteSingleLittleEndian(destination[12..], content.Completeness);
        unmapped.CopyTo(destination[at..]);
        return at + unmapped.Length;
    }

    /// <summary>Reads what <see cref="Write"/> wrote; false if the bytes are not a record of a known version.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ReadingContent content, out ReadOnlySpan<byte> unmapped)
    {
        content = default;
        unmapped = default;
        if (source.Length < HeaderBytes || source[0] != Version || source[5] > ReadingContent.DriverCount)
        {
            return false;
        }

        content.Present = BinaryPrimitives.ReadUInt16LittleEndian(source[1..]);
        var aged = BinaryPrimitives.ReadUInt16LittleEndian(source[3..]);
        content.Drivers = source[5];
        content.News2Min = source[6];
        content.News2Max = source[7];
        content.AnomalyScore = BinaryPrimitives.ReadSingleLittleEndian(source[8..]);
        content.Completeness = BinaryPrimitives.ReadSingleLittleEndian(source[12..]);
        var needed = HeaderBytes + 4 * (System.Numerics.BitOperations.PopCount(content.Present) + System.Numerics.BitOperations.PopCount(aged)) + 5 * content.Drivers;
        if (content.Present >> ReadingContent.VitalCount != 0 || (aged & ~content.Present) != 0 || source.Length < needed)
        {
            return false;
        }

        var at = HeaderBytes;
        for (var vital = 0; vital < ReadingContent.VitalCount; vital++)
        {
            if (content.Has(vital))
            {
                content.Values[vital] = BinaryPrimitives.ReadSingleLittleEndian(source[at..]);
                at += 4;
            }
        }

        for (var vital = 0; vital < ReadingContent.VitalCount; vital++)
        {
            if ((aged >> vital & 1) != 0)
            {
                content.AgeMilliseconds[vital] = BinaryPrimitives.ReadInt32LittleEndian(source[at..]);
                at += 4;
            }
        }

        for (var driver = 0; driver < content.Drivers; driver++)
        {
            if (source[at] >= ReadingContent.VitalCount)
            {
                return false;
            }

            content.DriverVitals[driver] = source[at];
            content.DriverContributions[driver] = BinaryPrimitives.ReadSingleLittleEndian(source[(at + 1)..]);
            at += 5;
        }

        unmapped = source[at..];
        return true;
    }
}
