using System.Net.Http.Headers;
using System.Text.Json;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Simulator;
using Wardwatch.Simulator.Staff;
using Wardwatch.SystemTests.Alerts;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Patients;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Incidents;

/// <summary>From a reading to somebody who has been there, with the real server, which is killed in the middle.</summary>
public sealed class IncidentPathTests
{
    // So late that none is the last before the server is killed, on however slow a machine.
    private const int LastStepSeconds = 60;

    private static readonly TimeSpan Soon = Poll.Patience;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reading_becomes_somebodys_work_which_goes_on_when_the_server_is_killed_until_somebody_was_there()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Wardwatch__Incidents__HighSteps"] = $"1,6,{LastStepSeconds}" };
        await using var ward = await DemoWard.StartAsync(3, settings, Cancellation);
        var device = ward.TakeDevice();
        await using (var link = await DeviceLink.OpenAsync(ward.Server, device, MqttVersion.V500, Cancellation))
        {
            await link.PublishAsync(device.Seal(TimeProvider.System.GetUtcNow(), AlertWard.Low), 1, Cancellation);
        }

        var incident = await UntilAsync(ward, device, one => one.Text("priority") == "high", "there is an incident");
        (incident.Text("type"), incident.Text("priority"), incident.Text("respondState")).ShouldBe(("sbp-critical", "high", "running"));
        incident.GetProperty("alerts").EnumerateArray().ShouldAllBe(one => one.Text("incident") == incident.Text("id"));
        var address = $"/api/incidents/{incident.Text("id")}";

        // Nobody acknowledges it, and the server dies: whoever starts it again has it carried on.
        var before = await EscalationsAsync(ward, incident);
        await ward.Server.KillAsync(Cancellation);
        await ward.Server.StartAsync(Cancellation);
        await Poll.UntilAsync(async () => await EscalationsAsync(ward, incident) > before, Soon, "it is carried on", Cancellation);
        await ward.SignInAsync(Cancellation);

        using var nurse = await ClientAsync(ward, "nurse");
        using var charge = await ClientAsync(ward, "charge-nurse");
        using var analyst = await ClientAsync(ward, "analyst");
        using var technician = await ClientAsync(ward, "technician");
        (await nurse.ChangeAsync("POST", $"{address}/resolve", new { outcome = "maybe" }, Cancellation)).Type.ShouldBe("invalid-parameter");
        (await nurse.ChangeAsync("POST", $"{address}/comment", new { note = new string('x', 1001) }, Cancellation)).Type.ShouldBe("invalid-parameter");
        (await nurse.ChangeAsync("POST", $"{address}/comment", new { note = " " }, Cancellation)).Type.ShouldBe("invalid-parameter");
        (await nurse.ChangeAsync("POST", $"{address}/resolve", new { outcome = "real" }, Cancellation)).Type.ShouldBe("incident-step-refused");
        (await analyst.ChangeAsync("POST", $"{address}/acknowledge", null, Cancellation)).Type.ShouldBe("not-permitted");
        (await technician.ChangeAsync("POST", $"{address}/acknowledge", null, Cancellation)).Type.ShouldBe("incident-not-found");
        (await ward.Client.ChangeAsync("POST", $"{address}/acknowledge", null, Cancellation)).Type.ShouldBe("incident-not-found", "not the administrator's to act on");

        var acknowledged = (await nurse.ChangeAsync("POST", $"{address}/acknowledge", new { note = "On my way" }, Cancellation)).Body;
        acknowledged.Text("state").ShouldBe("ACKNOWLEDGED");
        (await nurse.JsonAsync("/api/auth/me", Cancellation)).Text("id").ShouldBe(acknowledged.GetProperty("assignee").Text("id"));
        (await nurse.ChangeAsync("POST", $"{address}/acknowledge", null, Cancellation)).Status.ShouldBe(200);
        var refused = await charge.ChangeAsync("POST", $"{address}/acknowledge", null, Cancellation);
        refused.Status.ShouldBe(409);
        refused.Body.Text("detail").ShouldContain("acknowledged it first");
        (await nurse.ChangeAsync("POST", $"{address}/claim", null, Cancellation)).Type.ShouldBe("incident-step-refused");
        (await charge.ChangeAsync("POST", $"{address}/claim", null, Cancellation)).Body.Text("state").ShouldBe("REASSIGNED");
        var reviewed = (await nurse.ChangeAsync("POST", $"{address}/review", new { finding = "Pale, responds", actions = "Legs up, 500 ml" }, Cancellation)).Body;
        (reviewed.Text("state"), reviewed.Text("respondState")).ShouldBe(("IN_PROGRESS", "met"));
        var resolved = (await charge.ChangeAsync("POST", $"{address}/resolve", new { outcome = "real", note = "Given to the intensivist" }, Cancellation)).Body;
        (resolved.Text("state"), resolved.Text("outcome")).ShouldBe(("RESOLVED", "real"));

