using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Wardwatch.Devices.Payloads;

/// <summary>
/// Reads the JSON of one set of vital signs. A member that is not understood, or a vital sign that cannot be believed, leaves the others
/// standing; only what makes the whole doubtful refuses the whole. Accepted payloads are read without allocating.
/// </summary>
public static class VitalsReader
{
    public const int MaxBytes = 4096;
    public const int MaxDepth = 8;
    public const int MaxUnmappedMembers = 64;

    /// <summary>Longer numbers are refused unread: no vital sign has 64 digits, and reading thousands costs time.</summary>
    private const int MaxNumberBytes = 64;

    /// <summary>The longest name or time of ours with every character escaped as \uXXXX.</summary>
    internal const int MaxEscapedBytes = 6 * Timestamp.MaxReadBytes;

    private const int TimeBit = 1 << Vitals.Count;

    // Powers that a double holds exactly: an integer below 2^53 divided by one of them is the nearest double.
    private static readonly double[] PowersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>Reads a payload. Times are not judged here: see <see cref="VitalsPayload.JudgeTimes"/>.</summary>
    /// <param name="json">The decrypted payload.</param>
    /// <param name="payload">Complete if the answer is true; otherwise to be ignored.</param>
    /// <param name="problem">Why the payload is refused as a whole.</param>
    public static bool TryRead(ReadOnlySpan<byte> json, out VitalsPayload payload, out VitalsProblem problem)
    {
        payload = default;
        if (json.Length > MaxBytes) problem = VitalsProblem.TooLarge;
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

    private static VitalsProblem Read(ReadOnlySpan<byte> json, ref VitalsPayload payload)
    {
        // The reader's own depth limit throws without saying why; ours comes first.
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth + 2 });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return VitalsProblem.NotObject;

