using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Shouldly;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Patients;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.AlertPath;

/// <summary>A ward of three whose alert path is tested every two seconds.</summary>
public sealed class TestedWard : IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The ward.</summary>
    public DemoWard Ward { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Wardwatch__AlertPath__Enabled"] = "true",
            ["Wardwatch__AlertPath__IntervalSeconds"] = "2",
            ["Wardwatch__AlertPath__LateSeconds"] = "10",
            ["Wardwatch__AlertPath__BrokenSeconds"] = "20", // far more than a round takes on a machine that is busy, or it would be broken by nobody
        };
        Ward = await DemoWard.StartAsync(3, settings, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (Ward is not null)
        {
            await Ward.DisposeAsync();
        }
    }
}

/// <summary>The way from a virtual device to a receipt, with the real server: proven, broken in each of its parts, and proven again when it is mended.</summary>
public sealed partial class AlertPathTests(TestedWard tested) : IClassFixture<TestedWard>
{
    private const string WardId = "ward-1", OtherWard = "ward-2";
    private const int StopSignal = 19, ContinueSignal = 18;
    private static readonly TimeSpan Soon = Poll.Patience;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DemoWard Ward => tested.Ward;

    [Fact]
    public async Task A_ward_is_proven_again_with_each_round_and_every_screen_of_it_is_told()
    {
        await UntilAsync("proven");
        using var nurse = await ClientAsync("nurse");
        using var screen = await EventListener.OpenAsync(nurse, $"?ward={WardId}", null, Cancellation);
        using var testing = await EventListener.OpenAsync(nurse, $"?ward={WardId}&tests=true", null, Cancellation);
        var first = (await screen.NextAsync(IsProven, Cancellation)).Data.GetProperty("provenAt").GetDateTimeOffset();

        // Whoever did not ask for tests gets none, though some are addressed to them.
        var told = new List<string>();
        var next = await screen.NextAsync(
            one =>
            {
                told.Add(one.Name);
                return IsProven(one) && one.Data.GetProperty("provenAt").GetDateTimeOffset() > first;
            }, Cancellation);
        told.ShouldNotContain("notification");
        told.ShouldNotContain(name => name.StartsWith("alert-raised", StringComparison.Ordinal) || name.StartsWith("incident", StringComparison.Ordinal));
        next.Data.GetProperty("ward").GetString().ShouldBe(WardId);

        (await Ward.JsonAsync("/api/dashboard-data", Cancellation)).GetProperty("alertPath").EnumerateArray().Select(one => one.Text("ward")).ShouldBe([WardId, OtherWard]);
        var path = (await Ward.JsonAsync($"/api/dashboard-data?ward={WardId}", Cancellation)).GetProperty("alertPath").EnumerateArray().ShouldHaveSingleItem();
        (path.Text("ward"), path.Text("state")).ShouldBe((WardId, "proven"));
        path.GetProperty("provenAt").GetDateTimeOffset().ShouldBeGreaterThanOrEqualTo(first);
        var (status, probe) = await ProbeAsync();
        (status, probe.Text("state")).ShouldBe((HttpStatusCode.OK, "proven"));
        probe.GetProperty("wards").GetArrayLength().ShouldBe(2);
        var probed = probe.GetProperty("wards")[0];
        (probed.Text("hospital"), probed.Text("ward"), probed.Text("state")).ShouldBe(("demo", WardId, "proven"));
        probed.EnumerateObject().Select(member => member.Name).ShouldBe(["hospital", "ward", "state", "provenAt", "ageSeconds"]);
        (await Ward.MetricAsync("alert_path_proven_age_seconds", $"ward=\"{WardId}\"", Cancellation)).ShouldBeInRange(0, 60);

        // A screen that takes part has got the test, and says so.
        var test = await testing.NextAsync(one => one.Name == "notification", Cancellation);
        test.Data.Text("kind").ShouldBe("canary");
        using var receipt = await nurse.PostAsJsonAsync("/api/alert-path/receipts", new { notification = test.Data.Text("id") }, Cancellation);
        receipt.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var nothing = await nurse.PostAsJsonAsync("/api/alert-path/receipts", new { notification = Guid.NewGuid() }, Cancellation);
        nothing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Ward.JsonAsync("/api/alert-path", Cancellation)).GetProperty("items").EnumerateArray().Select(one => one.Text("ward")).ShouldBe([WardId, OtherWard]);
        using var stranger = Ward.Server.CreateClient();
        (await stranger.GetAsync("/sse/alert-path", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Rounds_leave_no_trace_in_anything_that_is_shown_listed_or_counted()
    {
        await UntilAsync("proven");
        using var nurse = await ClientAsync("nurse");
        using var technician = await ClientAsync("technician");
        await NothingChangesAsync(nurse, technician);

        // And nobody can do anything with the patient or the device.
        await using var command = Ward.Database.CreateCommand("select p.patient_id, d.device_id, (select i.incident_id::text from incidents i where i.canary order by i.opened_at desc limit 1), (select a.alert_id::text from alerts a where a.canary order by a.raised_at desc limit 1) from alert_paths x join patients p using (patient_no) join devices d using (device_no) limit 1");
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        (await reader.ReadAsync(Cancellation)).ShouldBeTrue();
        var (patient, device) = (reader.GetString(0), reader.GetString(1));
        foreach (var (path, body) in new (string, object?)[]
        {
            ($"/api/patients/{patient}", null), ($"/api/patients/{patient}/vitals/latest", null), ($"/api/devices/{device}", null), ($"/api/incidents/{reader.GetString(2)}", null), ($"/api/alerts/{reader.GetString(3)}", null),
            ($"/api/patients/{patient}/admit", new { ward = WardId, bed = "04" }), ($"/api/devices/{device}/keys", new { }),
        })
        {
            using var answer = body is null ? await Ward.Client.GetAsync(path, Cancellation) : await Ward.Client.PostAsJsonAsync(path, body, Cancellation);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }
    }

    [Fact]
    public async Task A_device_key_that_is_gone_breaks_the_path_which_is_an_alert_of_the_ward_until_it_is_mended()
    {
        await BreakAndMendAsync(
            "update device_keys set revoked_at = now() where device_no in (select device_no from alert_paths)", "update device_keys set revoked_at = null where device_no in (select device_no from alert_paths)",
            "its alert was not stored");
    }

    [Fact]
    public async Task Notifications_that_are_lost_on_the_way_break_the_path_until_they_come_again()
    {
        await BreakAndMendAsync(
            "create function lose() returns trigger language plpgsql as 'begin return null; end'; create trigger lose before insert on notifications for each row when (new.kind = 'canary') execute function lose()",
            "drop trigger lose on notifications; drop function lose()", "of which nobody was told");
    }

    [Fact]
    public async Task While_the_database_stands_still_the_path_is_broken_for_whoever_asks_and_then_it_is_proven_again()
    {
        await UntilAsync("proven");
        using var nurse = await ClientAsync("nurse");
        using var screen = await EventListener.OpenAsync(nurse, $"?ward={WardId}", null, Cancellation);
        var postmaster = PostgresProcesses.Postmaster(Ward.Server.Data).ShouldNotBeNull();
        List<int> processes = [postmaster, .. PostgresProcesses.Children(postmaster).Select(child => child.Key)];
        processes.ForEach(process => ServerProcess.Signal(process, StopSignal));
        try
        {
            await UntilAsync("broken");
            (await ProbeAsync()).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            await screen.NextAsync(one => one.Name == "alert-path-changed" && one.Data.Text("state") == "broken", Cancellation);
        }
        finally
        {
            processes.ForEach(process => ServerProcess.Signal(process, ContinueSignal));
        }

        await UntilAsync("proven");
        await screen.NextAsync(IsProven, Cancellation);
        await EndedAsync();
    }

    private async Task BreakAndMendAsync(string breakIt, string mendIt, string reached)
    {
        await UntilAsync("proven");
        await EndedAsync();
        using var nurse = await ClientAsync("nurse");
        using var technician = await ClientAsync("technician");
        using var screen = await EventListener.OpenAsync(nurse, $"?ward={WardId}", null, Cancellation);
        await Ward.ExecuteAsync($"{breakIt}; notify wardwatch_directory, 'devices'", Cancellation);
        try
        {
            await UntilAsync("broken");
            (await ProbeAsync()).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            await screen.NextAsync(one => one.Name == "alert-path-changed" && one.Data.Text("state") == "broken", Cancellation);
            JsonElement alert = default;
            await Poll.UntilAsync(async () => (alert = (await ActiveAsync(technician)).FirstOrDefault()).ValueKind == JsonValueKind.Object, Soon, "the technician has the alert", Cancellation);
            (alert.Text("priority"), alert.GetProperty("technical").GetBoolean(), alert.Text("ward")).ShouldBe(("high", true, WardId));
            alert.GetProperty("cause").Text("text").ShouldContain(reached);
            (await ActiveAsync(nurse)).ShouldNotBeEmpty();
            await Poll.UntilAsync(
                async () => (await technician.GetFromJsonAsync<JsonElement>("/api/incidents?state=open", Cancellation)).GetProperty("items").EnumerateArray().Any(one => one.Text("type") == "alert-path-broken" && one.Text("role") == "technician"),
                Soon, "and an incident to see to", Cancellation);
        }
        finally
        {
            await Ward.ExecuteAsync($"{mendIt}; notify wardwatch_directory, 'devices'", Cancellation);
        }

        await UntilAsync("proven");
        await EndedAsync();
        (await ProbeAsync()).Status.ShouldBe(HttpStatusCode.OK);
    }

    private Task EndedAsync() => Poll.UntilAsync(async () => (await ActiveAsync(Ward.Client)).Count == 0, Soon, "the alert has ended", Cancellation);

    private static async Task<List<JsonElement>> ActiveAsync(HttpClient client) =>
        [.. (await client.GetFromJsonAsync<JsonElement>($"/api/alerts?condition=active&ward={WardId}", Cancellation)).GetProperty("items").EnumerateArray().Where(alert => alert.Text("type") == "alert-path-broken")];

    private static bool IsProven(ServerEvent one) => one.Name == "alert-path-changed" && one.Data.Text("state") == "proven";

    private Task UntilAsync(string state) => Poll.UntilAsync(async () => (await ProbeAsync()).Answer.Text("state") == state, Soon, $"the path is {state}", Cancellation);

    private async Task<(HttpStatusCode Status, JsonElement Answer)> ProbeAsync()
    {
        using var prober = Ward.Server.CreateClient();
        using var answer = await prober.GetAsync("/health/alert-path", Cancellation);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation));
    }