        var history = (await ward.JsonAsync(address, Cancellation)).GetProperty("history").EnumerateArray().ToList();
        history.Where(step => step.GetProperty("actor").ValueKind == JsonValueKind.Object).Select(step => step.Text("step")).ShouldBe(["acknowledged", "reassigned", "reviewed", "resolved"]);
        history.Single(step => step.Text("step") == "reviewed").Text("note").ShouldBe("Pale, responds\nLegs up, 500 ml");
        history.ShouldContain(step => step.GetProperty("note").ValueKind == JsonValueKind.String && step.Text("note") == "SBP 72 < 80");
        var alert = (await ward.JsonAsync($"/api/alerts?patient={device.Patient}", Cancellation)).GetProperty("items").EnumerateArray().Single(one => one.Text("type") == "sbp-critical");
        (alert.GetProperty("acknowledged").GetBoolean(), alert.Text("condition"), alert.Text("judgement")).ShouldBe((true, "active", "real"));
        (await ward.JsonAsync("/api/incidents?state=closed&priority=high&ward=ward-1", Cancellation)).GetProperty("items").EnumerateArray().Select(one => one.Text("id")).ShouldContain(incident.Text("id"));
        await ward.CountsAsync("incident_mtta_seconds_count", "priority=\"high\"", 1, Cancellation);
        await CoverageAsync(ward);
        await ScriptAsync(ward);
    }

    // The demo's scripted staff take another one the whole way, each as themselves, and tell it.
    private static async Task ScriptAsync(DemoWard ward)
    {
        var device = ward.TakeDevice();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var api = new HospitalApi(ward.Server.BaseAddress, ward.Server.Data);
        await using var told = new StringWriter();
        var pace = new StaffPace(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        var staff = new ScriptedStaff(api, ward.Server.BaseAddress, [new(device.Patient, "sepsis", 0)], pace, new StatusWriter(told, json: false, TimeProvider.System), TimeProvider.System).RunAsync(ended.Token);
        await using (var link = await DeviceLink.OpenAsync(ward.Server, device, MqttVersion.V500, Cancellation))
        {
            await link.PublishAsync(device.Seal(TimeProvider.System.GetUtcNow(), AlertWard.Low), 1, Cancellation);
        }

        JsonElement closed = default;
        await Poll.UntilAsync(
            async () => staff.IsFaulted || (closed = (await ward.JsonAsync($"/api/incidents?patient={device.Patient}&state=closed", Cancellation)).GetProperty("items").EnumerateArray().FirstOrDefault()).ValueKind == JsonValueKind.Object,
            Soon, "the staff have resolved it", Cancellation);
        await ended.CancelAsync();
        await staff;
        (closed.Text("outcome"), closed.Text("type")).ShouldBe(("real", "sbp-critical"));
        var steps = (await ward.JsonAsync($"/api/incidents/{closed.Text("id")}", Cancellation)).GetProperty("history").EnumerateArray().ToList();
        steps.Where(step => step.GetProperty("actor").ValueKind == JsonValueKind.Object).Select(step => step.Text("step")).ShouldBe(["acknowledged", "reviewed", "resolved"]);
        steps.Count(step => step.Text("step") == "escalated").ShouldBeGreaterThanOrEqualTo(1, "nobody answers the first call");
        told.ToString().ShouldContain("Sepsis begins in bed");
        told.ToString().ShouldContain("nobody has answered");
    }

    private static async Task CoverageAsync(DemoWard ward)
    {
        var coverage = await ward.JsonAsync("/api/oncall/coverage?ward=ward-1", Cancellation);
        var items = coverage.GetProperty("items").EnumerateArray().ToList();
        (items.Count % 33).ShouldBe(0);
        items.Count(item => item.GetProperty("hole").ValueKind == JsonValueKind.String).ShouldBe(coverage.GetProperty("holes").GetInt32());
        using var wrong = await ward.Client.GetAsync("/api/oncall/coverage?from=2020-01-01T00:00:00Z", Cancellation);
        ((int)wrong.StatusCode).ShouldBe(400);
    }

    private static async Task<JsonElement> UntilAsync(DemoWard ward, BedsideDevice device, Func<JsonElement, bool> isSo, string what)
    {
        JsonElement found = default;
        await Poll.UntilAsync(
            async () => (found = (await ward.JsonAsync($"/api/incidents?patient={device.Patient}&state=open", Cancellation)).GetProperty("items").EnumerateArray().FirstOrDefault()).ValueKind == JsonValueKind.Object
                && isSo(found),
            Soon, what, Cancellation);
        return found;
    }

    private static async Task<long> EscalationsAsync(DemoWard ward, JsonElement incident)
    {
        await using var command = ward.Database.CreateCommand("select count(*) from incident_history where incident_id = $1 and step = 'escalated'");
        command.Parameters.Add(new() { Value = incident.GetProperty("id").GetGuid() });
        try
        {
            return (long)(await command.ExecuteScalarAsync(Cancellation))!;
        }
        catch (Npgsql.NpgsqlException)
        {
            return 0; // the private PostgreSQL ends with its server, and comes back with it
        }
    }

    private static async Task<HttpClient> ClientAsync(DemoWard ward, string role)
    {
        var client = ward.Server.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await ward.TokenOfAsync(role, Cancellation));
        return client;
    }
}
