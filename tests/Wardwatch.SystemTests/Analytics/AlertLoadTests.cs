using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Events;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Incidents.Contracts;
using Wardwatch.SystemTests.Access;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Analytics;

/// <summary>Alert load follows the events of alerts and incidents, comes out the same when it is made anew, and is held against the ward's budget.</summary>
[Collection(TwoHospitalsCollection.Name)]
public sealed class AlertLoadTests(TwoHospitals hospitals)
{
    private static readonly TimeSpan Soon = Poll.Patience;
    private static readonly Guid Incident = Guid.NewGuid();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_follows_alerts_and_incidents_and_comes_out_the_same_when_it_is_made_anew()
    {
        using var admin = await hospitals.ClientAsync("admin", Cancellation);

        // Alerts on one ward, incidents on the other: what alerts bring about must not be counted among the test's own.
        await AddWardAsync(admin, "load-a");
        await AddWardAsync(admin, "load-b");
        using var registered = await admin.PostAsJsonAsync("/api/patients", new { recordNumber = "L-1001", name = "Load, Ada", dateOfBirth = "1970-01-01", sex = "female", ward = "load-a", bed = "1" }, Cancellation);
        registered.EnsureSuccessStatusCode();
        var now = TimeProvider.System.GetUtcNow();
        await TellAsync(
            now,
            [
                Alert("a-1", now), Alert("a-1", now), Alert("a-2", now), Alert("a-3", now, "battery-low", "low"), Alert("a-4", now, canary: true),
                Judgement("a-1", now, "no-action"), Judgement("a-1", now.AddSeconds(1), "real"), Judgement("a-2", now, "artefact"),
                Response(Incident, now, "opened", "medium"), Response(Incident, now, "acknowledged", "high", acknowledged: 40), Response(Incident, now, "resolved", "high", acknowledged: 40, resolved: 300),
                Response(Guid.NewGuid(), now, "opened", "low"), Response(Guid.NewGuid(), now, "opened", "low", canary: true),
            ]);
        // The fourth is the server's own: nobody is on duty on a ward that was added just now.
        await Poll.UntilAsync(async () => await WrittenAsync(admin) == "alerts 4 (2 technical), real 1 of 2 judged; 2 incidents, acknowledged 1 after 55, 40 and 38 s, resolved after 300 s", Soon, "the load is counted", Cancellation);
        var load = await LoadAsync(admin, "load-a");
        load.GetProperty("bedDays").GetDouble().ShouldBeGreaterThanOrEqualTo(0);
        load.GetProperty("byType").EnumerateArray().Select(type => $"{type.Text("type")} {type.GetProperty("alerts")}").ShouldBe(["hr-high 2", "battery-low 1", "coverage-hole 1"]);
        load.GetProperty("byHourOfDay").EnumerateArray().Sum(hour => hour.GetProperty("alerts").GetInt32()).ShouldBe(4);
        load.GetProperty("topCauses")[0].GetProperty("share").GetDouble().ShouldBe(0.5);
        (await LoadAsync(admin, "load-b")).GetProperty("responseByPriority").EnumerateArray().Select(one => $"{one.Text("priority")} {one.GetProperty("incidents")}").ShouldBe(["high 1", "medium 0", "low 1"]);

        var before = await WrittenAsync(admin);
        foreach (var table in new[] { "analytics_alerts", "analytics_responses", "analytics_hours", "analytics_changes" })
        {
            await using var clear = hospitals.Beside.Database.CreateCommand($"delete from {table} where tenant_id = {hospitals.Tenant}");
            await clear.ExecuteNonQueryAsync(Cancellation);
        }

        (await WrittenAsync(admin)).ShouldStartWith("alerts 0");
        var rebuilt = await hospitals.WardAsync(["analytics", "rebuild", "--hospital", "demo", "--json"], Cancellation);
        rebuilt.ExitCode.ShouldBe(0, rebuilt.Error);
        (await WrittenAsync(admin)).ShouldBe(before);

        // And goes on from there: who thinks again is not counted twice.
        await TellAsync(now, [Judgement("a-1", now.AddSeconds(2), "no-action"), Alert("a-2", now)]);
        await Poll.UntilAsync(async () => (await WrittenAsync(admin)).StartsWith("alerts 4 (2 technical), real 0 of 2 judged;", StringComparison.Ordinal), Soon, "the second thought is counted", Cancellation);
    }