    private async Task<long> RoundsAsync()
    {
        await using var command = Ward.Database.CreateCommand("select count(*) from incidents where canary and resolved_at is not null");
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    // What the other tests and the start of the server left behind is told, counted and escalated later than it happened, each once in a while. What rounds left would be there after every
    // three: until two looks with so many between them are the same.
    private async Task NothingChangesAsync(HttpClient nurse, HttpClient technician)
    {
        var last = await EverythingAsync(nurse, technician);
        for (var look = 1; ; look++)
        {
            await UntilAsync("proven");
            var rounds = await RoundsAsync();
            await Poll.UntilAsync(async () => await RoundsAsync() >= rounds + 6, Soon, "three rounds more of both wards", Cancellation);
            var now = await EverythingAsync(nurse, technician);
            var different = now.Where(one => last[one.Key] != one.Value).Select(one => $"{one.Key}: {last[one.Key]} | {one.Value}").ToList();
            if (different.Count == 0)
            {
                return;
            }

            look.ShouldBeLessThan(20, string.Join('\n', different));
            last = now;
        }
    }

    private async Task<Dictionary<string, string>> EverythingAsync(HttpClient nurse, HttpClient technician)
    {
        var everything = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var address in new[]
        {
            "/api/dashboard-data", "/api/wards", "/api/patients", "/api/patients?status=discharged", "/api/patients?search=alert", "/api/devices", "/api/alerts", "/api/incidents", "/api/incidents?state=closed", "/api/notifications",
            "/api/analytics/dashboard", "/api/analytics/alerts", "/api/dead-letters", "/api/people", "/api/wards/ward-1/beds", "/api/wards/ward-1/handovers", "/api/oncall/coverage?ward=ward-1",
        })
        {
            everything[address] = await LookAsync(Ward.Client, address);
            everything["nurse " + address] = await LookAsync(nurse, address);
            everything["technician " + address] = await LookAsync(technician, address);
        }

        foreach (var metric in new[] { "alerts_received_total", "incidents_total", "incidents_open", "incident_empty_steps_total", "incident_escalations_total", "incident_time_to_assign_seconds_count", "notifications_sent_total", "incident_alerts_joined_total" })
        {
            everything[metric] = $"{await Ward.MetricAsync(metric, "", Cancellation)}";
        }

        return everything;
    }

    private static async Task<string> LookAsync(HttpClient client, string address)
    {
        using var answer = await client.GetAsync(address, Cancellation);
        return $"{(int)answer.StatusCode} {Times().Replace(await answer.Content.ReadAsStringAsync(Cancellation), "…")}";
    }

    private async Task<HttpClient> ClientAsync(string role)
    {
        var client = Ward.Server.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Ward.TokenOfAsync(role, Cancellation));
        return client;
    }

    // Times, and what changes with them: ages, and what is reckoned by the time in which beds are taken.
    [GeneratedRegex("""\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)|"(ageSeconds|requestId|occupancy|bedDays|perBedDay|perHour)":[^,}]*""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Times();
}
