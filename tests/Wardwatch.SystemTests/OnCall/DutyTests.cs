using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.OnCall;
using Wardwatch.Server.Staff.People;
using Wardwatch.SystemTests.Access;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.OnCall;

/// <summary>Who is on duty, asked over the interface and through the contract, in the demo hospital and of one's own.</summary>
[Collection(TwoHospitalsCollection.Name)]
public sealed class DutyTests(TwoHospitals hospitals)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("&at=2027-03-28T00:30:00Z")]
    [InlineData("&at=2027-03-28T01:30:00Z")]
    [InlineData("&at=2027-10-31T00:30:00Z")]
    [InlineData("&at=2027-10-31T01:30:00Z")]
    public async Task In_the_demo_hospital_every_duty_has_somebody_at_any_time(string at)
    {
        using var nurse = await hospitals.ClientAsync("nurse.falk", Cancellation);
        foreach (var ward in new[] { "ward-1", "ward-2" })
        {
            var now = await nurse.JsonAsync($"/api/oncall/now?ward={ward}{at}", Cancellation);
            var tiers = now.GetProperty("items").EnumerateArray().ToLookup(item => item.Text("role"), item => item.GetProperty("tier").GetInt32());
            foreach (var role in DutyRoles.All.Keys)
            {
                tiers[role].ShouldContain(1, role);
                tiers[role].ShouldContain(2, role);
            }

            now.GetProperty("gaps").EnumerateArray().Where(gap => gap.Text("role") != "").ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Twenty_four_people_of_the_demo_are_on_duty_by_turns()
    {
        using var nurse = await hospitals.ClientAsync("nurse.falk", Cancellation);
        var staff = (await nurse.JsonAsync("/api/oncall/staff", Cancellation)).GetProperty("items").EnumerateArray().ToList();
        var demo = new Wardwatch.Server.Cli.Seed.DemoFiles(hospitals.Beside.Data).ReadCredentials().Select(account => account.Name).ToHashSet(StringComparer.Ordinal);
        staff.Count(person => demo.Contains(person.Text("name")) && person.GetProperty("duties").GetArrayLength() > 0).ShouldBe(24);
    }

    [Fact]
    public async Task The_contract_says_at_one_time_and_over_a_while_what_the_interface_says()
    {
        using var nurse = await hospitals.ClientAsync("nurse.falk", Cancellation);
        var duty = new DutyReader(new Colleagues());
        await using var transaction = await hospitals.Beside.Tenants.BeginAsync(hospitals.Tenant, Cancellation);
        var start = TimeProvider.System.GetUtcNow().AddHours(1);
        var table = await duty.ReadAsync(transaction.Connection, hospitals.Tenant, start, start.AddDays(9), Cancellation);
        for (var at = start; at < start.AddDays(9); at = at.AddHours(7))
        {
            var one = await duty.WhoAsync(transaction.Connection, hospitals.Tenant, "ward-2", "nurse", at, Cancellation);
            table.Who("ward-2", "nurse", at).ShouldBe(one);
            one.Select(who => who.Tier).ShouldBe([1, 2, 3]);
            one.ShouldAllBe(who => who.From <= at && at < who.Until && who.Source == "rotation");
            var shown = await nurse.JsonAsync($"/api/oncall/now?ward=ward-2&role=nurse&at={at.UtcDateTime:O}", Cancellation);
            shown.GetProperty("items").EnumerateArray().OrderBy(item => item.GetProperty("tier").GetInt32()).Select(item => (item.GetProperty("person").Text("name"), item.GetProperty("until").GetDateTimeOffset()))
                .ShouldBe(one.Select(who => (who.Name, who.Until)));
        }

        // A ward that nobody knows, and the hospital: only those who are on duty for all of it.
        table.Who("nowhere", "nurse", start).Select(who => who.Tier).ShouldBe([3]);
        table.Who(null, "nurse", start).Select(who => who.Tier).ShouldBe([3]);
        table.Who("ward-2", "nobody", start).ShouldBeEmpty();
        var changes = table.Changes("ward-2", "nurse");
        changes.ShouldBe(changes.Distinct().Order());
        changes.Count.ShouldBeInRange(25, 30, "three shifts a day, over nine days, and the week");
        foreach (var (from, until) in changes.Zip(changes.Skip(1)))
        {
            table.Who("ward-2", "nurse", from).ShouldBe(table.Who("ward-2", "nurse", until.AddTicks(-10)));
        }
    }

    [Fact]
    public async Task Another_hospitals_duty_is_not_seen()
    {
        await using var connection = await hospitals.Beside.Database.OpenConnectionAsync(Cancellation);
        var duty = new DutyReader(new Colleagues());
        (await duty.WhoAsync(connection, hospitals.ForeignTenant, "ward-1", "nurse", TimeProvider.System.GetUtcNow(), Cancellation)).ShouldBeEmpty();
        using var foreign = await hospitals.ClientAsync("foreign.admin", Cancellation);
        (await foreign.JsonAsync("/api/oncall/now", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await foreign.JsonAsync("/api/oncall/schedules?ended=true", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(0);
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        var schedule = (await admin.JsonAsync("/api/oncall/schedules", Cancellation)).GetProperty("items")[0].Text("id");
        foreach (var address in new[] { $"/api/oncall/schedules/{schedule}", $"/api/oncall/schedules/{schedule}/calendar", $"/api/oncall/{schedule}.ics" })
        {
            using var answer = await foreign.GetAsync(address, Cancellation);
            (await answer.ProblemAsync(Cancellation)).ShouldBe((404, "urn:wardwatch:schedule-not-found"));
        }

        (await Roster.RefusedAsync(foreign, HttpMethod.Put, $"/api/oncall/schedules/{schedule}", new { }, "*")).Type.ShouldBe("schedule-not-found");
        (await Roster.RefusedAsync(foreign, HttpMethod.Delete, $"/api/oncall/schedules/{schedule}", null)).Type.ShouldBe("schedule-not-found");
        (await Roster.RefusedAsync(foreign, HttpMethod.Post, "/api/oncall/overrides", new { schedule })).Type.ShouldBe("schedule-not-found");
    }

    [Fact]
    public async Task Whose_account_is_disabled_or_removed_is_on_no_duty_and_the_gap_is_told()
    {
        var (first, second) = (await Roster.AddAsync(hospitals, "duty.first", "technician"), await Roster.AddAsync(hospitals, "duty.second", "technician"));
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        foreach (var id in new[] { first, second })
        {
            await Roster.SetDutiesAsync(admin, id, new { role = "technician", tier = 3, wards = (string[]?)null });
        }

        var schedule = (await Roster.MakeAsync(admin, new { name = "Machines", role = "technician", tier = 3, zone = "UTC", layers = new[] { Roster.Daily(first), Roster.Daily(second) } })).Text("id");
        await OnDutyIsAsync(admin, schedule, "Person duty.second");
        using (var disabled = await admin.PutAsJsonAsync($"/api/people/{second}", new { name = "Person duty.second", role = "technician", wards = Array.Empty<string>(), version = 1, disabled = true }, Cancellation))
        {
            disabled.EnsureSuccessStatusCode();
        }

        await OnDutyIsAsync(admin, schedule, "Person duty.first");
        using (var removed = await admin.DeleteAsync($"/api/people/{first}", Cancellation)) removed.EnsureSuccessStatusCode();
        var now = await OnDutyIsAsync(admin, schedule, null);
        now.GetProperty("gaps").EnumerateArray().Select(gap => $"{gap.Text("role")} {gap.GetProperty("tier")}").ShouldBe(["technician 3"]);
        var shown = await admin.JsonAsync($"/api/oncall/schedules/{schedule}", Cancellation);
        shown.GetProperty("layers")[0].GetProperty("members")[0].GetProperty("name").ValueKind.ShouldBe(JsonValueKind.Null, "the account is gone, the turn is not");
        using var ended = await admin.DeleteAsync($"/api/oncall/schedules/{schedule}", Cancellation);
        ended.EnsureSuccessStatusCode();
    }

    [Theory]
    [InlineData("?role=king", 400, "invalid-parameter")]
    [InlineData("?at=yesterday", 400, "invalid-parameter")]
    [InlineData("?ward=nowhere", 404, "ward-not-found")]
    [InlineData("?ward=north", 404, "ward-not-found")]
    public async Task What_cannot_be_asked_for_is_said(string query, int status, string type)
    {
        using var nurse = await hospitals.ClientAsync("nurse.falk", Cancellation);
        var refused = await Roster.RefusedAsync(nurse, HttpMethod.Get, $"/api/oncall/now{query}", null);
        (refused.Status, refused.Type).ShouldBe((status, type));
    }

    private static async Task<JsonElement> OnDutyIsAsync(HttpClient client, string schedule, string? name)
    {
        var now = await client.JsonAsync("/api/oncall/now?role=technician", Cancellation);
        now.GetProperty("items").EnumerateArray().Where(item => item.Text("schedule") == schedule).Select(item => item.GetProperty("person").Text("name")).ShouldBe(name is null ? [] : [name]);
        return now;
    }
}
