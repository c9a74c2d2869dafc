using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Access;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.OnCall;

/// <summary>Calendar programs read schedules with a secret of their own, which opens nothing else.</summary>
[Collection(TwoHospitalsCollection.Name)]
public sealed class FeedTests(TwoHospitals hospitals)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_calendar_program_reads_a_schedule_with_the_secret_of_a_feed_until_it_is_revoked()
    {
        await hospitals.AddPersonAsync("feed.nurse", "nurse", Cancellation, wards: ["ward-1"]);
        using var nurse = await hospitals.ClientAsync("feed.nurse", Cancellation);
        var schedule = await AnyAsync(nurse);
        var feed = await MadeAsync(nurse, "My phone");
        var token = feed.Text("token");
        using var program = hospitals.Server.CreateClient();
        var address = $"/api/oncall/{schedule}.ics?token={token}";
        using (var read = await program.GetAsync(address, Cancellation))
        {
            read.StatusCode.ShouldBe(HttpStatusCode.OK);
            read.Content.Headers.ContentType!.ToString().ShouldBe("text/calendar; charset=utf-8");
            await LooksRightAsync(read);
        }

        (await (await program.GetAsync(address, Cancellation)).Content.ReadAsStringAsync(Cancellation)).ShouldBe(await nurse.GetStringAsync($"/api/oncall/{schedule}.ics", Cancellation), "signed in, the same");
        var listed = (await nurse.JsonAsync("/api/oncall/feeds", Cancellation)).GetProperty("items")[0];
        listed.Text("name").ShouldBe("My phone");
        listed.TryGetProperty("token", out _).ShouldBeFalse();
        listed.GetProperty("lastUsedAt").ValueKind.ShouldBe(JsonValueKind.String);

        foreach (var other in new[] { $"/api/oncall/{schedule}.ics", $"/api/oncall/{schedule}.ics?token={token[..^1]}", $"/api/oncall/{schedule}.ics?token=", $"/api/oncall/now?token={token}", $"/api/patients?token={token}" })
        {
            using var refused = await program.GetAsync(other, Cancellation);
            (await refused.ProblemAsync(Cancellation)).ShouldBe((401, "urn:wardwatch:sign-in-required"), other);
        }

        using (var unknown = await program.GetAsync($"/api/oncall/{Guid.NewGuid()}.ics?token={token}", Cancellation)) (await unknown.ProblemAsync(Cancellation)).ShouldBe((404, "urn:wardwatch:schedule-not-found"));
        hospitals.Server.Log.ShouldNotContain(token);
        await using (var owner = hospitals.Server.OpenDatabase())
        await using (var command = owner.CreateCommand($"select count(*) from oncall_feeds f where f::text like '%{token}%'"))
        {
            (await command.ExecuteScalarAsync(Cancellation)).ShouldBe(0L);
        }

        using (var foreigner = await hospitals.ClientAsync("nurse.falk", Cancellation))
        using (var notOwn = await foreigner.DeleteAsync($"/api/oncall/feeds/{feed.Text("id")}", Cancellation))
        {
            (await notOwn.ProblemAsync(Cancellation)).ShouldBe((404, "urn:wardwatch:feed-not-found"));
        }

        using (var revoked = await nurse.DeleteAsync($"/api/oncall/feeds/{feed.Text("id")}", Cancellation)) revoked.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var gone = await program.GetAsync(address, Cancellation);
        gone.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_feed_ends_with_its_owners_right_to_see_who_is_on_call()
    {
        var id = await hospitals.AddPersonAsync("feed.leaver", "nurse", Cancellation, wards: ["ward-1"]);
        using var leaver = await hospitals.ClientAsync("feed.leaver", Cancellation);
        var address = $"/api/oncall/{await AnyAsync(leaver)}.ics?token={(await MadeAsync(leaver, "Phone")).Text("token")}";
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        using var program = hospitals.Server.CreateClient();
        foreach (var (role, disabled, status) in new[] { ("nurse", false, 200), ("analyst", false, 401), ("nurse", false, 200), ("nurse", true, 401) })
        {
            var version = (await admin.JsonAsync("/api/people?search=feed.leaver", Cancellation)).GetProperty("items")[0].GetProperty("version").GetInt32();
            using (var changed = await admin.PutAsJsonAsync($"/api/people/{id}", new { name = "Leaver", role, wards = new[] { "ward-1" }, version, disabled }, Cancellation)) changed.EnsureSuccessStatusCode();
            using var read = await program.GetAsync(address, Cancellation);
            ((int)read.StatusCode).ShouldBe(status, $"{role} {disabled}");
        }
    }

    [Fact]
    public async Task An_account_has_ten_feeds_at_most_each_with_a_name()
    {
        await hospitals.AddPersonAsync("feed.many", "nurse", Cancellation, wards: ["ward-1"]);
        using var nurse = await hospitals.ClientAsync("feed.many", Cancellation);
        (await Roster.RefusedAsync(nurse, HttpMethod.Post, "/api/oncall/feeds", new { name = " " })).Type.ShouldBe("invalid-parameter");
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => nurse.PostAsJsonAsync("/api/oncall/feeds", new { name = $"Phone {i}" }, Cancellation)));
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(10);
        (await answers.First(answer => answer.StatusCode == HttpStatusCode.Conflict).ProblemAsync(Cancellation)).Type.ShouldBe("urn:wardwatch:too-many-feeds");
        foreach (var answer in answers)
        {
            answer.Dispose();
        }
    }

    private static async Task LooksRightAsync(HttpResponseMessage answer)
    {
        var bytes = await answer.Content.ReadAsByteArrayAsync(Cancellation);
        var file = new UTF8Encoding(false, true).GetString(bytes);
        file.Replace("\r\n", "", StringComparison.Ordinal).ShouldNotContain("\n");
        var lines = file.Split("\r\n");
        lines.ShouldAllBe(line => Encoding.UTF8.GetByteCount(line) <= 75);
        (lines[0], lines[^2], lines[^1]).ShouldBe(("BEGIN:VCALENDAR", "END:VCALENDAR", ""));
        var ids = lines.Where(line => line.StartsWith("UID:", StringComparison.Ordinal)).ToList();
        ids.Count.ShouldBeGreaterThan(20, "half a year of weeks");
        ids.ShouldBeUnique();
        lines.Count(line => line == "BEGIN:VEVENT").ShouldBe(ids.Count);
        lines.Where(line => line.StartsWith("DTSTART:", StringComparison.Ordinal)).ShouldAllBe(line => line.Length == "DTSTART:20261123T060000Z".Length && line.EndsWith('Z'));
        file.ShouldContain("tier 2");
    }

    // A schedule of weeks.
    private static async Task<string> AnyAsync(HttpClient client) =>
        (await client.JsonAsync("/api/oncall/schedules?ward=ward-1", Cancellation)).GetProperty("items").EnumerateArray().First(schedule => schedule.Text("name") == "Nurses, Ward 1, second").Text("id");

    private static async Task<JsonElement> MadeAsync(HttpClient client, string name)
    {
        using var answer = await client.PostAsJsonAsync("/api/oncall/feeds", new { name }, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }
}
