using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Cluster;

/// <summary>Two nodes are one server: each shows what happens at the other, and says so when it cannot; what is revoked at one ends at the other; one can be emptied.</summary>
[Collection(TwoNodesCollection.Name)]
public sealed class NodeTests(TwoNodes nodes)
{
    private const int SignalStop = 19;
    private const int SignalContinue = 18;

    private static readonly TimeSpan Soon = Poll.Patience;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Either_node_shows_both_with_their_roles_and_figures()
    {
        var device = nodes.Ward.TakeDevice();
        await using var link = await DeviceLink.OpenAsync(nodes.Ward.Server, device, MqttVersion.V500, Cancellation);
        (await link.PublishAsync(device.Seal(Now, "\"hr\":71"), 1, Cancellation))!.Reason.ShouldBe(MqttReason.Success);
        using var screens = nodes.ClientOf(nodes.Screens);
        foreach (var client in new[] { nodes.Ward.Client, screens })
        {
            var system = default(JsonElement);
            await Poll.UntilAsync(
                async () =>
                {
                    system = await client.JsonAsync("/api/system", Cancellation);
                    return NodeOf(system, TwoNodes.First) is { } first && first.GetProperty("devices").ValueKind == JsonValueKind.Number && first.GetProperty("devices").GetInt32() > 0
                        && NodeOf(system, TwoNodes.Second) is not null;
                },
                Soon, "both nodes are listed, with the device", Cancellation);
            system.Text("node").ShouldBe(client == screens ? TwoNodes.Second : TwoNodes.First);
            system.GetProperty("storage").Text("state").ShouldBe("stored");
            var (ward, web) = (NodeOf(system, TwoNodes.First)!.Value, NodeOf(system, TwoNodes.Second)!.Value);
            ward.GetProperty("roles").EnumerateArray().Select(role => role.GetString()).ShouldBe(["monitor", "web", "gateway", "worker"], ignoreOrder: true);
            ward.Text("state").ShouldBe("up");
            ward.GetProperty("lastReadingAt").GetDateTimeOffset().ShouldBeGreaterThan(Now.AddMinutes(-1));
            ward.GetProperty("memoryBytes").GetInt64().ShouldBeGreaterThan(1_000_000);
            web.GetProperty("roles").EnumerateArray().Select(role => role.GetString()).ShouldBe(["web"]);
            web.GetProperty("devices").ValueKind.ShouldBe(JsonValueKind.Null);
            system.GetProperty("queues").EnumerateArray().Select(queue => queue.Text("name")).ShouldContain("outbox");
            system.GetProperty("checks").EnumerateArray().Select(check => check.Text("name")).ShouldContain("postgresql");
            system.GetProperty("warnings").EnumerateArray().Select(warning => warning.Text("kind")).ShouldNotContain("node-gone");
        }
    }

    [Fact]
    public async Task A_reading_at_one_node_is_on_the_screens_of_the_other()
    {
        var device = nodes.Ward.TakeDevice();
        using var hub = await HubListener.OpenAsync(nodes.Screens, $"?patient={device.Patient}", nodes.Ward.Token, Cancellation);
        await using var link = await DeviceLink.OpenAsync(nodes.Ward.Server, device, MqttVersion.V500, Cancellation);
        (await link.PublishAsync(device.Seal(Now, "\"hr\":123,\"spo2\":91"), 1, Cancellation))!.Reason.ShouldBe(MqttReason.Success);
        var shown = await hub.NextAsync("VitalsUpdated", Cancellation);
        shown.Text("patient").ShouldBe(device.Patient);
        shown.Text("device").ShouldBe(device.Id);
        shown.GetProperty("vitals").GetProperty("hr").GetProperty("value").GetDouble().ShouldBe(123);
        shown.GetProperty("vitals").GetProperty("hr").Text("state").ShouldBe("live");

        // What is asked for says the same as what is told, at both nodes.
        using var screens = nodes.ClientOf(nodes.Screens);
        foreach (var client in new[] { nodes.Ward.Client, screens })
        {
            var latest = await client.JsonAsync($"/api/patients/{device.Patient}/vitals/latest", Cancellation);
            latest.GetProperty("vitals").GetProperty("spo2").GetProperty("value").GetDouble().ShouldBe(91);
            latest.GetProperty("device").Text("state").ShouldBe("online");
            latest.GetProperty("recent").GetArrayLength().ShouldBe(1);
            latest.GetProperty("seq").GetInt64().ShouldBe(shown.GetProperty("seq").GetInt64());
        }
    }

