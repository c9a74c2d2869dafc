using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Wardwatch.Server.Platform.Telemetry;
using Xunit;

namespace Wardwatch.UnitTests.Platform;

/// <summary>Lines of the log.</summary>
public sealed class JsonLogFormatterTests
{
    [Fact]
    public void A_line_is_one_object_with_the_messages_values_the_requests_id_and_the_trace()
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        var line = Write([new("Count", 3), new("Ratio", double.NaN), new("Name", null), new("{OriginalFormat}", "…")], new RequestScope("0HN1:2"), new InvalidOperationException("two\nlines"));

        line.TrimEnd('\n').ShouldNotContain("\n");
        using var json = JsonDocument.Parse(line);
        json.RootElement.GetProperty("RequestId").GetString().ShouldBe("0HN1:2");
        json.RootElement.GetProperty("TraceId").GetString().ShouldBe(activity.TraceId.ToHexString());
        json.RootElement.GetProperty("Exception").GetString().ShouldNotBeNull().ShouldContain("two\nlines");
        json.RootElement.GetProperty("State").EnumerateObject().Select(member => (member.Name, member.Value.ToString())).ShouldBe([("Count", "3"), ("Ratio", "NaN"), ("Name", "")]);
    }

    [Fact]
    public void What_libraries_say_in_their_scopes_is_not_written()
    {
        var line = Write([], new Dictionary<string, object> { ["RequestPath"] = "/api/patients/p-0001" }, exception: null);
        line.ShouldNotContain("p-0001");
        line.ShouldNotContain("RequestId");
    }

    private static string Write(IReadOnlyList<KeyValuePair<string, object?>> state, object scope, Exception? exception)
    {
        var scopes = new LoggerExternalScopeProvider();
        using (scopes.Push(scope))
        using (var output = new StringWriter { NewLine = "\n" })
        {
            var entry = new LogEntry<IReadOnlyList<KeyValuePair<string, object?>>>(LogLevel.Error, "Test", new EventId(7), state, exception, (_, _) => "it \"failed\"\r\nhere");
            new JsonLogFormatter().Write(in entry, scopes, output);
            return output.ToString();
        }
    }
}
