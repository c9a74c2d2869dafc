using System.Text.Json;
using System.Text.Json.Serialization;
using Wardwatch.Devices.Payloads;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>How JSON looks wherever the server writes it: camelCase, times in UTC with a <c>Z</c>. One place, so that requests, streams and the hub agree.</summary>
public static class WireJson
{
    /// <summary>The options, read-only.</summary>
    public static JsonSerializerOptions Options { get; } = Freeze(Apply(new JsonSerializerOptions(JsonSerializerDefaults.Web)));

    /// <summary>Applies the same rules to options that somebody else owns.</summary>
    public static JsonSerializerOptions Apply(JsonSerializerOptions options)
    {
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Converters.Add(new UtcTimeConverter());
        return options;
    }

    /// <summary>The bytes of a document.</summary>
    public static byte[] Bytes<T>(T document) => JsonSerializer.SerializeToUtf8Bytes(document, Options);

    private static JsonSerializerOptions Freeze(JsonSerializerOptions options)
    {
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary><c>2026-11-20T09:00:00.123Z</c>, with microseconds where there are any.</summary>
    private sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
        {
            Span<byte> text = stackalloc byte[Timestamp.MaxWrittenBytes];
            if (Timestamp.TryWrite(UnixTime.FromDateTimeOffset(value), text, out var written))
            {
                writer.WriteStringValue(text[..written]);
            }
            else
            {
                writer.WriteStringValue(value.UtcDateTime);
            }
        }
    }
}
