using System.Globalization;

namespace Wardwatch.Devices.Payloads;

/// <summary>Writes the JSON of a status, as a device sends it.</summary>
public static class StatusPayloadWriter
{
    /// <summary>No payload that is written here is longer.</summary>
    public const int MaxBytes = 512;

    /// <summary>Writes the payload at the start of the destination and answers its length.</summary>
    /// <param name="payload">What is to be said; a sensor that is both on and off is written as off.</param>
    /// <param name="destination">At least <see cref="MaxBytes"/> bytes.</param>
    /// <exception cref="ArgumentException">The destination is shorter, the time is outside the years 1 to 9999, or the battery outside 0 to 100.</exception>
    public static int Write(in StatusPayload payload, Span<byte> destination)
    {
        if (destination.Length < MaxBytes) throw new ArgumentException($"The destination must have {MaxBytes} bytes", nameof(destination));
        if (payload.Battery is { } battery && battery is not (>= 0 and <= 100)) throw new ArgumentException("The battery is outside 0 to 100 %", nameof(payload));
        var at = 0;
        VitalsWriter.Put(destination, ref at, "{\"t\":"u8);
        VitalsWriter.PutTime(destination, ref at, payload.MeasuredAt);
        if (payload.Battery is { } percent)
        {
            VitalsWriter.Put(destination, ref at, ",\"battery\":"u8);
            percent.TryFormat(destination[at..], out var written, "R", CultureInfo.InvariantCulture);
            at += written;
        }

        if (payload.HasSensors)
        {
            VitalsWriter.Put(destination, ref at, ",\"sensors\":{"u8);
            var isFirst = true;
            for (var i = 0; i < Vitals.Count; i++)
            {
                if (((payload.SensorsOn | payload.SensorsOff) >> i & 1) == 0) continue;
                VitalsWriter.Put(destination, ref at, isFirst ? "\""u8 : ",\""u8);
                VitalsWriter.Put(destination, ref at, Vitals.WireName((VitalKind)i));
                VitalsWriter.Put(destination, ref at, (payload.SensorsOff >> i & 1) != 0 ? "\":\"off\""u8 : "\":\"on\""u8);
                isFirst = false;
            }

            VitalsWriter.Put(destination, ref at, "}"u8);
        }

        VitalsWriter.Put(destination, ref at, "}"u8);
        return at;
    }
}