    [Fact]
    public async Task A_node_that_starts_later_knows_how_everybody_is()
    {
        var device = nodes.Ward.TakeDevice();
        await using var link = await DeviceLink.OpenAsync(nodes.Ward.Server, device, MqttVersion.V500, Cancellation);
        (await link.PublishAsync(device.Seal(Now, "\"hr\":88"), 1, Cancellation))!.Reason.ShouldBe(MqttReason.Success);
        await using var late = nodes.Add("ward-late", "web");
        await late.StartAsync(Cancellation);
        using var client = nodes.ClientOf(late);
        await Poll.UntilAsync(
            async () => (await client.JsonAsync($"/api/patients/{device.Patient}/vitals/latest", Cancellation)).GetProperty("vitals").TryGetProperty("hr", out var hr)
                && hr.GetProperty("value").GetDouble().Equals(88.0),
            Soon, "the new node shows what was measured before it started", Cancellation);
    }

    [Fact]
    public async Task Screens_are_told_when_their_node_does_not_hear_of_the_monitor_and_when_it_does_again()
    {
        using var client = nodes.ClientOf(nodes.Screens);
        using var events = await EventListener.OpenAsync(client, "", null, Cancellation);
        await events.NextAsync(next => next.Name == "heartbeat" && next.Data.GetProperty("storage").Text("state") == "stored", Cancellation);
        ServerProcess.Signal(nodes.Ward.Server.Id, SignalStop);
        try
        {
            (await events.NextAsync(next => next.Name == "storage", Cancellation)).Data.Text("state").ShouldBe("away");
            (await events.NextAsync(next => next.Name == "heartbeat", Cancellation)).Data.GetProperty("storage").Text("state").ShouldBe("away");
            (await client.JsonAsync("/api/dashboard-data", Cancellation)).GetProperty("storage").Text("state").ShouldBe("away");

            // The node itself is well: a balancer must not take its screens away, since they would be told the same elsewhere.
            var health = await client.JsonAsync("/health/ready", Cancellation);
            health.Text("status").ShouldBe("degraded");
            health.GetProperty("checks").GetProperty("live-feed").Text("status").ShouldBe("degraded");
        }
        finally
        {
            ServerProcess.Signal(nodes.Ward.Server.Id, SignalContinue);
        }

        await events.NextAsync(next => next.Name == "storage" && next.Data.Text("state") == "stored", Cancellation);
    }

