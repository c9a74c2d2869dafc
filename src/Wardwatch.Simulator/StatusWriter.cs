using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Simulator.Devices;
using Wardwatch.Simulator.Load;

namespace Wardwatch.Simulator;

/// <summary>Says what goes on: a line of text, or with <c>--json</c> an object a line with a <c>type</c>. Numbers only; no key, token or value of a patient.</summary>
internal sealed class StatusWriter(TextWriter output, bool json, TimeProvider time)
{
    /// <summary>What stands before each line of a story.</summary>
    public const string Story = "story    ";

    // The text goes to a terminal or a program, never into a web page: a plus sign may stay a plus sign.
    private static readonly JsonSerializerOptions Plain = new(JsonSerializerOptions.Default) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Note(string text) => Put("note", text, new JsonObject { ["text"] = text });

    /// <summary>What there is to be seen in a story, for somebody who watches.</summary>
    public void Tell(string text) => Put("story", text, new JsonObject { ["text"] = text }, Story);

    public void Started(int devices, SimulatorOptions options)
    {
        var version = options.Version == MqttVersion.V500 ? "5.0" : "3.1.1";
        Put(
            "started",
            $"{devices:N0} devices publish to {options.Host}:{options.Port} (MQTT {version} over TLS) every {options.Interval.TotalSeconds:0.###} s, speed {options.Speed:0.###}",
            new JsonObject { ["devices"] = devices, ["host"] = options.Host, ["port"] = options.Port, ["mqtt"] = version, ["intervalSeconds"] = options.Interval.TotalSeconds, ["speed"] = options.Speed });
    }

    public void Line(DeviceStatistics statistics) => Put("status", Text(statistics), Numbers(statistics));

    public void Summary(DeviceStatistics statistics, long unacknowledged)
    {
        var numbers = Numbers(statistics);
        numbers["unacknowledged"] = unacknowledged;
        Put("summary", $"ended: {Text(statistics)}, {unacknowledged:N0} without an answer", numbers);
    }

    /// <summary>A part of a run of load begins: <c>measuring</c>, <c>measured</c>. Whoever watches the processes takes its numbers then.</summary>
    public void Phase(string name) => Put("phase", name, new JsonObject { ["name"] = name });

    public void Load(LoadReport report)
    {
        var numbers = new JsonObject
        {
            ["connections"] = report.Connections,
            ["inFlight"] = report.InFlight,
            ["seconds"] = Math.Round(report.Seconds, 3),
            ["sent"] = report.Sent,
            ["acknowledged"] = report.Acknowledged,
            ["sentInAll"] = report.SentInAll,
            ["acknowledgedInAll"] = report.AcknowledgedInAll,
            ["refused"] = Reasons(report.Refused),
            ["unanswered"] = report.Unanswered,
            ["connectionsLost"] = report.ConnectionsLost,
            ["acknowledgedPerSecond"] = Math.Round(report.AcknowledgedPerSecond, 1),
            ["latencyMs"] = Latency(report.Latency),
        };
        var latency = report.Latency;
        Put(
            "load",
            $"{report.Acknowledged:N0} acknowledged in {report.Seconds:0.0} s = {report.AcknowledgedPerSecond:N0}/s over {report.Connections:N0} connections × {report.InFlight}; "
            + $"PUBLISH to PUBACK ms: p50 {Milliseconds(latency, 0.5)}, p90 {Milliseconds(latency, 0.9)}, p99 {Milliseconds(latency, 0.99)}, p99.9 {Milliseconds(latency, 0.999)}, max {latency.MaxMilliseconds:0.##}; "
            + $"refused {Reasons(report.Refused, "none")}; {report.Unanswered:N0} unanswered; {report.ConnectionsLost:N0} connections lost",
            numbers);
    }

    private static string Text(DeviceStatistics s)
    {
        var text = $"{s.Connected:N0} connected, {s.Sent:N0} sent, {s.Acknowledged:N0} acknowledged, refused {Reasons(s.Refused, "none")}";
        if (s.Latency.Count > 0) text += $", PUBACK p50 {Milliseconds(s.Latency, 0.5)} ms p99 {Milliseconds(s.Latency, 0.99)} ms";
        if (s.Resent > 0) text += $", {s.Resent:N0} sent again";
        if (s.ConnectionsLost > 0) text += $", {s.ConnectionsLost:N0} connections lost";
        if (s.ConnectFailures > 0) text += $", {s.ConnectFailures:N0} failed to connect";
        if (s.ConnectRefused.Count > 0) text += $", connections refused {Reasons(s.ConnectRefused, "")}";
        if (s.DroppedOffline > 0) text += $", {s.DroppedOffline:N0} DROPPED while off line too long";
        if (s.SkippedTicks > 0) text += $", {s.SkippedTicks:N0} ticks skipped (this machine is too slow)";
        return text;
    }

    private static JsonObject Numbers(DeviceStatistics s) => new()
    {
        ["connected"] = s.Connected,
        ["produced"] = s.Produced,
        ["sent"] = s.Sent,
        ["resent"] = s.Resent,
        ["acknowledged"] = s.Acknowledged,
        ["refused"] = Reasons(s.Refused),
        ["connectionsLost"] = s.ConnectionsLost,
        ["connectFailures"] = s.ConnectFailures,
        ["connectRefused"] = Reasons(s.ConnectRefused),
        ["droppedOffline"] = s.DroppedOffline,
        ["skippedTicks"] = s.SkippedTicks,
        ["latencyMs"] = Latency(s.Latency),
    };

    private static JsonObject Latency(LatencyHistogram latency) => latency.Count == 0 ? [] : new JsonObject
    {
        ["p50"] = Math.Round(latency.PercentileMilliseconds(0.5), 3),
        ["p90"] = Math.Round(latency.PercentileMilliseconds(0.9), 3),
        ["p99"] = Math.Round(latency.PercentileMilliseconds(0.99), 3),
        ["p999"] = Math.Round(latency.PercentileMilliseconds(0.999), 3),
        ["max"] = Math.Round(latency.MaxMilliseconds, 3),
    };

    private static JsonObject Reasons(IReadOnlyList<(MqttReason Reason, long Count)> reasons)
    {
        var result = new JsonObject();
        foreach (var (reason, count) in reasons) result[reason.ToString()] = count;
        return result;
    }

    private static string Reasons(IReadOnlyList<(MqttReason Reason, long Count)> reasons, string none) =>
        reasons.Count == 0 ? none : string.Join(", ", reasons.Select(entry => $"{entry.Reason} {entry.Count:N0}"));

    private static string Milliseconds(LatencyHistogram latency, double share) => latency.PercentileMilliseconds(share).ToString("0.##");

    private void Put(string type, string text, JsonObject numbers, string before = "")
    {
        if (json)
        {
            numbers.Insert(0, "type", type);
            numbers.Insert(1, "at", time.GetUtcNow().ToString("O"));
            output.WriteLine(numbers.ToJsonString(Plain));
        }
        else
        {
            output.WriteLine($"{before}{time.GetLocalNow():HH:mm:ss} {text}");
        }

        output.Flush();
    }
}
