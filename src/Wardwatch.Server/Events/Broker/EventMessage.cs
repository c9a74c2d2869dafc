using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events.Broker;

/// <summary>
/// Events as they travel through the broker: a JSON array of events of one kind and version and of one lane, in their order. What they carry stays sealed.
/// <code>[{"id":"…","number":1,"tenant":1,"patient":7,"at":microseconds,"recordedAt":microseconds,"actor":"…","trace":"…","content":"base64"}, …]</code>
/// The routing key is the kind in lower case with hyphens and its version: <c>patient-created.v1</c>; the message's type is the kind's name.
/// </summary>
internal static partial class EventMessage
{
    private const int MaxEvents = 200;
    private const int MaxContentBytes = 256 * 1024;
    private const int MaxTrace = 100;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4 };

    /// <summary>The routing key of a kind: <c>patient-created.v1</c>.</summary>
    public static string RoutingKey(string name, int version) => $"{Words(name)}.v{version}";

    /// <summary>The pattern of a kind in all its versions: <c>patient-created.*</c>.</summary>
    public static string Pattern(string name) => Words(name) + ".*";

    /// <summary>
    /// Events of a lane as runs of one kind each, as few as keep each patient's order: an event joins the last run of its kind, unless a later run already holds
    /// one of the same patient.
    /// </summary>
    public static List<List<SealedEvent>> Group(IReadOnlyList<SealedEvent> events)
    {
        var groups = new List<List<SealedEvent>>();
        var bytes = new List<int>();
        var lastOfKind = new Dictionary<(string, int), int>();
        var lastOfPatient = new Dictionary<long, int>();
        foreach (var added in events)
        {
            if (!lastOfKind.TryGetValue((added.Name, added.Version), out var group)
                || group < lastOfPatient.GetValueOrDefault(added.OrderKey) || groups[group].Count >= MaxEvents || bytes[group] + added.Content.Length > MaxContentBytes)
            {
                group = groups.Count;
                groups.Add([]);
                bytes.Add(0);
                lastOfKind[(added.Name, added.Version)] = group;
            }

            groups[group].Add(added);
            bytes[group] += added.Content.Length;
            lastOfPatient[added.OrderKey] = group;
        }

        return groups;
    }

    /// <summary>Writes a message.</summary>
    public static ReadOnlyMemory<byte> Write(IReadOnlyList<SealedEvent> events)
    {
        var buffer = new ArrayBufferWriter<byte>(events.Count * 400);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartArray();
        foreach (var written in events)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, written.Id);
            writer.WriteNumber("number"u8, written.Number);
            writer.WriteNumber("tenant"u8, written.Origin.TenantId);
            if (written.Origin.PatientNumber is { } patient)
            {
                writer.WriteNumber("patient"u8, patient);
            }

            writer.WriteNumber("at"u8, UnixTime.FromDateTimeOffset(written.Origin.At));
            writer.WriteNumber("recordedAt"u8, UnixTime.FromDateTime(written.RecordedAt));
            if (written.Origin.Actor is { } actor)
            {
                writer.WriteString("actor"u8, actor);
            }

            if (written.Trace is { } trace)
            {
                writer.WriteString("trace"u8, trace);
            }

            writer.WriteBase64String("content"u8, written.Content);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Reads a message; null if it is none of ours.</summary>
    /// <param name="name">The message's type.</param>
    /// <param name="routingKey">The routing key, which has the version.</param>
    /// <param name="body">The body.</param>
    /// <param name="latest">Later than this nothing can have been recorded.</param>
    public static List<SealedEvent>? TryRead(string? name, string routingKey, ReadOnlyMemory<byte> body, DateTime latest)
    {
        if (name is null || !NamePattern().IsMatch(name) || VersionPattern().Match(routingKey) is not { Success: true } version || !int.TryParse(version.Groups["version"].Value, out var number)
            || routingKey != RoutingKey(name, number))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            var events = document.RootElement.EnumerateArray().Select(element => Read(element, name, number)).ToList();
            return events.Count is > 0 and <= MaxEvents && events.TrueForAll(read => read.RecordedAt <= latest && read.Trace is null or { Length: <= MaxTrace }) ? events : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static SealedEvent Read(JsonElement element, string name, int version) => new(
        element.GetProperty("id"u8).GetGuid(), element.GetProperty("number"u8).GetInt64(), name, version,
        new EventOrigin(
            element.GetProperty("tenant"u8).GetInt32(), element.TryGetProperty("patient"u8, out var patient) ? patient.GetInt32() : null,
            UnixTime.ToDateTimeOffset(element.GetProperty("at"u8).GetInt64()), element.TryGetProperty("actor"u8, out var actor) ? actor.GetGuid() : null),
        UnixTime.ToDateTime(element.GetProperty("recordedAt"u8).GetInt64()),
        element.TryGetProperty("trace"u8, out var trace) ? Printable(trace.GetString()!) : null, element.GetProperty("content"u8).GetBytesFromBase64());

    private static string Printable(string trace) => trace.All(char.IsAsciiLetterOrDigit) || trace.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? trace : throw new FormatException("This is no trace.");

    private static string Words(string name)
    {
        var words = new StringBuilder(name.Length + 8);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && words.Length > 0)
            {
                words.Append('-');
            }

            words.Append(char.ToLowerInvariant(letter));
        }

        return words.ToString();
    }

    [GeneratedRegex("^[A-Z][A-Za-z0-9]{0,99}\\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NamePattern();

    [GeneratedRegex("\\.v(?<version>[1-9][0-9]{0,5})\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VersionPattern();
}
