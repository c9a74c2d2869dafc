using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Patients;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Alerts;

/// <summary>Limits that somebody else has set meanwhile are not overwritten, and what would count without a patient's own is told.</summary>
[Collection(AlertCollection.Name)]
public sealed class LimitVersionTests(AlertWard alerts)
{
    private const string Type = "sbp-critical";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("patients")]
    [InlineData("wards")]
    public async Task Limits_that_somebody_else_has_set_meanwhile_are_not_overwritten(string of)
    {
        using var physician = await alerts.ClientAsync("physician");
        var address = of == "wards" ? "/api/wards/ward-2/limits" : $"/api/patients/{alerts.Take("ward-2").Patient}/limits";
        var unset = await VersionAsync(physician, address);
        var first = await SetAsync(physician, address, 70, unset);
        first.ShouldBe((200, null, 70));
        var set = await VersionAsync(physician, address);
        set.ShouldNotBe(unset);

        // Also of two who set the same: what they saw was not what there is.
        (await SetAsync(physician, address, 75, unset)).ShouldBe((412, "version-changed", 0));
        (await SetAsync(physician, address, 70, unset)).Type.ShouldBe("version-changed");
        (await ShownAsync(physician, address)).GetProperty("limit").GetDouble().ShouldBe(70, "nothing is done");
        (await VersionAsync(physician, address)).ShouldBe(set, "a refusal changes nothing");
        (await SetAsync(physician, address, 500, unset)).Type.ShouldBe("invalid-limits", "what is sent is looked at first");
        using (var unreadable = new HttpRequestMessage(HttpMethod.Put, address) { Content = JsonContent.Create(Body(75)) })
        {
            unreadable.Headers.TryAddWithoutValidation("If-Match", $"W/{set}");
            using var answer = await physician.SendAsync(unreadable, Cancellation);
            ((int)answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).Text("type")).ShouldBe((428, "urn:wardwatch:version-required"));
        }

        // Taking all away is a change like another, and so is setting again what there was.
        (await physician.ChangeAsync("PUT", address, new { overrides = Array.Empty<object>(), reason = "As usual again" }, Cancellation, set)).Status.ShouldBe(200);
        var cleared = await VersionAsync(physician, address);
        new[] { unset, set }.ShouldNotContain(cleared);
        (await SetAsync(physician, address, 70, set)).Type.ShouldBe("version-changed");
        (await SetAsync(physician, address, 70, cleared)).Status.ShouldBe(200);

        // Whoever sends no version replaces whichever there are.
        (await SetAsync(physician, address, 71, null)).ShouldBe((200, null, 71));
        (await SetAsync(physician, address, 72, "*")).ShouldBe((200, null, 72));
        (await physician.ChangeAsync("PUT", address, new { overrides = Array.Empty<object>(), reason = "As usual again" }, Cancellation, null)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Of_those_who_set_limits_at_once_one_succeeds_and_the_others_are_told()
    {
        using var physician = await alerts.ClientAsync("physician");
        var address = $"/api/patients/{alerts.Take("ward-2").Patient}/limits";
        var unset = await VersionAsync(physician, address);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => SetAsync(physician, address, 65 + i, unset)));
        answers.Select(answer => answer.Status).Order().ShouldBe([200, 412, 412, 412, 412, 412]);
        (await ShownAsync(physician, address)).GetProperty("limit").GetDouble().ShouldBe(answers.Single(answer => answer.Status == 200).Limit);
        (await physician.ChangeAsync("PUT", address, new { overrides = Array.Empty<object>(), reason = "As usual again" }, Cancellation)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_patients_limits_say_what_would_be_in_force_without_them_the_wards_or_the_catalogues()
    {
        var device = alerts.Take("ward-2");
        using var physician = await alerts.ClientAsync("physician");
        var patient = $"/api/patients/{device.Patient}/limits";
        var ward = $"/api/wards/{(await physician.JsonAsync($"/api/patients/{device.Patient}", Cancellation)).Text("ward")}/limits";
        var before = await VersionAsync(physician, patient);
        Say(await ShownAsync(physician, patient)).ShouldBe("80 default, otherwise 80 default");
        (await SetAsync(physician, patient, 65, before)).Status.ShouldBe(200);
        Say(await ShownAsync(physician, patient)).ShouldBe("65 patient, otherwise 80 default");
        var own = await VersionAsync(physician, patient);
        try
        {
            (await SetAsync(physician, ward, 75, null)).Status.ShouldBe(200);
            Say(await ShownAsync(physician, ward)).ShouldBe("75 ward, otherwise 80 default");
            var shown = await ShownAsync(physician, patient);
            Say(shown).ShouldBe("65 patient, otherwise 75 ward");
            shown.GetProperty("default").GetProperty("limit").GetDouble().ShouldBe(80);
            (shown.GetProperty("otherwise").GetProperty("delaySeconds").GetDouble(), shown.GetProperty("otherwise").GetProperty("on").GetBoolean()).ShouldBe((10, true));
            (await VersionAsync(physician, patient)).ShouldBe(own, "a change of the ward's is none of the patient's");
            (await physician.ChangeAsync("PUT", patient, new { overrides = Array.Empty<object>(), reason = "As usual again" }, Cancellation, own)).Status.ShouldBe(200);
            Say(await ShownAsync(physician, patient)).ShouldBe("75 ward, otherwise 75 ward");
        }
        finally
        {
            await physician.ChangeAsync("PUT", ward, new { overrides = Array.Empty<object>(), reason = "As usual again" }, Cancellation);
        }

        Say(await ShownAsync(physician, patient)).ShouldBe("80 default, otherwise 80 default");
    }

    private static object Body(double limit) => new { overrides = new[] { new { type = Type, limit } }, reason = "Known low", expiresAt = TimeProvider.System.GetUtcNow().AddHours(8) };

    private static string Say(JsonElement limit) =>
        $"{limit.GetProperty("limit").GetDouble()} {limit.Text("from")}, otherwise {limit.GetProperty("otherwise").GetProperty("limit").GetDouble()} {limit.GetProperty("otherwise").Text("from")}";

    private static async Task<(int Status, string? Type, double Limit)> SetAsync(HttpClient client, string address, double limit, string? version)
    {
        var (status, type, body) = await client.ChangeAsync("PUT", address, Body(limit), Cancellation, version);
        return (status, type, status == (int)HttpStatusCode.OK ? Of(body).GetProperty("limit").GetDouble() : 0);
    }

    private static JsonElement Of(JsonElement limits) => limits.GetProperty("items").EnumerateArray().Single(item => item.Text("type") == Type);

    private static async Task<JsonElement> ShownAsync(HttpClient client, string address) => Of(await client.JsonAsync(address, Cancellation));

    // The ETag, which is the version in the body, too.
    private static async Task<string> VersionAsync(HttpClient client, string address)
    {
        using var answer = await client.GetAsync(address, Cancellation);
        var version = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("version").GetInt64();
        answer.Headers.ETag!.Tag.ShouldBe($"\"{version}\"");
        return answer.Headers.ETag.Tag;
    }
}
