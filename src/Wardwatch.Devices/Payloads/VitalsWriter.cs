using System.Buffers;
using System.Globalization;

namespace Wardwatch.Devices.Payloads;

/// <summary>Writes the JSON of one set of vital signs, as a device sends it.</summary>
public static class VitalsWriter
{
    /// <summary>No payload that is written here is longer.</summary>
    public const int MaxBytes = 1024;

    /// <summary>Appends the payload and answers its length. Only accepted values are written; a value whose time is not the payload's carries its own.</summary>
    /// <exception cref="ArgumentException">A time is outside the years 1 to 9999.</exception>
    public static int Write(in VitalsPayload payload, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var written = Write(payload, output.GetSpan(MaxBytes));
        output.Advance(written);
        return written;
    }

    /// <summary>Writes the payload at the start of the destination and answers its length.</summary>
    /// <param name="payload">See <see cref="Write(in VitalsPayload, IBufferWriter{byte})"/>.</param>
    /// <param name="destination">At least <see cref="MaxBytes"/> bytes.</param>
    /// <exception cref="ArgumentException">The destination is shorter, or a time is outside the years 1 to 9999.</exception>
    public static int Write(in VitalsPayload payload, Span<byte> destination)
    {
        if (destination.Length < MaxBytes) throw new ArgumentException($"The destination must have {MaxBytes} bytes", nameof(destination));
        var at = 0;
        Put(destination, ref at, "{\"t\":"u8);
        PutTime(destination, ref at, payload.MeasuredAt);
        for (var i = 0; i < Vitals.Count; i++)
        {
            var kind = (VitalKind)i;
            var reading = payload[kind];
            if (reading.Status != VitalStatus.Accepted) continue;

            Put(destination, ref at, ",\""u8);
            Put(destination, ref at, Vitals.WireName(kind));
            Put(destination, ref at, "\":"u8);
            if (reading.MeasuredAt == payload.MeasuredAt)
            {
                PutValue(destination, ref at, kind, reading.Value);
                continue;
            }

            Put(destination, ref at, "{\"v\":"u8);
            PutValue(destination, ref at, kind, reading.Value);
            Put(destination, ref at, ",\"t\":"u8);
            PutTime(destination, ref at, reading.MeasuredAt);
            Put(destination, ref at, "}"u8);
        }

        Put(destination, ref at, "}"u8);
        return at;
    }

    private static void PutValue(Span<byte> destination, ref int at, VitalKind kind, double value)
    {
        switch (kind)
        {
            case VitalKind.Consciousness:
                ReadOnlySpan<byte> letter = [(byte)'"', Vitals.WireLetter((ConsciousnessLevel)(int)value), (byte)'"'];
                Put(destination, ref at, letter);
                break;
            case VitalKind.SupplementalOxygen:
                Put(destination, ref at, value != 0 ? "true"u8 : "false"u8);
                break;
            default:
                value.TryFormat(destination[at..], out var written, "R", CultureInfo.InvariantCulture);
                at += written;
                break;
        }
    }

    internal static void PutTime(Span<byte> destination, ref int at, long unixMicroseconds)
    {
        destination[at++] = (byte)'"';
        if (!Timestamp.TryWrite(unixMicroseconds, destination[at..], out var written)) throw new ArgumentException("A time is outside the years 1 to 9999", nameof(unixMicroseconds));
        at += written;
        destination[at++] = (byte)'"';
    }

    internal static void Put(Span<byte> destination, ref int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(destination[at..]);
        at += bytes.Length;
    }
}
