using System.Text.Json;
using System.Text.Unicode;

namespace Wardwatch.Devices.Payloads;

/// <summary>
/// Reads the JSON of a device's status, by the rules and within the bounds of <see cref="VitalsReader"/>: a member that is not understood, or cannot be believed, leaves the
/// others standing; only what makes the whole doubtful refuses the whole. Accepted payloads are read without allocating.
/// </summary>
public static class StatusReader
{
    /// <summary>The longest name of a firmware.</summary>
    public const int MaxFirmwareBytes = 64;

    // More than these at one level are too many in any case.
    private const int MostNames = VitalsReader.MaxUnmappedMembers + Vitals.Count + 4;

    /// <summary>Reads a payload. Its time is not judged here: see <see cref="MeasurementTimes.Judge"/>.</summary>
    /// <param name="json">The decrypted payload.</param>
    /// <param name="payload">Complete if the answer is true; otherwise to be ignored.</param>
    /// <param name="problem">Why the payload is refused as a whole.</param>
    public static bool TryRead(ReadOnlySpan<byte> json, out StatusPayload payload, out VitalsProblem problem)
    {
        payload = default;
        if (json.Length > VitalsReader.MaxBytes) problem = VitalsProblem.TooLarge;
        else if (!Utf8.IsValid(json)) problem = VitalsProblem.NotUtf8;
        else
        {
            try
            {
                problem = Read(json, ref payload);
            }
            catch (JsonException)
            {
                problem = VitalsProblem.NotJson;
            }
        }

        return problem == VitalsProblem.None;
    }

    private static VitalsProblem Read(ReadOnlySpan<byte> json, ref StatusPayload payload)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = VitalsReader.MaxDepth + 2 });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return VitalsProblem.NotObject;

        var seen = new SeenNames(stackalloc byte[VitalsReader.MaxBytes], stackalloc int[MostNames]);
        Span<byte> scratch = stackalloc byte[VitalsReader.MaxEscapedBytes];
        var hasTime = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var problem = seen.Take(in reader, out var name);
            if (problem != VitalsProblem.None) return problem;
            reader.Read();
            if (name.SequenceEqual("t"u8))
            {
                if (!VitalsReader.TryTime(in reader, scratch, out var at)) return VitalsProblem.TimeUnreadable;
                (payload.MeasuredAt, hasTime) = (at, true);
            }
            else if (name.SequenceEqual("battery"u8)) ReadBattery(in reader, ref payload);
            else if (name.SequenceEqual("sensors"u8)) problem = ReadSensors(ref reader, ref payload);
            else if (name.SequenceEqual("firmware"u8)) payload.RefusedCount += reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= MaxFirmwareBytes ? 0 : 1;
            else payload.UnmappedCount++;

            if (problem != VitalsProblem.None) return problem;
            if (!VitalsReader.TrySkipRest(ref reader)) return VitalsProblem.TooDeep;
        }

        reader.Read(); // throws where anything but white space follows
        if (!hasTime) return VitalsProblem.TimeMissing;
        return payload.UnmappedCount > VitalsReader.MaxUnmappedMembers ? VitalsProblem.TooManyMembers : VitalsProblem.None;
    }

    private static void ReadBattery(in Utf8JsonReader reader, ref StatusPayload payload)
    {
        if (reader.TokenType == JsonTokenType.Number && VitalsReader.TryNumber(reader.ValueSpan, out var percent) && percent is >= 0 and <= 100) payload.Battery = percent;
        else payload.RefusedCount++;
    }

    private static VitalsProblem ReadSensors(ref Utf8JsonReader reader, ref StatusPayload payload)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            payload.RefusedCount++;
            return VitalsProblem.None;
        }

        var seen = new SeenNames(stackalloc byte[VitalsReader.MaxBytes], stackalloc int[MostNames]);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var problem = seen.Take(in reader, out var name);
            if (problem != VitalsProblem.None) return problem;
            var isKnown = Vitals.TryFromWireName(name, out var kind);
            reader.Read();
            if (!isKnown) payload.UnmappedCount++;
            else if (IsPlain(in reader, "on"u8)) payload.SensorsOn |= 1 << (int)kind;
            else if (IsPlain(in reader, "off"u8)) payload.SensorsOff |= 1 << (int)kind;
            else payload.RefusedCount++;
            if (!VitalsReader.TrySkipRest(ref reader)) return VitalsProblem.TooDeep;
        }

        return VitalsProblem.None;
    }

    // A device writes words as words: an escaped one is refused.
    private static bool IsPlain(in Utf8JsonReader reader, ReadOnlySpan<byte> word) => reader.TokenType == JsonTokenType.String && reader.ValueSpan.SequenceEqual(word);

    /// <summary>The names of one object so far, without their escapes.</summary>
    private ref struct SeenNames(Span<byte> names, Span<int> ends)
    {
        private readonly Span<byte> _names = names;
        private readonly Span<int> _ends = ends;
        private int _used;
        private int _count;

        /// <summary>Takes the name on which the reader stands.</summary>
        public VitalsProblem Take(in Utf8JsonReader reader, out ReadOnlySpan<byte> name)
        {
            name = default;
            if (_count == _ends.Length) return VitalsProblem.TooManyMembers;
            try
            {
                name = _names.Slice(_used, reader.CopyString(_names[_used..]));
            }
            catch (InvalidOperationException)
            {
                return VitalsProblem.NotJson; // half a surrogate pair is no text
            }

            for (int i = 0, start = 0; i < _count; start = _ends[i++])
            {
                if (_names[start.._ends[i]].SequenceEqual(name)) return VitalsProblem.DuplicateMember;
            }

            _used += name.Length;
            _ends[_count++] = _used;
            return VitalsProblem.None;
        }
    }
}
