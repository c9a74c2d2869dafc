using System.Net;
using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Access;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.OnCall;

/// <summary>Whoever changes duties says which they saw, so that nobody overwrites what somebody else saved meanwhile.</summary>
[Collection(TwoHospitalsCollection.Name)]
public sealed class DutyVersionTests(TwoHospitals hospitals)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Duties_that_somebody_else_has_saved_meanwhile_are_not_overwritten()
    {
        var id = await hospitals.AddPersonAsync("versioned.nurse", "nurse", Cancellation, wards: ["ward-1"]);
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        var address = $"/api/oncall/staff/{id}";
        (await VersionAsync(admin, id)).ShouldBe((0, 0), "nobody has said anything yet");
        using (var first = await Roster.SendAsync(admin, HttpMethod.Put, address, Duties("ward-1"), "\"0\""))
        {
            (first.StatusCode, first.Headers.ETag!.Tag).ShouldBe((HttpStatusCode.OK, "\"1\""));
        }

        (await VersionAsync(admin, id)).ShouldBe((1, 1));
        (await Roster.RefusedAsync(admin, HttpMethod.Put, address, Duties(), "\"0\"")).ShouldBe((412, "version-changed", "Load the colleague's duties again."));
        (await VersionAsync(admin, id)).ShouldBe((1, 1), "nothing is done");
        (await Roster.RefusedAsync(admin, HttpMethod.Put, address, Duties(), "W/\"1\"")).ShouldBe((428, "version-required", "Send the ETag of the answer that you saw as If-Match."));

        // What is sent is looked at first, and whoever sends no version changes whichever there is.
        (await Roster.RefusedAsync(admin, HttpMethod.Put, address, new { duties = Array.Empty<object>(), channels = new[] { "pigeon" } }, "\"0\"")).Type.ShouldBe("invalid-parameter");
        foreach (var match in new[] { null, "*", "\"3\"" })
        {
            using var changed = await Roster.SendAsync(admin, HttpMethod.Put, address, Duties(), match);
            changed.StatusCode.ShouldBe(HttpStatusCode.OK, match);
        }

        (await VersionAsync(admin, id)).ShouldBe((4, 0));
    }

    [Fact]
    public async Task Of_two_who_save_duties_at_once_one_is_told()
    {
        var id = await hospitals.AddPersonAsync("contested.nurse", "nurse", Cancellation, wards: ["ward-1"]);
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Roster.SendAsync(admin, HttpMethod.Put, $"/api/oncall/staff/{id}", Duties("ward-1"), "\"0\"")));
        answers.Select(answer => (int)answer.StatusCode).Order().ShouldBe([200, 412, 412, 412]);
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Fact]
    public async Task A_schedule_is_not_ended_by_a_version_that_cannot_be_read()
    {
        var nurse = await Roster.AddAsync(hospitals, "unread.nurse", "nurse", "ward-1");
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        var address = $"/api/oncall/schedules/{(await Roster.MakeAsync(admin, Roster.Body("Unread", "ward-1", "nurse", nurse))).Text("id")}";
        (await Roster.RefusedAsync(admin, HttpMethod.Delete, address, null, "one")).Type.ShouldBe("version-required");
        using var ended = await Roster.SendAsync(admin, HttpMethod.Delete, address, null);
        ended.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    private static object Duties(params string[] wards) =>
        new { duties = wards.Length == 0 ? [] : new object[] { new { role = "nurse", tier = 1, wards } }, channels = new[] { "in-app" } };

    private static async Task<(int Version, int Duties)> VersionAsync(HttpClient client, string id)
    {
        var person = (await client.JsonAsync("/api/oncall/staff", Cancellation)).GetProperty("items").EnumerateArray().Single(one => one.Text("id") == id);
        return (person.GetProperty("version").GetInt32(), person.GetProperty("duties").GetArrayLength());
    }
}
