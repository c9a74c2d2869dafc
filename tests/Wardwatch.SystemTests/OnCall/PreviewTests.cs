using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Access;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.OnCall;

/// <summary>A schedule is looked at before it is saved: it is refused for whatever saving it is refused for, and shows what is shown once it is saved.</summary>
[Collection(TwoHospitalsCollection.Name)]
public sealed class PreviewTests(TwoHospitals hospitals)
{
    private const string New = "/api/oncall/schedules/preview";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_previewed_is_what_the_calendar_shows_once_it_is_saved_and_nothing_is_stored_before()
    {
        var (ada, ben) = (await Roster.AddAsync(hospitals, "preview.ada", "nurse", "ward-1"), await Roster.AddAsync(hospitals, "preview.ben", "nurse", "ward-1"));
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        var before = await StateAsync(admin);
        var (from, until) = (Noon(1), Noon(3));
        var days = new { rotation = "daily", handOver = "07:00", start = "2026-01-05", members = new[] { ada }, restrictions = new[] { new { days = Week, from = "07:00", until = "19:00" } } };
        var nights = new { rotation = "daily", handOver = "07:00", start = "2026-01-05", members = new[] { ben }, restrictions = new[] { new { days = Week, from = "19:00", until = "23:00" } } };
        var body = new { name = "Previewed", ward = "ward-1", role = "nurse", tier = 1, zone = "UTC", layers = new[] { days, nights } };

        var shown = await PreviewAsync(admin, New, body, from, until);
        shown.GetProperty("final").Say().ShouldBe(
            "Person preview.ada rotation | Person preview.ben rotation | nobody gap | Person preview.ada rotation | Person preview.ben rotation | nobody gap | Person preview.ada rotation");
        shown.GetProperty("layers").EnumerateArray().Select(Roster.Say).ShouldBe(
            ["Person preview.ada rotation | Person preview.ada rotation | Person preview.ada rotation", "Person preview.ben rotation | Person preview.ben rotation"]);
        shown.GetProperty("overrides").GetArrayLength().ShouldBe(0);
        (await StateAsync(admin)).ShouldBe(before, "nothing is stored, and nothing goes on record");

        var made = await Roster.MakeAsync(admin, body);
        var (address, id) = ($"/api/oncall/schedules/{made.Text("id")}/preview", made.Text("id"));
        await IsAsTheCalendarAsync(admin, id, shown, from, until);

        // A change: what is by hand stays above the other rules, and what was stays as it was.
        using (var put = await Roster.SendAsync(admin, HttpMethod.Post, "/api/oncall/overrides", new { schedule = id, person = ada, from = Noon(1).AddHours(8), until = Noon(1).AddHours(12) }))
        {
            put.StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        var changed = new { name = "Previewed", zone = "UTC", layers = new[] { Roster.Daily(ben) } };
        shown = await PreviewAsync(admin, address, changed, from, until, "\"1\"");
        shown.GetProperty("final").Say().ShouldBe("Person preview.ben rotation | Person preview.ada override | Person preview.ben rotation | Person preview.ben rotation | Person preview.ben rotation");
        shown.GetProperty("overrides").Say().ShouldBe("Person preview.ada override");
        (await Roster.CalendarAsync(admin, id, from, until)).GetProperty("rotation").Say().ShouldContain("preview.ada", Case.Sensitive, "the change is not stored");
        var was = await PreviewAsync(admin, address, changed, made.GetProperty("createdAt").GetDateTimeOffset().AddHours(-1), from, "*");
        was.GetProperty("final")[0].Text("source").ShouldBe("gap", "before it was made nobody was on duty, whatever the rules are to be");

        using (var saved = await Roster.SendAsync(admin, HttpMethod.Put, $"/api/oncall/schedules/{id}", changed, "\"1\"")) saved.StatusCode.ShouldBe(HttpStatusCode.OK);
        await IsAsTheCalendarAsync(admin, id, shown, from, until);
        await IsAsTheCalendarAsync(admin, id, await PreviewAsync(admin, address, changed, from, until, "\"2\""), from, until);

        // The span is the calendar's, too.
        (await PreviewAsync(admin, New, body)).GetProperty("final").EnumerateArray().Last().GetProperty("until").GetDateTimeOffset()
            .ShouldBe(TimeProvider.System.GetUtcNow().AddDays(14), TimeSpan.FromMinutes(5));
        using var ended = await Roster.SendAsync(admin, HttpMethod.Delete, $"/api/oncall/schedules/{id}", null);
        (await Roster.RefusedAsync(admin, HttpMethod.Post, address, changed, "*")).Type.ShouldBe("schedule-ended");
    }

    [Fact]
    public async Task What_cannot_be_saved_cannot_be_previewed_and_is_refused_in_the_same_words()
    {
        var nurse = await Roster.AddAsync(hospitals, "unpreviewed.nurse", "nurse", "ward-1");
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        var day = new { rotation = "daily", handOver = "07:00", start = "2026-01-05", members = new[] { nurse } };
        foreach (var (schedule, type) in new (object, string)[]
        {
            (new { name = "No", ward = "ward-1", role = "nurse", tier = 1, zone = "Europe/Atlantis", layers = new[] { day } }, "invalid-parameter"),
            (new { name = "", ward = "ward-1", role = "nurse", tier = 1, zone = "UTC", layers = new[] { day } }, "invalid-parameter"),
            (new { name = "No", ward = "ward-1", role = "king", tier = 1, zone = "UTC", layers = new[] { day } }, "invalid-parameter"),
            (new { name = "No", ward = "ward-1", role = "nurse", zone = "UTC", layers = new[] { day } }, "invalid-parameter"),
            (new { name = "No", ward = "ward-1", role = "nurse", tier = 1, zone = "UTC", layers = new[] { new { day.rotation, handOver = "25:00", day.start, day.members } } }, "invalid-parameter"),
            (new { name = "No", ward = "nowhere", role = "nurse", tier = 1, zone = "UTC", layers = new[] { day } }, "ward-not-found"),
            (new { name = "No", ward = "ward-1", role = "nurse", tier = 2, zone = "UTC", layers = new[] { day } }, "member-without-duty"),
        })
        {
            var refused = await Roster.RefusedAsync(admin, HttpMethod.Post, New, schedule);
            refused.Type.ShouldBe(type);
            refused.ShouldBe(await Roster.RefusedAsync(admin, HttpMethod.Post, "/api/oncall/schedules", schedule));
        }

        var good = Roster.Body("Seen", "ward-1", "nurse", nurse);
        foreach (var query in new[] { "?from=2026-01-01T00:00:00Z&until=2026-04-04T00:00:00Z", "?from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "?from=tomorrow", "?from=9999-12-31T00:00:00Z" })
        {
            (await Roster.RefusedAsync(admin, HttpMethod.Post, New + query, good)).Type.ShouldBe("invalid-parameter", query);
            (await Roster.RefusedAsync(admin, HttpMethod.Post, $"/api/oncall/schedules/{Guid.NewGuid()}/preview{query}", good, "*")).Type.ShouldBe("invalid-parameter", query);
        }

        var id = (await Roster.MakeAsync(admin, good)).Text("id");
        foreach (var (address, body, match, type) in new (string, object, string?, string)[]
        {
            ($"{id}", good, null, "version-required"), ($"{id}", good, "W/\"1\"", "version-required"), ($"{id}", good, "\"7\"", "version-changed"),
            ($"{id}", new { name = "Seen", zone = "UTC", role = "physician", layers = new[] { day } }, "*", "invalid-parameter"), ($"{id}", new { }, "*", "invalid-parameter"),
            ($"{Guid.NewGuid()}", good, "*", "schedule-not-found"), ("nothing", good, "*", "schedule-not-found"),
        })
        {
            var refused = await Roster.RefusedAsync(admin, HttpMethod.Post, $"/api/oncall/schedules/{address}/preview", body, match);
            refused.Type.ShouldBe(type, match ?? "none");
            refused.ShouldBe(await Roster.RefusedAsync(admin, HttpMethod.Put, $"/api/oncall/schedules/{address}", body, match));
        }

        using var ended = await Roster.SendAsync(admin, HttpMethod.Delete, $"/api/oncall/schedules/{id}", null);
    }

    [Fact]
    public async Task Only_who_may_save_may_preview()
    {
        var nurse = await Roster.AddAsync(hospitals, "previewer.nurse", "nurse", "ward-2");
        await hospitals.AddPersonAsync("previewer.charge", "charge-nurse", Cancellation, wards: ["ward-2"]);
        using var charge = await hospitals.ClientAsync("previewer.charge", Cancellation);
        using var plain = await hospitals.ClientAsync("nurse.falk", Cancellation);
        var own = Roster.Body("Own", "ward-2", "nurse", nurse);
        (await PreviewAsync(charge, New, own)).GetProperty("final").Say().ShouldContain("previewer.nurse");
        (await Roster.RefusedAsync(charge, HttpMethod.Post, New, Roster.Body("Other", "ward-1", "nurse", nurse))).Type.ShouldBe("ward-not-found");
        (await Roster.RefusedAsync(plain, HttpMethod.Post, New, own)).Type.ShouldBe("not-permitted");
        var other = (await charge.JsonAsync("/api/oncall/schedules?ward=ward-1", Cancellation)).GetProperty("items")[0].Text("id");
        (await Roster.RefusedAsync(charge, HttpMethod.Post, $"/api/oncall/schedules/{other}/preview", own, "*")).Type.ShouldBe("schedule-not-found");
        (await Roster.RefusedAsync(plain, HttpMethod.Post, $"/api/oncall/schedules/{other}/preview", own, "*")).Type.ShouldBe("not-permitted");
    }

    private static readonly string[] Week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    private static DateTimeOffset Noon(int daysAhead) => new(TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(daysAhead).AddHours(12), TimeSpan.Zero);

    // How many schedules there are, and what stands last on record of who is on duty.
    private static async Task<string> StateAsync(HttpClient admin)
    {
        var schedules = (await admin.JsonAsync("/api/oncall/schedules?ended=true", Cancellation)).GetProperty("items").GetArrayLength();
        var acts = (await admin.JsonAsync("/api/audit?actor=admin&limit=1000", Cancellation)).GetProperty("items").EnumerateArray().Count(entry => entry.Text("action").StartsWith("schedule.", StringComparison.Ordinal));
        return $"{schedules} schedules, {acts} acts";
    }

    private static async Task<JsonElement> PreviewAsync(HttpClient client, string address, object body, DateTimeOffset? from = null, DateTimeOffset? until = null, string? match = null)
    {
        var query = from is null ? "" : string.Create(CultureInfo.InvariantCulture, $"?from={from.Value.UtcDateTime:O}&until={until!.Value.UtcDateTime:O}");
        using var answer = await Roster.SendAsync(client, HttpMethod.Post, address + query, body, match);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancellation));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private static async Task IsAsTheCalendarAsync(HttpClient client, string schedule, JsonElement preview, DateTimeOffset from, DateTimeOffset until)
    {
        var calendar = await Roster.CalendarAsync(client, schedule, from, until);
        foreach (var row in new[] { "final", "rotation", "overrides" })
        {
            preview.GetProperty(row).ToString().ShouldBe(calendar.GetProperty(row).ToString(), row);
        }
    }
}