    [Fact]
    public async Task What_is_ended_at_one_node_ends_at_the_other()
    {
        using var client = nodes.ClientOf(nodes.Screens);

        // Somebody's sessions, ended at the first node: the socket at the second closes.
        var token = await nodes.Ward.TokenOfAsync("physician", Cancellation);
        using var socket = await VitalsListener.OpenAsync(nodes.Screens, "/ws/vitals", token, Cancellation);
        var people = (await nodes.Ward.JsonAsync("/api/people", Cancellation)).GetProperty("items").EnumerateArray();
        foreach (var physician in people.Where(person => person.Text("role") == "physician"))
        {
            using var ended = await nodes.Ward.Client.PostAsync($"/api/people/{physician.Text("id")}/sign-out", content: null, Cancellation);
            ended.EnsureSuccessStatusCode();
        }

        await Should.ThrowAsync<WebSocketException>(async () =>
        {
            while (await socket.TextAsync(Cancellation) is not null)
            {
                // What was under way before.
            }

            throw new WebSocketException("It was closed in order.");
        });

        // A device's key, revoked at the second node: its connection at the first ends.
        var device = nodes.Ward.TakeDevice();
        await using var link = await DeviceLink.OpenAsync(nodes.Ward.Server, device, MqttVersion.V500, Cancellation);
        using var revoked = await client.DeleteAsync($"/api/devices/{device.Id}/keys/{device.KeyId}", Cancellation);
        revoked.EnsureSuccessStatusCode();
        (await link.ReadAsync(Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.NotAuthorized);
    }

    [Fact]
    public async Task An_emergency_access_at_one_node_is_told_to_the_wards_screens_at_the_other()
    {
        using var client = nodes.ClientOf(nodes.Screens);
        using var events = await EventListener.OpenAsync(client, "", null, Cancellation);
        await events.NextAsync(next => next.Name == "heartbeat", Cancellation);
        using var specialist = nodes.Ward.Server.CreateClient();
        specialist.DefaultRequestHeaders.Authorization = new("Bearer", await nodes.Ward.TokenOfAsync("specialist", Cancellation));
        var own = (await specialist.JsonAsync("/api/patients", Cancellation)).GetProperty("items").EnumerateArray().Select(patient => patient.Text("id")).ToHashSet();
        var other = nodes.Ward.Devices.Select(device => device.Patient).First(patient => !own.Contains(patient));
        using var opened = await specialist.PostAsJsonAsync($"/api/patients/{other}/break-glass", new { reason = "Collapsed in the corridor of our ward" }, Cancellation);
        opened.EnsureSuccessStatusCode();
        var told = await events.NextAsync(next => next.Name == "notification", Cancellation);
        told.Data.Text("kind").ShouldBe("break-glass");
        told.Data.Text("patient").ShouldBe(other);
    }

    [Fact]
    public async Task A_drained_node_is_not_ready_sends_its_screens_elsewhere_and_ends_in_order()
    {
        await using var node = nodes.Add("ward-drained", "web");
        await node.StartAsync(Cancellation);
        using var own = nodes.ClientOf(node);
        using var events = await EventListener.OpenAsync(own, "", null, Cancellation);
        using (var drained = await nodes.Ward.Client.PostAsync("/api/system/nodes/ward-drained/drain", content: null, Cancellation))
        {
            drained.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            (await drained.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).Text("state").ShouldBe("draining");
        }

        await Should.ThrowAsync<IOException>(async () => await events.NextAsync(_ => false, Cancellation));
        (await node.EndAsync(Cancellation)).ShouldBe(0);
        var system = await nodes.Ward.JsonAsync("/api/system", Cancellation);
        NodeOf(system, "ward-drained")!.Value.Text("state").ShouldBe("gone");
        system.GetProperty("warnings").EnumerateArray().Select(warning => warning.Text("text")).ShouldNotContain(text => text.Contains("ward-drained"), "it was told to end");
    }

    [Fact]
    public async Task The_last_node_that_does_something_is_drained_by_force_only_and_one_that_is_not_there_not_at_all()
    {
        using (var last = await nodes.Ward.Client.PostAsJsonAsync($"/api/system/nodes/{TwoNodes.First}/drain", new { force = false }, Cancellation))
        {
            (await last.ProblemAsync(Cancellation)).ShouldBe((409, "urn:wardwatch:last-node"));
        }

        using var unknown = await nodes.Ward.Client.PostAsync("/api/system/nodes/ward-z/drain", content: null, Cancellation);
        (await unknown.ProblemAsync(Cancellation)).ShouldBe((404, "urn:wardwatch:unknown-node"));
    }

    [Fact]
    public async Task The_metrics_of_either_node_are_in_good_form()
    {
        Assert.SkipUnless(Tool.IsInstalled("promtool"), "promtool is not installed (package prometheus).");
        foreach (var node in new[] { nodes.Ward.Server, nodes.Screens })
        {
            using var client = node.CreateClient();
            var page = await client.GetByteArrayAsync("/metrics", Cancellation);
            var judged = await Tool.RunAsync("promtool", ["check", "metrics"], page, Cancellation);
            $"{judged.Output}{judged.Error}".Trim().ShouldBe("");
        }
    }

    private static JsonElement? NodeOf(JsonElement system, string name)
    {
        var found = system.GetProperty("nodes").EnumerateArray().Where(node => node.Text("name") == name).ToList();
        return found.Count == 0 ? null : found[0];
    }
}
