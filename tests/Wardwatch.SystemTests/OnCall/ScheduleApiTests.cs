using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Access;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.OnCall;

/// <summary>Schedules are made, changed and ended; what was stays; and who may not is told nothing.</summary>
[Collection(TwoHospitalsCollection.Name)]
public sealed class ScheduleApiTests(TwoHospitals hospitals)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_schedule_is_made_changed_from_now_on_and_ended_and_what_was_stays()
    {
        var (ada, ben) = (await Roster.AddAsync(hospitals, "schedule.ada", "nurse", "ward-1"), await Roster.AddAsync(hospitals, "schedule.ben", "nurse", "ward-1"));
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        var made = await Roster.MakeAsync(admin, Roster.Body("Relief", "ward-1", "nurse", ada));
        var (id, madeAt) = (made.Text("id"), made.GetProperty("createdAt").GetDateTimeOffset());
        made.GetProperty("layers").ToString().ShouldBe($$"""[{"rotation":"daily","length":null,"unit":null,"handOver":"07:00","start":"2026-01-05","members":[{"id":"{{ada}}","name":"Person schedule.ada"}],"restrictions":[]}]""");
        var address = $"/api/oncall/schedules/{id}";

        (await Roster.RefusedAsync(admin, HttpMethod.Put, address, Roster.Body("Relief", null, "nurse", ben))).Type.ShouldBe("version-required");
        using (var changed = await Roster.SendAsync(admin, HttpMethod.Put, address, new { name = "Relief 2", zone = "America/New_York", layers = new[] { Roster.Daily(ben) } }, "\"1\""))
        {
            changed.StatusCode.ShouldBe(HttpStatusCode.OK);
            changed.Headers.ETag!.Tag.ShouldBe("\"2\"");
        }

        (await Roster.RefusedAsync(admin, HttpMethod.Put, address, new { name = "Relief 3", zone = "UTC", layers = new[] { Roster.Daily(ada) } }, "\"1\"")).ShouldBe((412, "version-changed", "Load the schedule again."));
        (await Roster.RefusedAsync(admin, HttpMethod.Put, address, new { name = "Relief 3", zone = "UTC", role = "physician", layers = new[] { Roster.Daily(ada) } }, "*")).Type.ShouldBe("invalid-parameter");
        (await Roster.RefusedAsync(admin, HttpMethod.Delete, address, null, "\"1\"")).Type.ShouldBe("version-changed");

        var changedAt = (await admin.JsonAsync(address, Cancellation)).GetProperty("changedAt").GetDateTimeOffset();
        var calendar = await Roster.CalendarAsync(admin, id, madeAt.AddHours(-1), changedAt.AddMinutes(1));
        calendar.GetProperty("final").Say().ShouldBe("nobody gap | Person schedule.ada rotation | Person schedule.ben rotation");
        calendar.GetProperty("final")[1].GetProperty("until").GetDateTimeOffset().ShouldBe(changedAt);

        using (var ended = await Roster.SendAsync(admin, HttpMethod.Delete, address, null, "\"2\"")) ended.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await Roster.RefusedAsync(admin, HttpMethod.Delete, address, null)).Type.ShouldBe("schedule-ended");
        (await Roster.RefusedAsync(admin, HttpMethod.Post, "/api/oncall/overrides", new { schedule = id, person = ada, from = TimeProvider.System.GetUtcNow(), until = TimeProvider.System.GetUtcNow().AddHours(1) })).Type.ShouldBe("schedule-ended");
        (await Listed(admin, "")).ShouldNotContain(id);
        (await Listed(admin, "?ended=true")).ShouldContain(id);
        calendar = await Roster.CalendarAsync(admin, id, madeAt, TimeProvider.System.GetUtcNow().AddDays(1));
        calendar.GetProperty("final").Say().ShouldBe("Person schedule.ada rotation | Person schedule.ben rotation | nobody gap");

        var actions = (await admin.JsonAsync("/api/audit?actor=admin&limit=50", Cancellation)).GetProperty("items").EnumerateArray()
            .Where(entry => entry.GetProperty("detail").GetString()?.StartsWith(id, StringComparison.Ordinal) == true).Select(entry => entry.Text("action")).ToList();
        actions.ShouldBe(["schedule.end", "schedule.change", "schedule.add"]);
    }

    [Fact]
    public async Task A_charge_nurse_manages_the_schedules_of_her_wards_and_no_others()
    {
        var nurse = await Roster.AddAsync(hospitals, "reach.duty", "nurse", "ward-2");
        await hospitals.AddPersonAsync("reach.charge", "charge-nurse", Cancellation, wards: ["ward-2"]);
        using var charge = await hospitals.ClientAsync("reach.charge", Cancellation);
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        var own = (await Roster.MakeAsync(charge, Roster.Body("Own", "ward-2", "nurse", nurse))).Text("id");
        (await Roster.RefusedAsync(charge, HttpMethod.Post, "/api/oncall/schedules", Roster.Body("Other", "ward-1", "nurse", nurse))).Type.ShouldBe("ward-not-found");
        (await Roster.RefusedAsync(charge, HttpMethod.Post, "/api/oncall/schedules", Roster.Body("All", null, "nurse", nurse))).Type.ShouldBe("ward-not-found");

        var schedules = (await charge.JsonAsync("/api/oncall/schedules", Cancellation)).GetProperty("items").EnumerateArray().ToList();
        foreach (var other in new[] { schedules.First(schedule => schedule.GetProperty("ward").GetString() == "ward-1"), schedules.First(schedule => schedule.GetProperty("ward").ValueKind == JsonValueKind.Null) })
        {
            (await Roster.RefusedAsync(charge, HttpMethod.Put, $"/api/oncall/schedules/{other.Text("id")}", new { }, "*")).Status.ShouldBe(404);
            (await Roster.RefusedAsync(charge, HttpMethod.Delete, $"/api/oncall/schedules/{other.Text("id")}", null)).Status.ShouldBe(404);
            (await Roster.RefusedAsync(charge, HttpMethod.Post, "/api/oncall/overrides", new { schedule = other.Text("id"), person = nurse })).Status.ShouldBe(404);
        }

        // Duties of her wards, of people who work there; what they are elsewhere is not hers to change, nor to take away.
        await Roster.SetDutiesAsync(charge, nurse, new { role = "nurse", tier = 1, wards = new[] { "ward-2" } }, new { role = "nurse", tier = 2, wards = new[] { "ward-2" } });
        (await Roster.RefusedAsync(charge, HttpMethod.Put, $"/api/oncall/staff/{nurse}", Duties(new { role = "nurse", tier = 1, wards = new[] { "ward-1", "ward-2" } }))).Type.ShouldBe("ward-not-found");
        (await Roster.RefusedAsync(charge, HttpMethod.Put, $"/api/oncall/staff/{nurse}", Duties(new { role = "nurse", tier = 1, wards = (string[]?)null }))).Type.ShouldBe("ward-not-found");
        var brandt = (await charge.JsonAsync("/api/oncall/staff", Cancellation)).GetProperty("items").EnumerateArray().First(person => person.Text("name") == "Tomas Brandt").Text("id");
        (await Roster.RefusedAsync(charge, HttpMethod.Put, $"/api/oncall/staff/{brandt}", Duties())).Type.ShouldBe("colleague-not-found");
        using var plain = await hospitals.ClientAsync("nurse.falk", Cancellation);
        (await Roster.RefusedAsync(plain, HttpMethod.Delete, $"/api/oncall/schedules/{own}", null)).Type.ShouldBe("not-permitted");

        // A duty on which a schedule counts stays until that is changed.
        var needed = await Roster.RefusedAsync(admin, HttpMethod.Put, $"/api/oncall/staff/{nurse}", Duties());
        (needed.Status, needed.Type).ShouldBe((409, "duty-in-use"));
        needed.Detail.ShouldContain("in Own");
        using (var ended = await Roster.SendAsync(charge, HttpMethod.Delete, $"/api/oncall/schedules/{own}", null)) ended.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await Roster.SetDutiesAsync(admin, nurse);
    }

    [Fact]
    public async Task What_no_schedule_can_be_is_refused_in_words()
    {
        var nurse = await Roster.AddAsync(hospitals, "unmade.nurse", "nurse", "ward-1");
        var other = await Roster.AddAsync(hospitals, "unmade.other", "nurse", "ward-2");
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        var day = new { rotation = "daily", handOver = "07:00", start = "2026-01-05", members = new[] { nurse } };
        foreach (var (layer, word) in new (object, string)[]
        {
            (new { day.rotation, day.handOver, day.start, members = Array.Empty<string>() }, "needs members"),
            (new { day.rotation, day.handOver, day.start }, "needs members"),
            (new { day.rotation, day.handOver, day.start, members = new[] { "somebody" } }, "ids of accounts"),
            (new { day.rotation, day.handOver, day.start, members = new[] { Guid.NewGuid().ToString() } }, "There is no colleague"),
            (new { rotation = "yearly", day.handOver, day.start, day.members }, "daily, weekly or custom"),
            (new { rotation = "custom", day.handOver, day.start, day.members }, "needs a unit"),
            (new { rotation = "custom", length = 32, unit = "days", day.handOver, day.start, day.members }, "1 to 31 days"),
            (new { rotation = "custom", length = 0, unit = "hours", day.handOver, day.start, day.members }, "1 to 744 hours"),
            (new { day.rotation, handOver = "25:00", day.start, day.members }, "handOver"),
            (new { day.rotation, day.handOver, start = "2026-02-30", day.members }, "start must be a date"),
            (new { day.rotation, day.handOver, day.start, day.members, restrictions = new[] { new { days = Array.Empty<string>(), from = "07:00", until = "15:00" } } }, "leaves nothing"),
            (new { day.rotation, day.handOver, day.start, day.members, restrictions = new[] { new { days = new[] { "someday" }, from = "07:00", until = "15:00" } } }, "leaves nothing"),
            (new { day.rotation, day.handOver, day.start, day.members, restrictions = new[] { new { days = new[] { "mon" }, from = "7", until = "15:00" } } }, "needs from and until"),
        })
        {
            var refused = await Roster.RefusedAsync(admin, HttpMethod.Post, "/api/oncall/schedules", new { name = "No", ward = "ward-1", role = "nurse", tier = 1, zone = "Europe/Berlin", layers = new[] { layer } });
            (refused.Status, refused.Type).ShouldBe((400, "invalid-parameter"), word);
            refused.Detail.ShouldContain(word);
        }

        foreach (var (schedule, type, word) in new (object, string, string)[]
        {
            (new { name = "No", ward = "ward-1", role = "nurse", tier = 1, zone = "Europe/Atlantis", layers = new[] { day } }, "invalid-parameter", "zone"),
            (new { name = "No", ward = "ward-1", role = "nurse", tier = 1, zone = "../../etc/passwd", layers = new[] { day } }, "invalid-parameter", "zone"),
            (new { name = "", ward = "ward-1", role = "nurse", tier = 1, zone = "UTC", layers = new[] { day } }, "invalid-parameter", "name"),
            (new { name = "No", ward = "ward-1", role = "king", tier = 1, zone = "UTC", layers = new[] { day } }, "invalid-parameter", "role"),
            (new { name = "No", ward = "ward-1", role = "nurse", tier = 4, zone = "UTC", layers = new[] { day } }, "invalid-parameter", "tier"),
            (new { name = "No", ward = "ward-1", role = "nurse", tier = 1, zone = "UTC", layers = Array.Empty<object>() }, "invalid-parameter", "layers"),
            (new { name = "No", ward = "nowhere", role = "nurse", tier = 1, zone = "UTC", layers = new[] { day } }, "ward-not-found", ""),
            (new { name = "No", ward = "ward-1", role = "nurse", tier = 2, zone = "UTC", layers = new[] { day } }, "member-without-duty", "Person unmade.nurse has not the duty Nurse, tier 2, ward-1."),
            (new { name = "No", ward = (string?)null, role = "nurse", tier = 1, zone = "UTC", layers = new[] { day } }, "member-without-duty", "whole hospital"),
            (Roster.Body("No", "ward-1", "nurse", nurse, other), "member-without-duty", "unmade.other"),
        })
        {
            var refused = await Roster.RefusedAsync(admin, HttpMethod.Post, "/api/oncall/schedules", schedule);
            refused.Type.ShouldBe(type, word);
            refused.Detail.ShouldContain(word);
        }

        foreach (var (duties, channels, word) in new (object[], string[], string)[]
        {
            ([new { role = "king", tier = 1 }], [], "role"), ([new { role = "nurse", tier = 0 }], [], "tier"), ([new { role = "nurse", tier = 1, wards = Array.Empty<string>() }], [], "wards"),
            ([new { role = "nurse", tier = 1 }, new { role = "nurse", tier = 1 }], [], "once"), ([], ["pigeon"], "channels"), ([], ["push", "push"], "channels"),
        })
        {
            var refused = await Roster.RefusedAsync(admin, HttpMethod.Put, $"/api/oncall/staff/{nurse}", new { duties, channels });
            refused.Type.ShouldBe("invalid-parameter", word);
            refused.Detail.ShouldContain(word);
        }

        var known = (await admin.JsonAsync("/api/oncall/schedules", Cancellation)).GetProperty("items")[0].Text("id");
        foreach (var query in new[] { "?from=2026-01-01T00:00:00Z&until=2026-04-04T00:00:00Z", "?from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "?from=tomorrow" })
        {
            (await Roster.RefusedAsync(admin, HttpMethod.Get, $"/api/oncall/schedules/{known}/calendar{query}", null)).Type.ShouldBe("invalid-parameter", query);
        }
    }

    private static object Duties(params object[] duties) => new { duties, channels = Array.Empty<string>() };

    private static async Task<List<string>> Listed(HttpClient client, string query) =>
        [.. (await client.JsonAsync($"/api/oncall/schedules{query}", Cancellation)).GetProperty("items").EnumerateArray().Select(schedule => schedule.Text("id"))];
}
