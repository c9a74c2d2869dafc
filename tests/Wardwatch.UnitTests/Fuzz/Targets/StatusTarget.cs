using System.Globalization;
using System.Text;
using System.Text.Json;
using Wardwatch.Devices.Payloads;

namespace Wardwatch.UnitTests.Fuzz.Targets;

/// <summary>
/// The JSON of a device's status, beside the platform's own document: what we accept it accepts, with the same battery, sensors, time and count of what is not understood; what we refuse
/// is refused for the reason that the document shows; and what is written again is read as the same.
/// </summary>
internal sealed class StatusTarget : FuzzTarget
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 64 };
    private static readonly string[] Names = [.. Enumerable.Range(0, Vitals.Count).Select(kind => Encoding.UTF8.GetString(Vitals.WireName((VitalKind)kind)))];

    public override string Name => "status";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            """{"t":"2026-11-20T09:00:00.123Z","battery":87,"sensors":{"hr":"on","rr":"on","spo2":"off","x":1},"firmware":"2.4.1"}""",
            """{"b\u0061ttery":1.75e1,"t":"2026-11-20T10:00:00+01:00","sensors":{"h\u0072":"off","temp":"\u006fn"},"x":{"y":[null]}}""",
            """{"t":"2026-11-20T09:00:00Z","battery":101,"sensors":[],"firmware":7}""",
            """{"t":"2026-11-20T09:00:00Z","battery":null,"sensors":{"hr":"on","hr":"off"}}""",
            """{"t":"2026-11-20T09:00:00Z","a":1,"b":2,"a":3} """,
            """{"t":"2026-11-20T09:00:00Z","a":[[[[[[[[1]]]]]]]]}""",
            "[]", "{}", "null",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public override IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud83e\\udec0", "\\udc00", "\\\"", "null", "true", "\"t\":", "\"battery\":", "\"sensors\":{", "\"firmware\":", "\"on\"", "\"off\"", "\"hr\":",
            "\"spo2\":", "\"rr\":", "0", "100", "100.0001", "-0.1", "1e2", "\"2026-11-20T09:00:00Z\"", ",\"x\":1", "[[[[", "]]]]", "\ufeff",
        }.Select(Encoding.UTF8.GetBytes),
        [0xED, 0xA0, 0x80], [0xFF],
    ];

    public override int QuickExecutions => 20_000;

    // A refusal may throw inside the platform's reader: its exception and stack do not depend on the payload.
    public override long AllocationLimit(int inputBytes) => 8_192 + (8L * inputBytes);

    public override ulong Execute(byte[] input, FuzzMeter meter)
    {
        meter.Begin();
        var accepted = StatusReader.TryRead(input, out var payload, out var problem);
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
            if (accepted) JudgeAccepted(document.RootElement, in payload, ref signature);
            else JudgeRefused(input, document.RootElement, problem);
        }

        return signature.Value;
    }

    private static void JudgeAccepted(JsonElement root, in StatusPayload payload, ref Signature signature)
    {
        int unknown = 0, refused = 0, on = 0, off = 0;
        double? battery = null;
        foreach (var member in root.EnumerateObject())
        {
            switch (member.Name)
            {
                case "t":
                    if (Time(member.Value) != payload.MeasuredAt) throw new FuzzFailure($"The time is {payload.MeasuredAt}, the document has {member.Value}.");
                    break;
                case "battery":
                    battery = Battery(member.Value);
                    refused += battery is null ? 1 : 0;
                    break;
                case "firmware":
                    refused += member.Value.ValueKind == JsonValueKind.String && Encoding.UTF8.GetByteCount(member.Value.GetRawText()) - 2 <= StatusReader.MaxFirmwareBytes ? 0 : 1;
                    break;
                case "sensors" when member.Value.ValueKind == JsonValueKind.Object:
                    foreach (var sensor in member.Value.EnumerateObject())
                    {
                        var index = Array.IndexOf(Names, sensor.Name);
                        unknown += index < 0 ? 1 : 0;
                        if (index < 0) continue;
                        (on, off, refused) = sensor.Value.GetRawText() switch
                        {
                            "\"on\"" => (on | (1 << index), off, refused),
                            "\"off\"" => (on, off | (1 << index), refused),
                            _ => (on, off, refused + 1),
                        };
                    }

                    break;
                case "sensors":
                    refused++;
                    break;
                default:
                    unknown++;
                    break;
            }
        }

        var expected = (battery, on, off, refused, unknown);
        var found = (payload.Battery, payload.SensorsOn, payload.SensorsOff, payload.RefusedCount, payload.UnmappedCount);
        if (found != expected) throw new FuzzFailure($"It is read as {found}, the document says {expected}.");
        signature.Add((ulong)((on << 16) | off));
        signature.Add((ulong)((refused << 1) | (battery is null ? 0 : 1)));
        signature.AddSize(unknown);
        JudgeWritten(in payload);
    }

    private static double? Battery(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number || value.GetRawText().Length > 64) return null;
        var percent = double.Parse(value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture);
        return percent is >= 0 and <= 100 ? percent : null;
    }

    private static void JudgeWritten(in StatusPayload payload)
    {
        var text = new byte[StatusPayloadWriter.MaxBytes];
        var length = StatusPayloadWriter.Write(in payload, text);
        if (!StatusReader.TryRead(text.AsSpan(0, length), out var back, out var problem)) throw new FuzzFailure($"What is written again is refused: {problem}. {Encoding.UTF8.GetString(text, 0, length)}");
        var (before, after) = ((payload.MeasuredAt, payload.Battery, payload.SensorsOn, payload.SensorsOff), (back.MeasuredAt, back.Battery, back.SensorsOn, back.SensorsOff));
        if (before != after) throw new FuzzFailure($"Written again, {before} becomes {after}.");
    }

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

    private static void JudgeRefused(byte[] json, JsonElement root, VitalsProblem problem)
    {
        var isObject = root.ValueKind == JsonValueKind.Object;
        JsonElement[] objects = isObject ? [root, .. root.EnumerateObject().Where(member => NameOf(member) == "sensors" && member.Value.ValueKind == JsonValueKind.Object).Select(member => member.Value)] : [];
        var justified = problem switch
        {
            VitalsProblem.TooLarge => json.Length > VitalsReader.MaxBytes,
            VitalsProblem.NotUtf8 => !System.Text.Unicode.Utf8.IsValid(json),
            VitalsProblem.NotObject => !isObject,
            VitalsProblem.TooDeep => Depth(root) > VitalsReader.MaxDepth,
            VitalsProblem.NotJson => isObject && Encoding.UTF8.GetString(json).Contains("\\ud", StringComparison.OrdinalIgnoreCase),
            VitalsProblem.TimeMissing => !root.EnumerateObject().Any(member => NameOf(member) == "t"),
            VitalsProblem.TimeUnreadable => root.EnumerateObject().Any(member => NameOf(member) == "t" && Time(member.Value) is null),
            VitalsProblem.DuplicateMember => objects.Any(one => one.EnumerateObject().GroupBy(NameOf, StringComparer.Ordinal).Any(group => group.Count() > 1)),
            VitalsProblem.TooManyMembers => objects.Sum(one => one.EnumerateObject().Count()) > VitalsReader.MaxUnmappedMembers,
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
}