        var seen = 0;
        var unmapped = 0;
        Span<byte> scratch = stackalloc byte[MaxEscapedBytes];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!TryText(in reader, scratch, out var name)) return VitalsProblem.NotJson;
            var isTime = name.Length == 1 && name[0] == 't';
            var kind = default(VitalKind);
            if (!isTime && !Vitals.TryFromWireName(name, out kind))
            {
                unmapped++;
                if (!TrySkipValue(ref reader)) return VitalsProblem.TooDeep;
                continue;
            }

            var bit = isTime ? TimeBit : 1 << (int)kind;
            if ((seen & bit) != 0) return VitalsProblem.DuplicateMember;
            seen |= bit;

            reader.Read();
            if (isTime)
            {
                if (!TryTime(in reader, scratch, out var measuredAt)) return VitalsProblem.TimeUnreadable;
                payload.MeasuredAt = measuredAt;
                continue;
            }

            var problem = ReadVital(ref reader, kind, ref unmapped, out var reading);
            if (problem != VitalsProblem.None) return problem;
            payload.Put(kind, reading);
        }

        reader.Read(); // throws where anything but white space follows
        if ((seen & TimeBit) == 0) return VitalsProblem.TimeMissing;
        payload.FillTimes();
        payload.UnmappedCount = unmapped;
        if (unmapped > MaxUnmappedMembers) return VitalsProblem.TooManyMembers;
        return unmapped > 1 && HasDuplicateNames(json) ? VitalsProblem.DuplicateMember : VitalsProblem.None;
    }

    /// <summary>Reads a bare value, or an object of "v" and "t". The reader stands on its first token, and on its last afterwards.</summary>
    private static VitalsProblem ReadVital(ref Utf8JsonReader reader, VitalKind kind, ref int unmapped, out VitalReading reading)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            var status = ReadValue(in reader, kind, out var bare);
            reading = new VitalReading(status, bare, VitalsPayload.NoTimeYet);
            return TrySkipRest(ref reader) ? VitalsProblem.None : VitalsProblem.TooDeep;
        }

        Span<byte> scratch = stackalloc byte[MaxEscapedBytes];
        var value = double.NaN;
        var measuredAt = VitalsPayload.NoTimeYet;
        var valueStatus = VitalStatus.WrongType; // until "v" is found
        var timeReadable = true;
        bool hasValue = false, hasTime = false;
        reading = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!TryText(in reader, scratch, out var name)) return VitalsProblem.NotJson;
            var isValue = name.Length == 1 && name[0] == 'v';
            var isTime = name.Length == 1 && name[0] == 't';
            if ((isValue && hasValue) || (isTime && hasTime)) return VitalsProblem.DuplicateMember;
            hasValue |= isValue;
            hasTime |= isTime;

            reader.Read();
            if (isValue) valueStatus = ReadValue(in reader, kind, out value);
            else if (isTime) timeReadable = TryTime(in reader, scratch, out measuredAt);
            else unmapped++;
            if (!TrySkipRest(ref reader)) return VitalsProblem.TooDeep;
        }

        var together = valueStatus == VitalStatus.Accepted && !timeReadable ? VitalStatus.TimeUnreadable : valueStatus;
        reading = new VitalReading(together, value, timeReadable ? measuredAt : VitalsPayload.NoTimeYet);
        return VitalsProblem.None;
    }

    private static VitalStatus ReadValue(in Utf8JsonReader reader, VitalKind kind, out double value)
    {
        value = double.NaN;
        switch (kind)
        {
            case VitalKind.Consciousness:
                if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length != 1) return VitalStatus.WrongType;
                var level = "ACVPU"u8.IndexOf(reader.ValueSpan[0]); // in the order of ConsciousnessLevel
                if (level < 0) return VitalStatus.WrongType;
                value = level;
                return VitalStatus.Accepted;

            case VitalKind.SupplementalOxygen:
                if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False)) return VitalStatus.WrongType;
                value = reader.TokenType == JsonTokenType.True ? 1 : 0;
                return VitalStatus.Accepted;

            default:
                if (reader.TokenType != JsonTokenType.Number) return VitalStatus.WrongType;
                if (!TryNumber(reader.ValueSpan, out value)) return VitalStatus.NumberUnreadable;
                return Vitals.IsPlausible(kind, value) ? VitalStatus.Accepted : VitalStatus.Implausible;
        }
    }

    /// <summary>Reads a JSON number as the nearest double; false (and NaN) where it is too long or too large for one.</summary>
    internal static bool TryNumber(ReadOnlySpan<byte> text, out double value)
    {
        long digits = 0;
        int count = 0, decimals = 0, i = 0;
        var seenPoint = false;
        for (; i < text.Length; i++)
        {
            var digit = (uint)text[i] - '0';
            if (digit <= 9)
            {
                if (++count > 15) break;
                digits = (digits * 10) + digit;
                if (seenPoint) decimals++;
            }
            else if (text[i] == '.') seenPoint = true;
            else break;
        }

        if (i == text.Length)
        {
            value = digits / PowersOfTen[decimals];
            return true;
        }

        // Signs, exponents and more than 15 digits: correct, and rare.
        if (text.Length <= MaxNumberBytes && Utf8Parser.TryParse(text, out value, out var consumed) && consumed == text.Length && double.IsFinite(value)) return true;
        value = double.NaN;
        return false;
    }

    internal static bool TryTime(in Utf8JsonReader reader, Span<byte> scratch, out long unixMicroseconds)
    {
        unixMicroseconds = 0;
        return reader.TokenType == JsonTokenType.String
            && TryText(in reader, scratch, out var text)
            && Timestamp.TryRead(text, out unixMicroseconds);
    }

    /// <summary>
    /// The current name or string without its escapes. A text with escapes that is longer than any of ours is answered as it stands, which
    /// is then none of ours either. False where an escape is half of a surrogate pair.
    /// </summary>
    private static bool TryText(in Utf8JsonReader reader, Span<byte> scratch, out ReadOnlySpan<byte> text)
    {
        text = reader.ValueSpan;
        if (!reader.ValueIsEscaped || text.Length > scratch.Length) return true;
        try
        {
            text = scratch[..reader.CopyString(scratch)];
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Goes from a name to the end of its value; false where that is nested too deep.</summary>
    private static bool TrySkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        return TrySkipRest(ref reader);
    }

    internal static bool TrySkipRest(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return true;
        var depth = reader.CurrentDepth;
        do
        {
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= MaxDepth) return false;
            reader.Read();
        }
        while (reader.CurrentDepth > depth);
        return true;
    }

    /// <summary>Compares the names of all members that were not understood, without their escapes. Rare, so it may read the payload again.</summary>
    private static bool HasDuplicateNames(ReadOnlySpan<byte> json)
    {
        Span<byte> names = stackalloc byte[MaxBytes];
        Span<(int Start, int End, VitalKind? Parent)> entries = stackalloc (int, int, VitalKind?)[MaxUnmappedMembers];
        int used = 0, count = 0;
        foreach (var member in new UnmappedMembers(json))
        {
            var end = used + member.CopyName(names[used..]);
            var name = names[used..end];
            foreach (var (start, otherEnd, parent) in entries[..count])
            {
                if (parent == member.Parent && name.SequenceEqual(names[start..otherEnd])) return true;
            }

            entries[count++] = (used, end, member.Parent);
            used = end;
        }

        return false;
    }
}
