using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Access;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.OnCall;

/// <summary>Overrides and swaps count while they last, are taken back without a trace in what was, and are refused in words.</summary>
[Collection(TwoHospitalsCollection.Name)]
public sealed class ChangeApiTests(TwoHospitals hospitals)
{
    private const string Overrides = "/api/oncall/overrides", Swaps = "/api/oncall/swaps";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_override_counts_while_it_lasts_and_ends_now_when_it_is_taken_back()
    {
        var (ada, ben, _, schedule) = await PrepareAsync("override");
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        var now = TimeProvider.System.GetUtcNow();
        var running = await MadeAsync(admin, Overrides, new { schedule, person = ben, from = now, until = now.AddHours(2), reason = "Flu; Sister Agnes knows" });
        running.GetProperty("by").Text("name").ShouldBe("Robin Vale");
        running.Text("reason").ShouldBe("Flu; Sister Agnes knows");
        var next = await MadeAsync(admin, Overrides, new { schedule, person = ben, from = now.AddHours(2), until = now.AddHours(4) });
        var shown = (await admin.JsonAsync("/api/oncall/now?role=nurse&ward=ward-1", Cancellation)).GetProperty("items").EnumerateArray().First(item => item.Text("schedule") == schedule);
        (shown.GetProperty("person").Text("id"), shown.Text("source"), shown.GetProperty("until").GetDateTimeOffset()).ShouldBe((ben, "override", running.GetProperty("until").GetDateTimeOffset()));
        (await admin.JsonAsync($"{Overrides}?schedule={schedule}", Cancellation)).GetProperty("items").EnumerateArray().Select(item => item.Text("id")).ShouldBe([running.Text("id"), next.Text("id")]);
        var page = await admin.JsonAsync($"{Overrides}?schedule={schedule}&limit=1", Cancellation);
        (await admin.JsonAsync($"{Overrides}?schedule={schedule}&limit=1&after={page.Text("next")}", Cancellation)).GetProperty("items")[0].Text("id").ShouldBe(next.Text("id"));

        foreach (var taken in new[] { running, next })
        {
            using var ended = await admin.DeleteAsync($"{Overrides}/{taken.Text("id")}", Cancellation);
            ended.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        var calendar = await Roster.CalendarAsync(admin, schedule, running.GetProperty("from").GetDateTimeOffset(), now.AddHours(5));
        calendar.GetProperty("overrides").Say().ShouldBe("Person change.ben override", "what was stays, what was to come is gone");
        calendar.GetProperty("final")[0].GetProperty("until").GetDateTimeOffset().ShouldBeLessThan(now.AddHours(1));
        calendar.GetProperty("rotation").EnumerateArray().ShouldAllBe(row => row.GetProperty("person").Text("id") == ada);
        (await admin.JsonAsync($"{Overrides}?schedule={schedule}", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(0);

        await using var owner = hospitals.Server.OpenDatabase();
        await using var command = owner.CreateCommand("select count(*) from oncall_substitutions where position('Agnes'::bytea in reason) > 0");
        (await command.ExecuteScalarAsync(Cancellation)).ShouldBe(0L, "why is nobody's to read in a dump");
    }

    [Fact]
    public async Task What_no_override_can_be_is_refused_in_words()
    {
        var (_, ben, cem, schedule) = await PrepareAsync("unfit");
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        var now = TimeProvider.System.GetUtcNow();
        await MadeAsync(admin, Overrides, new { schedule, person = ben, from = now.AddDays(1), until = now.AddDays(2) });
        foreach (var (from, until, word) in new[]
        {
            (now.AddHours(2), now.AddHours(1), "later than from"), (now.AddHours(2), now.AddHours(2), "later than from"), (now.AddDays(-2), now.AddDays(-1), "past"), (now.AddHours(-1), now.AddHours(1), "past"),
            (now.AddDays(3), now.AddDays(40), "31 days"), (now.AddYears(3), now.AddYears(3).AddHours(1), "two years"),
        })
        {
            var refused = await Roster.RefusedAsync(admin, HttpMethod.Post, Overrides, new { schedule, person = ben, from, until });
            (refused.Status, refused.Type).ShouldBe((400, "invalid-parameter"), word);
            refused.Detail.ShouldContain(word);
        }

        var (later, end) = (now.AddDays(5), now.AddDays(6));
        (await Roster.RefusedAsync(admin, HttpMethod.Post, Overrides, new { schedule, person = ben, from = now.AddHours(30), until = end })).ShouldBe((409, "override-overlaps", ""));
        (await Roster.RefusedAsync(admin, HttpMethod.Post, Overrides, new { schedule, person = cem, from = later, until = end })).Type.ShouldBe("member-without-duty");
        (await Roster.RefusedAsync(admin, HttpMethod.Post, Overrides, new { schedule, person = Guid.NewGuid(), from = later, until = end })).Type.ShouldBe("invalid-parameter");
        (await Roster.RefusedAsync(admin, HttpMethod.Post, Overrides, new { schedule, person = ben, from = later, until = end, reason = new string('x', 501) })).Detail.ShouldContain("reason");
        (await Roster.RefusedAsync(admin, HttpMethod.Post, Overrides, new { schedule = Guid.NewGuid(), person = ben, from = later, until = end })).Type.ShouldBe("schedule-not-found");
        (await Roster.RefusedAsync(admin, HttpMethod.Get, $"{Overrides}?schedule=x", null)).Type.ShouldBe("invalid-parameter");
        (await Roster.RefusedAsync(admin, HttpMethod.Get, $"{Overrides}?limit=0", null)).Type.ShouldBe("invalid-parameter");
        (await Roster.RefusedAsync(admin, HttpMethod.Delete, $"{Overrides}/x", null)).Type.ShouldBe("override-not-found");
    }

    [Fact]
    public async Task Of_two_overrides_at_once_for_the_same_time_one_is_made()
    {
        var (ada, ben, _, schedule) = await PrepareAsync("race");
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        var now = TimeProvider.System.GetUtcNow();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
            admin.PostAsJsonAsync(Overrides, new { schedule, person = i % 2 == 0 ? ada : ben, from = now.AddDays(1).AddMinutes(i), until = now.AddDays(2) }, Cancellation)));
        answers.CountBy(answer => answer.StatusCode).ToDictionary().ShouldBe(new Dictionary<HttpStatusCode, int> { [HttpStatusCode.Created] = 1, [HttpStatusCode.Conflict] = 5 }, ignoreOrder: true);
        foreach (var answer in answers)
        {
            answer.Dispose();
        }
    }

    [Fact]
    public async Task Two_people_exchange_stretches_and_may_take_it_back_before_it_begins()
    {
        var (ada, ben, cem, schedule) = await PrepareAsync("swap", both: true);
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        var soon = TimeProvider.System.GetUtcNow().AddDays(1);
        var rows = (await Roster.CalendarAsync(admin, schedule, soon, soon.AddDays(9))).GetProperty("final").EnumerateArray().Skip(1).Take(2).ToList();
        object Given(JsonElement row, string? person = null) => new { schedule, person = person ?? row.GetProperty("person").Text("id"), from = row.GetProperty("from"), until = row.GetProperty("until") };
        var (first, second) = (rows[0].GetProperty("person").Text("id"), rows[1].GetProperty("person").Text("id"));
        new[] { first, second }.ShouldBe([ada, ben], ignoreOrder: true);

        foreach (var (body, type, word) in new (object, string, string)[]
        {
            (new { first = Given(rows[0]), second = Given(rows[1], first), agreedBy = new[] { first } }, "invalid-parameter", "themself"),
            (new { first = Given(rows[0]), second = Given(rows[1]) }, "invalid-parameter", "agreedBy"),
            (new { first = Given(rows[0]), second = Given(rows[1]), agreedBy = new[] { cem } }, "invalid-parameter", "agreedBy"),
            (new { first = Given(rows[0], second), second = Given(rows[1], first), agreedBy = new[] { first } }, "swap-without-duty", "is not on duty"),
            (new { first = Given(rows[0]), second = Given(rows[0], second), agreedBy = new[] { first } }, "invalid-parameter", "overlap"),
            (new { first = Given(rows[0]), second = Given(rows[1], cem), agreedBy = new[] { first } }, "member-without-duty", "change.cem"),
            (new { first = Given(rows[0]), agreedBy = new[] { first } }, "schedule-not-found", ""),
        })
        {
            var refused = await Roster.RefusedAsync(admin, HttpMethod.Post, Swaps, body);
            refused.Type.ShouldBe(type, word);
            refused.Detail.ShouldContain(word);
        }

        var swap = await MadeAsync(admin, Swaps, new { first = Given(rows[0]), second = Given(rows[1]), agreedBy = new[] { first, second }, reason = "Wedding" });
        swap.GetProperty("agreedBy").EnumerateArray().Select(person => person.Text("id")).ShouldBe([first, second]);
        (swap.GetProperty("first").GetProperty("person").Text("id"), swap.GetProperty("second").GetProperty("person").Text("id"), swap.Text("reason")).ShouldBe((first, second, "Wedding"));
        (await PeopleAsync(admin, schedule, rows)).ShouldBe([(second, "swap"), (first, "swap")]);
        (await admin.JsonAsync($"{Swaps}?schedule={schedule}", Cancellation)).GetProperty("items").EnumerateArray().Select(item => item.Text("id")).ShouldBe([swap.Text("id")]);
        using (var ended = await admin.DeleteAsync($"{Swaps}/{swap.Text("id")}", Cancellation)) ended.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await PeopleAsync(admin, schedule, rows)).ShouldBe([(first, "rotation"), (second, "rotation")]);

        // One that has begun stays.
        var now = (await admin.JsonAsync("/api/oncall/now?role=nurse&ward=ward-1", Cancellation)).GetProperty("items").EnumerateArray().First(item => item.Text("schedule") == schedule);
        var present = now.GetProperty("person").Text("id");
        var theirs = rows.First(row => row.GetProperty("person").Text("id") != present);
        var begun = await MadeAsync(admin, Swaps, new { first = new { schedule, person = present, from = TimeProvider.System.GetUtcNow(), until = now.GetProperty("until") }, second = Given(theirs), agreedBy = new[] { present } });
        (await Roster.RefusedAsync(admin, HttpMethod.Delete, $"{Swaps}/{begun.Text("id")}", null)).Type.ShouldBe("swap-begun");
        (await Roster.RefusedAsync(admin, HttpMethod.Delete, $"{Swaps}/x", null)).Type.ShouldBe("swap-not-found");
    }

