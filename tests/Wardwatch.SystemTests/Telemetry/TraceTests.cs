using System.Buffers;
using System.Diagnostics;
using System.Text;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Patients;
using Xunit;

namespace Wardwatch.SystemTests.Telemetry;

/// <summary>One trace follows a reading from PUBLISH to the screen, and an event through its consumers; none says whose it is.</summary>
public sealed class TraceTests(FollowedServer followed) : IClassFixture<FollowedServer>
{
    private static readonly TimeSpan ExportedWithin = Poll.Patience;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reading_is_followed_from_the_devices_own_trace_to_the_screen()
    {
        var device = followed.Devices.Dequeue();
        using var screen = await VitalsListener.OpenAsync(followed.Server, "/ws/vitals", followed.Token, Cancellation);
        var shown = screen.NextAsync(Cancellation);
        await Poll.UntilAsync(
            async () =>
            {
                await PublishAsync(device, traceParent: null);
                return shown.IsCompleted;
            },
            ExportedWithin, "the screen sees the patient", Cancellation);
        await shown;
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        await PublishAsync(device, $"00-{parent.TraceId}-{parent.SpanId}-01");
        var spans = await FindAsync(parent.TraceId.ToHexString(), "receive", "lane", "commit", "puback", "frame", "reading");

        var root = spans.Single(span => span.Name == "reading");
        root.Parent.ShouldBe(parent.SpanId.ToHexString());
        var stages = spans.Where(span => span.Parent == root.Id).ToDictionary(span => span.Name, StringComparer.Ordinal);
        stages.Keys.ShouldBe(["receive", "lane", "commit", "puback", "frame"], ignoreOrder: true);
        spans.ShouldAllBe(span => span.Start <= span.End && span.Source == "Wardwatch.Readings");
        stages["receive"].Start.ShouldBe(root.Start);
        stages["receive"].End.ShouldBeLessThanOrEqualTo(stages["lane"].Start);
        stages["lane"].End.ShouldBeLessThanOrEqualTo(stages["commit"].Start);
        stages["commit"].End.ShouldBeLessThanOrEqualTo(stages["puback"].Start);
        stages["frame"].Start.ShouldBe(stages["lane"].Start);
        root.End.ShouldBe(stages["puback"].End);
        Nothing(device.Patient, device.Id, device.Topic);
    }

    [Fact]
    public async Task A_trace_that_is_not_recorded_or_is_none_is_let_be_and_the_reading_stored()
    {
        var device = followed.Devices.Dequeue();
        var trace = ActivityTraceId.CreateRandom();
        foreach (var value in new[] { $"00-{trace}-{ActivitySpanId.CreateRandom()}-00", $"00-{trace}-0000000000000000-01", new string('x', 55), "", $"{trace}" })
        {
            await PublishAsync(device, value);
        }

        // What comes after them is exported after them.
        var marked = ActivityTraceId.CreateRandom();
        await PublishAsync(device, $"00-{marked}-{ActivitySpanId.CreateRandom()}-01");
        await FindAsync(marked.ToHexString(), "reading");
        followed.Collector.Spans.ShouldNotContain(span => span.Trace == trace.ToHexString());
    }

    [Fact]
    public async Task One_reading_now_and_then_is_followed_without_being_asked()
    {
        var device = followed.Devices.Dequeue();
        var before = followed.Collector.Spans.Count(span => span is { Name: "reading", Parent: "" });
        await Poll.UntilAsync(
            async () =>
            {
                await PublishAsync(device, traceParent: null);
                return followed.Collector.Spans.Count(span => span is { Name: "reading", Parent: "" }) > before;
            },
            ExportedWithin, "a reading is followed", Cancellation);
    }

    [Fact]
    public async Task An_event_is_followed_from_the_request_through_its_consumers()
    {
        const string Name = "Okonkwo-Verdugo, Philippa";
        var number = Registered.NewNumber();
        var id = await Registered.AddAsync(followed.Client, Name, Cancellation, number: number);
        await Poll.UntilAsync(() => Task.FromResult(followed.Collector.Spans.Any(span => span.Name.StartsWith("handle PatientCreated", StringComparison.Ordinal))), ExportedWithin, "the event was handled", Cancellation);
        var handled = followed.Collector.Spans.First(span => span.Name == "handle PatientCreated");
        var spans = await FindAsync(handled.Trace, "POST /api/patients", "publish PatientCreated", "handle PatientCreated");
        var request = spans.Single(span => span.Name == "POST /api/patients");
        request.Parent.ShouldBe("");
        spans.Where(span => span.Name.EndsWith(" PatientCreated", StringComparison.Ordinal)).ShouldAllBe(span => span.Parent == request.Id || spans.Any(other => other.Id == span.Parent));
        spans.ShouldContain(span => span.Source == "Npgsql");

        using (await followed.Client.GetAsync($"/api/patients/{id}?reason={Uri.EscapeDataString(Name)}", Cancellation))
        using (await followed.Client.GetAsync($"/api/patients?search={Uri.EscapeDataString(number)}", Cancellation))
        {
        }

        await Poll.UntilAsync(() => Task.FromResult(followed.Collector.Spans.Any(span => span.Name == "GET /api/patients/{id}") && followed.Collector.Spans.Any(span => span.Name == "GET /api/patients")), ExportedWithin, "the requests are exported", Cancellation);
        Nothing(id, number, Name, "Okonkwo", Uri.EscapeDataString(Name), "1961-02-03", followed.Token);
    }

    private void Nothing(params string[] secrets)
    {
        var raw = followed.Collector.Raw;
        raw.ShouldContain("wardwatch", Case.Sensitive, "the search finds what is there");
        foreach (var secret in secrets)
        {
            raw.ShouldNotContain(secret, Case.Insensitive);
        }
    }

    private async Task<List<ExportedSpan>> FindAsync(string trace, params string[] names)
    {
        await Poll.UntilAsync(
            () => Task.FromResult(names.All(name => followed.Collector.Spans.Any(span => span.Trace == trace && span.Name == name))), ExportedWithin, "exported: " + string.Join(", ", names), Cancellation);
        return [.. followed.Collector.Spans.Where(span => span.Trace == trace)];
    }

    private async Task PublishAsync(BedsideDevice device, string? traceParent)
    {
        device.Restart();
        await using var link = await DeviceLink.OpenAsync(followed.Server, device, MqttVersion.V500, Cancellation);
        await link.SendAsync(Packet(device.Seal(TimeProvider.System.GetUtcNow(), "\"hr\":77"), traceParent), Cancellation);
        (await link.ReadAsync(Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
    }

    private static byte[] Packet(SealedMessage message, string? traceParent)
    {
        var properties = new MqttPropertyWriter(new byte[256]);
        if (traceParent is not null)
        {
            properties.AddUserProperty("ward"u8, "7"u8);
            properties.AddUserProperty("traceparent"u8, Encoding.ASCII.GetBytes(traceParent));
        }

        var output = new ArrayBufferWriter<byte>();
        MqttWriter.Write(
            output,
            new PublishPacket { Topic = Encoding.UTF8.GetBytes(message.Topic), PacketId = 1, Qos = QualityOfService.AtLeastOnce, Payload = message.Envelope, Properties = properties.Properties },
            MqttVersion.V500);
        return output.WrittenSpan.ToArray();
    }
}
