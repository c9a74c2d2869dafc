using System.Text.Json;
using Shouldly;
using Wardwatch.Benchmarks.Events;
using Wardwatch.SystemTests.Alerts;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Story;

/// <summary>What the product is for, from end to end: a device, two nodes, a browser, and the people who are asked one after another.</summary>
public sealed class StoryTests
{
    private const string Ward = "ward-1";
    private const string Cause = "SBP 72 < 80";

    private static readonly TimeSpan Soon = Poll.Patience;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_patient_gets_worse_and_somebody_is_at_the_bedside_though_nobody_answers_at_first_and_a_node_dies_in_between()
    {
        Assert.SkipUnless(RabbitBroker.IsInstalled, "RabbitMQ is not installed (package rabbitmq-server).");
        Assert.SkipWhen(BrowserScene.Missing is not null, BrowserScene.Missing ?? "");
        await using var hospital = await StoryHospital.StartAsync(Cancellation);
        using var admin = await hospital.ClientAsync(hospital.Nodes[1], "Robin Vale", Cancellation);
        var onCall = await admin.JsonAsync($"/api/oncall/now?ward={Ward}", Cancellation);
        var (first, second, charge) = (OnDuty(onCall, "intensivist", 1), OnDuty(onCall, "intensivist", 2), OnDuty(onCall, "charge-nurse", 1));
        using var nurse = await hospital.ClientAsync(hospital.Nodes[1], charge, Cancellation);

        // The charge nurse stands before the wall.
        var (user, password) = hospital.AccountOf(charge);
        await using var browser = BrowserScene.Open(hospital.Pages, user, password);
        await browser.PlayAsync("wall", new { ward = Ward });
        var device = hospital.Devices()[0];
        var patient = await nurse.JsonAsync($"/api/patients/{device.Patient}", Cancellation);
        var bed = patient.Text("bed");
        await using (var link = await hospital.ConnectAsync(device, Cancellation))
        {
            await SendAsync(link, device, "\"hr\":82,\"spo2\":97,\"rr\":16,\"sbp\":124");
            await browser.PlayAsync("reads", new { bed, number = 82 });
            await SendAsync(link, device, $"\"hr\":118,{AlertWard.Low}");
            await browser.PlayAsync("alarm", new { bed, text = Cause, owner = first });
        }

        // Whoever is on duty is asked. Then the node dies to which the browser and the device were connected.
        var incident = await IncidentAsync(nurse, device, one => one.Text("state") == "ASSIGNED");
        var id = incident.GetProperty("id").GetGuid();
        (incident.Text("type"), incident.Text("respondState"), incident.GetProperty("deliveredAt").ValueKind).ShouldBe(("sbp-critical", "running", JsonValueKind.Null));
        await hospital.Nodes[0].KillAsync(Cancellation);

        // The other one carries it on, and the page learns of it there; readings come in again.
        await hospital.PassAsync(id, Cancellation);
        await browser.PlayAsync("owner", new { bed, owner = second });
        device.Restart();
        await using var again = await hospital.ConnectAsync(device, Cancellation);
        await SendAsync(again, device, "\"hr\":121,\"sbp\":70");
        await browser.PlayAsync("reads", new { bed, number = 121 });

        // Nobody answers; the charge nurse does, and then does nothing about it.
        await hospital.PassAsync(id, Cancellation);
        await browser.PlayAsync("called", new { text = "You are asked as: Charge nurse" });
        await browser.PlayAsync("acknowledge", new { bed, name = charge });
        await browser.PlayAsync("called", new { text = "and nobody is on it yet" });
        await browser.PlayAsync("review", new { text = "and nobody is on it yet", finding = "Pale, responds", actions = "Legs up, 500 ml" });

        await SendAsync(again, device, $"\"hr\":92,{AlertWard.Well}");
        await IncidentAsync(nurse, device, one => one.GetProperty("alerts").EnumerateArray().Single(alert => alert.Text("type") == "sbp-critical").Text("condition") == "ended");
        var timeline = (await browser.PlayAsync("resolve")).GetString()!;
        timeline.ShouldContain("Legs up, 500 ml");
        await CheckAsync(nurse, id, charge);

        await Poll.UntilAsync(async () => await ResolvedAsync(nurse) > 0, Soon, "the figures know of it", Cancellation);
        var figures = await browser.PlayAsync("figures", new { ward = Ward });
        figures.Text("acknowledged").ShouldMatch("[1-9] of [0-9]+ incidents");
        figures.Text("delivered").ShouldMatch("[1-9] of [0-9]+ incidents");
        figures.Text("reviewed").ShouldMatch("[1-9] of [0-9]+ incidents");
        (await browser.PlayAsync("console")).EnumerateArray().Select(said => said.GetString()).ShouldBeEmpty();
    }

    // What it all was, as it is kept: each step once, in order, by whom it was taken, and when a screen first showed it.
    private static async Task CheckAsync(HttpClient nurse, Guid id, string charge)
    {
        var incident = await nurse.JsonAsync($"/api/incidents/{id}", Cancellation);
        (incident.Text("state"), incident.Text("outcome"), incident.Text("respondState"), incident.GetProperty("assignee").Text("name")).ShouldBe(("RESOLVED", "real", "met", charge));
        incident.GetProperty("history").EnumerateArray().Select(step => step.Text("step")).Where(step => step != "joined")
            .ShouldBe(["opened", "assigned", "escalated", "escalated", "acknowledged", "re-alerted", "reviewed", "resolved"]);
        DateTimeOffset[] times = [.. new[] { "openedAt", "deliveredAt", "acknowledgedAt", "reviewedAt", "resolvedAt" }.Select(name => incident.GetProperty(name).GetDateTimeOffset())];
        times.ShouldBe(times.Order());
    }

    private static async Task<int> ResolvedAsync(HttpClient nurse) =>
        (await nurse.JsonAsync($"/api/analytics/alerts?ward={Ward}", Cancellation)).GetProperty("response").GetProperty("resolved").GetProperty("count").GetInt32();

    private static string OnDuty(JsonElement onCall, string role, int tier) =>
        onCall.GetProperty("items").EnumerateArray().First(one => one.Text("role") == role && one.GetProperty("tier").GetInt32() == tier).GetProperty("person").Text("name");

    private static async Task SendAsync(DeviceLink link, BedsideDevice device, string vitals) =>
        (await link.PublishAsync(device.Seal(TimeProvider.System.GetUtcNow(), vitals), 1, Cancellation))!.Reason.ShouldBe(Wardwatch.Devices.Mqtt.MqttReason.Success);

    private static async Task<JsonElement> IncidentAsync(HttpClient client, BedsideDevice device, Func<JsonElement, bool> isSo)
    {
        JsonElement found = default;
        await Poll.UntilAsync(
            async () => (found = (await client.JsonAsync($"/api/incidents?patient={device.Patient}&priority=high", Cancellation)).GetProperty("items").EnumerateArray().FirstOrDefault()).ValueKind == JsonValueKind.Object
                && isSo(found),
            Soon, "the incident is so", Cancellation);
        return found;
    }
}