    private static async Task<List<(string, string)>> PeopleAsync(HttpClient client, string schedule, List<JsonElement> rows) =>
        [.. (await Roster.CalendarAsync(client, schedule, rows[0].GetProperty("from").GetDateTimeOffset(), rows[1].GetProperty("until").GetDateTimeOffset())).GetProperty("final").EnumerateArray()
            .Select(row => (row.GetProperty("person").Text("id"), row.Text("source")))];

    // A schedule of ward 1 with one or two of its members, the same three people for all tests; the third has no duty there.
    private async Task<(string Ada, string Ben, string Cem, string Schedule)> PrepareAsync(string name, bool both = false)
    {
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        var known = (await admin.JsonAsync("/api/oncall/staff", Cancellation)).GetProperty("items").EnumerateArray().ToLookup(person => person.Text("name"), person => person.Text("id"));
        async Task<string> FindAsync(string user, string ward) => known[$"Person {user}"].FirstOrDefault() ?? await Roster.AddAsync(hospitals, user, "nurse", ward);
        var (ada, ben, cem) = (await FindAsync("change.ada", "ward-1"), await FindAsync("change.ben", "ward-1"), await FindAsync("change.cem", "ward-2"));
        return (ada, ben, cem, (await Roster.MakeAsync(admin, Roster.Body(name, "ward-1", "nurse", both ? [ada, ben] : [ada]))).Text("id"));
    }

    private static async Task<JsonElement> MadeAsync(HttpClient client, string address, object body)
    {
        using var answer = await client.PostAsJsonAsync(address, body, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancellation));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }
}