    [Fact]
    public async Task A_ward_sets_its_own_budget_on_record_within_reach_and_within_bounds()
    {
        await hospitals.AddPersonAsync("load.charge", "charge-nurse", Cancellation, wards: ["ward-1"]);
        using var charge = await hospitals.ClientAsync("load.charge", Cancellation);
        (await SetAsync(charge, "ward-1", """{"alertsPerBedDay":4.5}""")).ShouldBe((HttpStatusCode.OK, "ward 4.5 of 12 by Person load.charge"));
        var ward = (await LoadAsync(charge, "ward-1")).GetProperty("wards")[0];
        Written(ward.GetProperty("budget")).ShouldBe("ward 4.5 of 12 by Person load.charge");

        // Of this hospital's beds that are taken all day, as they are in the demo.
        ward.GetProperty("burn").GetProperty("allowed").GetDouble().ShouldBeGreaterThan(0);

        (await SetAsync(charge, "ward-1", """{"alertsPerBedDay":0}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await SetAsync(charge, "ward-1", """{"alertsPerBedDay":1001}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await SetAsync(charge, "ward-2", """{"alertsPerBedDay":4}""")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await SetAsync(charge, "north", """{"alertsPerBedDay":4}""")).Status.ShouldBe(HttpStatusCode.NotFound);
        using var nurse = await hospitals.ClientAsync("nurse.falk", Cancellation);
        (await SetAsync(nurse, "ward-1", """{"alertsPerBedDay":4}""")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await SetAsync(charge, "ward-1", """{"alertsPerBedDay":null}""")).ShouldBe((HttpStatusCode.OK, "default 12 of 12 by nobody"));

        await using var audited = hospitals.Beside.Database.CreateCommand("select count(*) from audit_entries where user_name = 'load.charge' and action = $1 and done");
        audited.Parameters.Add(new() { Value = AuditActions.SetAlertBudget });
        (await audited.ExecuteScalarAsync(Cancellation)).ShouldBe(2L);
    }

    [Theory]
    [InlineData("ward=no-such-ward", HttpStatusCode.NotFound)]
    [InlineData("from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", HttpStatusCode.BadRequest)]
    [InlineData("from=2020-01-02T00:00:00Z", HttpStatusCode.BadRequest)]
    [InlineData("from=yesterday", HttpStatusCode.BadRequest)]
    public async Task A_time_or_ward_of_which_nothing_can_be_told_is_refused(string question, HttpStatusCode expected)
    {
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        using var answer = await admin.GetAsync($"/api/analytics/alerts?{question}", Cancellation);
        answer.StatusCode.ShouldBe(expected);
    }

    private async Task TellAsync(DateTimeOffset at, (EventKind Kind, ReadOnlyMemory<byte> Content)[] events)
    {
        await using var transaction = await hospitals.Beside.Tenants.BeginAsync(hospitals.Tenant, Cancellation);
        var outbox = new Outbox(hospitals.Beside.Keyring, TimeProvider.System);
        await outbox.AddAsync(transaction.Connection, [.. events.Select(e => new NewEvent(e.Kind, new(hospitals.Tenant, null, at), e.Content))], Cancellation);
        await transaction.CommitAsync(Cancellation);
    }

    private static (EventKind Kind, ReadOnlyMemory<byte> Content) Alert(string alert, DateTimeOffset at, string type = "hr-high", string priority = "medium", bool canary = false) =>
        Of(AlertEvents.Raised, new(Id(alert), type, priority, Technical: false, null, "load-a", null, at.AddSeconds(-15), at, "Told by a test", canary));

    private static (EventKind Kind, ReadOnlyMemory<byte> Content) Judgement(string alert, DateTimeOffset at, string judgement) =>
        Of(AlertEvents.Changed, new(Id(alert), "hr-high", "judged", "medium", "active", null, "load-a", at, Judgement: judgement));

    private static (EventKind Kind, ReadOnlyMemory<byte> Content) Response(Guid incident, DateTimeOffset at, string step, string priority, int? acknowledged = null, int? resolved = null, bool canary = false) =>
        Of(IncidentEvents.Changed, new(
            incident, step, "OPEN", "hr-high", priority, null, "load-b", null, at, at, at.AddSeconds(-15), acknowledged is null ? null : at.AddSeconds(2), In(at, acknowledged), null, In(at, resolved), null,
            resolved is null ? null : "real", canary));

    private static (EventKind Kind, ReadOnlyMemory<byte> Content) Of<T>(EventKind<T> kind, T content) => (kind, JsonSerializer.SerializeToUtf8Bytes(content, kind.Json));

    private static DateTimeOffset? In(DateTimeOffset at, int? seconds) => seconds is { } after ? at.AddSeconds(after) : null;

    private static string Id(string alert) => $"018f0000-0000-7000-8000-00000000000{alert[^1]}";

    private async Task<string> WrittenAsync(HttpClient client)
    {
        var (a, response) = (await LoadAsync(client, "load-a"), (await LoadAsync(client, "load-b")).GetProperty("response"));
        var judgements = a.GetProperty("judgements");
        return $"alerts {a.GetProperty("alerts")} ({a.GetProperty("technical")} technical), real {judgements.GetProperty("real")} of {judgements.GetProperty("judged")} judged; "
            + $"{response.GetProperty("incidents")} incidents, acknowledged {response.GetProperty("acknowledgedFromOnset").GetProperty("count")} after {Median("acknowledgedFromOnset")}, "
            + $"{Median("acknowledgedFromOpened")} and {Median("acknowledgedFromDelivery")} s, resolved after {Median("resolved")} s";

        JsonElement Median(string what) => response.GetProperty(what).GetProperty("median");
    }

    private static Task<JsonElement> LoadAsync(HttpClient client, string ward) => client.JsonAsync($"/api/analytics/alerts?ward={ward}", Cancellation);

    private static async Task<(HttpStatusCode Status, string? Budget)> SetAsync(HttpClient client, string ward, string body)
    {
        using var answer = await client.PutAsync($"/api/wards/{ward}/alert-budget", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Cancellation);
        return (answer.StatusCode, answer.IsSuccessStatusCode ? Written(await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)) : null);
    }

    private static string Written(JsonElement budget) =>
        $"{budget.Text("from")} {budget.GetProperty("alertsPerBedDay")} of {budget.GetProperty("default")} by {budget.GetProperty("owner").GetString() ?? "nobody"}";

    private static async Task AddWardAsync(HttpClient client, string id)
    {
        using var answer = await client.PostAsJsonAsync("/api/wards", new { id, name = id, beds = new[] { "1" } }, Cancellation);
        answer.EnsureSuccessStatusCode();
    }
}
