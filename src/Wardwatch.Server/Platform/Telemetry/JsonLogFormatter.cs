using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Wardwatch.Server.Platform.Telemetry;

/// <summary>
/// A line of the log as one JSON object: time, event, level, category, message and its values; the request's id and the trace's where there is one. Of what
/// scopes hold nothing else is written: libraries put addresses of requests there.
/// <code>{"Timestamp":"2026-11-22T03:00:00.000Z","EventId":1001,"LogLevel":"Information","Category":"…","Message":"…","RequestId":"…","TraceId":"…","State":{…}}</code>
/// </summary>
internal sealed class JsonLogFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>The name by which the console finds it.</summary>
    public const string FormatterName = "wardwatch-json";

    private const string Template = "{OriginalFormat}";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>With the system's clock.</summary>
    public JsonLogFormatter()
        : this(TimeProvider.System)
    {
    }

    /// <inheritdoc />
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("Timestamp"u8, time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteNumber("EventId"u8, logEntry.EventId.Id);
            json.WriteString("LogLevel"u8, logEntry.LogLevel.ToString());
            json.WriteString("Category"u8, logEntry.Category);
            json.WriteString("Message"u8, logEntry.Formatter(logEntry.State, logEntry.Exception));
            if (logEntry.Exception is { } exception)
            {
                json.WriteString("Exception"u8, exception.ToString());
            }

            scopeProvider?.ForEachScope(static (scope, writer) => WriteRequest(scope, writer), json);
            if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
            {
                json.WriteString("TraceId"u8, activity.TraceId.ToHexString());
            }

            WriteState(json, logEntry.State);
            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void WriteRequest(object? scope, Utf8JsonWriter json)
    {
        if (scope is RequestScope request)
        {
            json.WriteString("RequestId"u8, request.Id);
        }
    }

    private static void WriteState<TState>(Utf8JsonWriter json, TState state)
    {
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            return;
        }

        json.WriteStartObject("State"u8);
        foreach (var (name, value) in values)
        {
            if (name != Template)
            {
                WriteValue(json, name, value);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            default:
                json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}

/// <summary>What the log knows of the request in which a line was written: its id, which the answer carries as well.</summary>
internal sealed class RequestScope(string id)
{
    /// <summary>The id of the answer's header <c>X-Request-Id</c>.</summary>
    public string Id { get; } = id;

    /// <inheritdoc />
    public override string ToString() => Id;
}
