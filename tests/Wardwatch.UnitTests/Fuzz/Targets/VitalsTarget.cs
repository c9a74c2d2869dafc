using System.Globalization;
using System.Text;
using System.Text.Json;
using Wardwatch.Devices.Payloads;

namespace Wardwatch.UnitTests.Fuzz.Targets;

/// <summary>
/// The JSON of vital signs, beside the platform's own document: what we accept it accepts, with the same numbers, times and members; what we refuse is refused
/// for the reason that the document shows.
/// </summary>
internal sealed class VitalsTarget : FuzzTarget
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 64 };
    private static readonly string[] Names = [.. Enumerable.Range(0, Vitals.Count).Select(kind => Encoding.UTF8.GetString(Vitals.WireName((VitalKind)kind)))];

    public override string Name => "vitals";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            """{"t":"2026-11-20T09:00:00.123Z","hr":75,"spo2":96,"sbp":{"v":120,"t":"2026-11-20T08:59:00Z","x":[1,{"y":null}]},"temp":37.1,"acvpu":"A","o2":false}""",
            """{"x":"\u00e9\"\\","h\u0072":7.5e1,"t":"2026-11-20T10:00:00\u002B01:00","glucose":5.5,"":{"a":[]},"etco2":1e400}""",
            """{"hr":null,"rr":{"t":"2026-11-20T09:00:00Z","v":14.25},"dbp":{"v":"x"},"t":"2026-11-20T09:00:00.123456789+05:30"} """,
            """{"t":"2026-11-20T09:00:00Z","a":1,"b":2,"a":3}""",
            """{"t":"2026-11-20T09:00:00Z","a":[[[[[[[[1]]]]]]]],"hr":{"v":1,"v":2}}""",
            """{"t":"2026-02-29T23:59:60Z","temp":37.123456789012345678}""",
            "[]", "{}", "null",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public override IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud83e\\udec0", "\\udc00", "\\\"", "\\/", "\t\r\n ", "//", "/**/", "null", "true", "false", "\"v\":", "\"t\":", "\"A\"", "\"U\"", "\"\\u0041\"",
            "\"hr\":", "\"spo2\":", "\"sbp\":", "\"dbp\":", "\"temp\":", "\"rr\":", "\"acvpu\":", "\"o2\":", "\"etco2\":", "\"glucose\":", "{\"v\":", "\"2026-11-20T09:00:00Z\"", ",\"x\":1", "\u00e9", "\ufeff", "[[[[", "]]]]",
        }.Select(Encoding.UTF8.GetBytes),
        [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xFF],
    ];

    public override int QuickExecutions => 20_000;

    // A refusal may throw inside the platform's reader: its exception and stack do not depend on the payload.
    public override long AllocationLimit(int inputBytes) => 8_192 + (8L * inputBytes);

    public override ulong Execute(byte[] input, FuzzMeter meter)
    {
        meter.Begin();
        var accepted = VitalsReader.TryRead(input, out var payload, out var problem);
        meter.End();
        if (accepted != (problem == VitalsProblem.None)) throw new FuzzFailure($"Accepted: {accepted}, and yet {problem}.");
        var signature = new Signature();
        signature.Add((ulong)problem);
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(input, Deep);
        }
        catch (JsonException)
        {
            if (accepted) throw new FuzzFailure("It is accepted and is not JSON.");
            return signature.Value;
        }

        using (document)
        {
            if (accepted) JudgeAccepted(input, document.RootElement, payload, ref signature);
            else JudgeRefused(input, document.RootElement, problem);
        }

        return signature.Value;
    }

    private static void JudgeAccepted(byte[] json, JsonElement root, in VitalsPayload payload, ref Signature signature)
    {
        var unknown = root.EnumerateObject().Count(member => NameOf(member) is not "t" && !Names.Contains(NameOf(member)));
        if (!TryGet(root, "t", out var whole) || Time(whole) != payload.MeasuredAt) throw new FuzzFailure($"The time is {payload.MeasuredAt}, the document has {whole}.");
        for (var i = 0; i < Vitals.Count; i++)
        {
            var reading = payload[(VitalKind)i];
            signature.Add((ulong)reading.Status);
            if (!TryGet(root, Names[i], out var element))
            {
                if (reading.Status != VitalStatus.Absent) throw new FuzzFailure($"{Names[i]} is not in the document and is {reading}.");
                continue;
            }

            var isObject = element.ValueKind == JsonValueKind.Object;
            if (isObject) unknown += element.EnumerateObject().Count(member => NameOf(member) is not ("v" or "t"));
            var (value, hasValue) = isObject ? (TryGet(element, "v", out var inner) ? inner : default, TryGet(element, "v", out _)) : (element, true);
            var ownTime = isObject && TryGet(element, "t", out var t) ? Time(t) : payload.MeasuredAt;
            var expected = Expected((VitalKind)i, value, hasValue, ownTime is not null);
            if (reading.Status != expected.Status || !reading.Value.Equals(expected.Value)) throw new FuzzFailure($"{Names[i]} is {reading}, the document says {expected}.");
            if (reading.Status == VitalStatus.Accepted && reading.MeasuredAt != ownTime) throw new FuzzFailure($"{Names[i]} has the time {reading.MeasuredAt}, the document says {ownTime}.");
        }

        if (unknown != payload.UnmappedCount) throw new FuzzFailure($"{payload.UnmappedCount} members are not understood, the document has {unknown}.");
        signature.AddSize(unknown);
        JudgeUnmapped(json, payload);
        JudgeWritten(payload);
    }

    // Half a surrogate pair has no text: the platform's document cannot name such a member.
    private static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return "\ufffd";
        }
    }

    private static bool TryGet(JsonElement parent, string name, out JsonElement value)
    {
        value = default;
        foreach (var member in parent.EnumerateObject())
        {
            if (NameOf(member) != name) continue;
            value = member.Value;
            return true;
        }

        return false;
    }

    private static (VitalStatus Status, double Value) Expected(VitalKind kind, JsonElement value, bool hasValue, bool timeReadable)
    {
        var (status, number) = (VitalStatus.WrongType, double.NaN);
        if (!hasValue) return (status, number);
        if (kind == VitalKind.Consciousness)
        {
            // Our devices write the letter as a letter: an escaped one is refused.
            var letter = value.ValueKind == JsonValueKind.String && value.GetRawText().Length == 3 ? "ACVPU".IndexOf(value.GetRawText()[1], StringComparison.Ordinal) : -1;
            if (letter >= 0) (status, number) = (VitalStatus.Accepted, letter);
        }
        else if (kind == VitalKind.SupplementalOxygen)
        {
            if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) (status, number) = (VitalStatus.Accepted, value.ValueKind == JsonValueKind.True ? 1 : 0);
        }
        else if (value.ValueKind == JsonValueKind.Number)
        {
            number = value.GetRawText().Length <= 64 || IsPlain(value.GetRawText()) ? double.Parse(value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture) : double.NaN;
            if (!double.IsFinite(number)) number = double.NaN;
            status = double.IsNaN(number) ? VitalStatus.NumberUnreadable : Vitals.IsPlausible(kind, number) ? VitalStatus.Accepted : VitalStatus.Implausible;
        }

        return (status == VitalStatus.Accepted && !timeReadable ? VitalStatus.TimeUnreadable : status, number);
    }

    private static bool IsPlain(string number) => number.All(c => char.IsAsciiDigit(c) || c == '.') && number.Count(char.IsAsciiDigit) <= 15;

    private static long? Time(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String) return null;
        try
        {
            return Timestamp.TryRead(Encoding.UTF8.GetBytes(element.GetString()!), out var time) ? time : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static void JudgeUnmapped(byte[] json, in VitalsPayload payload)
    {
        var found = 0;
        foreach (var member in new UnmappedMembers(json))
        {
            found++;
            if (member.CopyName(new byte[member.QuotedName.Length]) >= member.QuotedName.Length) throw new FuzzFailure("A name is longer than it was with its quotes.");
            using var value = JsonDocument.Parse(member.Value.ToArray(), Deep);
        }

        if (found != payload.UnmappedCount) throw new FuzzFailure($"{payload.UnmappedCount} members were counted and {found} are found again.");
    }

    private static void JudgeWritten(VitalsPayload payload)
    {
        var text = new byte[VitalsWriter.MaxBytes];
        var length = VitalsWriter.Write(payload, text);
        if (!VitalsReader.TryRead(text.AsSpan(0, length), out var back, out var problem)) throw new FuzzFailure($"What is written again is refused: {problem}. {Encoding.UTF8.GetString(text, 0, length)}");
        if (back.MeasuredAt != payload.MeasuredAt) throw new FuzzFailure($"Written again, {payload.MeasuredAt} becomes {back.MeasuredAt}.");
        for (var i = 0; i < Vitals.Count; i++)
        {
            var (before, after) = (payload[(VitalKind)i], back[(VitalKind)i]);
            var same = before.Status == VitalStatus.Accepted ? before == after : after.Status == VitalStatus.Absent;
            if (!same) throw new FuzzFailure($"Written again, {Names[i]} {before} becomes {after}.");
        }
    }

    private static void JudgeRefused(byte[] json, JsonElement root, VitalsProblem problem)
    {
        var isObject = root.ValueKind == JsonValueKind.Object;
        var justified = problem switch
        {
            VitalsProblem.TooLarge => json.Length > VitalsReader.MaxBytes,
            VitalsProblem.NotUtf8 => !System.Text.Unicode.Utf8.IsValid(json),
            VitalsProblem.NotObject => !isObject,
            VitalsProblem.TooDeep => Depth(root) > VitalsReader.MaxDepth,

            // Half a surrogate pair in a name: a document keeps it, a text cannot.
            VitalsProblem.NotJson => isObject && Encoding.UTF8.GetString(json).Contains("\\ud", StringComparison.OrdinalIgnoreCase),
            VitalsProblem.TimeMissing => !TryGet(root, "t", out _),
            VitalsProblem.TimeUnreadable => root.EnumerateObject().Any(member => NameOf(member) == "t" && Time(member.Value) is null),
            VitalsProblem.DuplicateMember => HasDuplicates(root) || root.EnumerateObject().Any(member => Names.Contains(NameOf(member)) && HasDuplicates(member.Value)),
            VitalsProblem.TooManyMembers => root.EnumerateObject().Sum(member => 1 + (member.Value.ValueKind == JsonValueKind.Object ? member.Value.EnumerateObject().Count() : 0)) > VitalsReader.MaxUnmappedMembers,
            _ => false,
        };
        if (!justified) throw new FuzzFailure($"It is refused as {problem}, which the document does not show.");
    }

    private static int Depth(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => 1 + element.EnumerateObject().Select(member => Depth(member.Value)).DefaultIfEmpty().Max(),
        JsonValueKind.Array => 1 + element.EnumerateArray().Select(Depth).DefaultIfEmpty().Max(),
        _ => 0,
    };

    private static bool HasDuplicates(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.EnumerateObject().GroupBy(NameOf, StringComparer.Ordinal).Any(group => group.Count() > 1);
}
