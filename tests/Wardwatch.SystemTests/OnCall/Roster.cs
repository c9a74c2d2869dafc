using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Access;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.OnCall;

/// <summary>Short forms for people on duty and schedules, over the interface.</summary>
internal static class Roster
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A person of the demo hospital with one duty.</summary>
    /// <param name="hospitals">The server.</param>
    /// <param name="user">The name to sign in with.</param>
    /// <param name="role">The role of the account, or a duty role of the same name.</param>
    /// <param name="wards">Where they work; their duty is there, or with none in the whole hospital.</param>
    public static async Task<string> AddAsync(TwoHospitals hospitals, string user, string role, params string[] wards)
    {
        var id = await hospitals.AddPersonAsync(user, role, Cancellation, wards: wards);
        using var admin = await hospitals.ClientAsync("admin", Cancellation);
        await SetDutiesAsync(admin, id, new { role, tier = 1, wards = wards.Length == 0 ? null : wards });
        return id;
    }

    public static async Task SetDutiesAsync(HttpClient client, string id, params object[] duties)
    {
        using var answer = await client.PutAsJsonAsync($"/api/oncall/staff/{id}", new { duties, channels = new[] { "in-app" } }, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    /// <summary>Daily turns from long ago, at 07:00 in Berlin.</summary>
    public static object Body(string name, string? ward, string role, params string[] members) => new { name, ward, role, tier = 1, zone = "Europe/Berlin", layers = new[] { Daily(members) } };

    public static object Daily(params string[] members) => new { rotation = "daily", handOver = "07:00", start = "2026-01-05", members };

    public static async Task<JsonElement> MakeAsync(HttpClient client, object schedule)
    {
        using var answer = await client.PostAsJsonAsync("/api/oncall/schedules", schedule, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancellation));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    /// <summary>Sends something that may be refused: status, type and detail.</summary>
    public static async Task<(int Status, string Type, string Detail)> RefusedAsync(HttpClient client, HttpMethod method, string address, object? body, string? match = null)
    {
        using var answer = await SendAsync(client, method, address, body, match);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        return ((int)answer.StatusCode, problem.Text("type").Replace("urn:wardwatch:", "", StringComparison.Ordinal), problem.TryGetProperty("detail", out var detail) ? detail.GetString()! : "");
    }

    public static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string address, object? body, string? match = null)
    {
        using var request = new HttpRequestMessage(method, address) { Content = body is null ? null : JsonContent.Create(body) };
        if (match is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", match);
        }

        return await client.SendAsync(request, Cancellation);
    }

    public static async Task<JsonElement> CalendarAsync(HttpClient client, string schedule, DateTimeOffset from, DateTimeOffset until) =>
        await client.JsonAsync($"/api/oncall/schedules/{schedule}/calendar?from={from.UtcDateTime:O}&until={until.UtcDateTime:O}", Cancellation);

    /// <summary>Rows of a calendar in short: who, and why.</summary>
    public static string Say(this JsonElement rows) => string.Join(
        " | ", rows.EnumerateArray().Select(row => $"{(row.GetProperty("person") is { ValueKind: JsonValueKind.Object } person ? person.Text("name") : "nobody")} {row.Text("source")}"));
}
