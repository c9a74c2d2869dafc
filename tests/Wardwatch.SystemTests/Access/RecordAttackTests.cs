using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Access;

/// <summary>What somebody tries who is signed in and writes more, or other, than the interface asks for.</summary>
[Collection(TwoHospitalsCollection.Name)]
public sealed class RecordAttackTests(TwoHospitals hospitals)
{
    private static readonly string[] Injections =
    [
        "'; drop table patients; --", "' or '1'='1", "\\'; select pg_sleep(9); --", "$1", "%", "_", "*/ drop table audit_entries; /*", "x' union select wrapped_key::text from tenants --",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_request_says_beside_its_members_changes_nothing()
    {
        using var administrator = await hospitals.ClientAsync("admin", Cancellation);
        using var added = await administrator.PostAsJsonAsync(
            "/api/people",
            new { user = "massed", name = "Massed", role = "nurse", wards = new[] { "ward-1" }, tenantId = hospitals.ForeignTenant, tenant = hospitals.ForeignTenant, tenant_id = hospitals.ForeignTenant, id = Guid.Empty, isAdmin = true, permissions = new[] { "people.manage" }, passwordHash = "x", secondFactor = true },
            Cancellation);
        added.StatusCode.ShouldBe(HttpStatusCode.Created);
        var person = await added.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        person.Text("id").ShouldNotBe(Guid.Empty.ToString());
        person.GetProperty("secondFactor").GetBoolean().ShouldBeFalse();
        (await administrator.JsonAsync("/api/people?search=massed", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(1, "it is of the caller's hospital");

        // Somebody's own account: there is no way to another role.
        await hospitals.AddPersonAsync("climber", "nurse", Cancellation, wards: ["ward-1"]);
        using var climber = await hospitals.ClientAsync("climber", Cancellation);
        foreach (var (method, address, body) in new (string, string, object)[]
        {
            ("POST", "/api/people", new { user = "climber2", name = "X", role = "administrator" }),
            ("PUT", $"/api/people/{person.Text("id")}", new { name = "X", role = "administrator", version = 1 }),
            ("PUT", "/api/auth/me", new { role = "administrator" }),
            ("PATCH", "/api/auth/me", new { role = "administrator" }),
            ("POST", "/api/auth/me", new { role = "administrator" }),
        })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), address) { Content = JsonContent.Create(body) };
            using var answer = await climber.SendAsync(request, Cancellation);
            ((int)answer.StatusCode).ShouldBeOneOf(403, 404, 405);
        }

        (await climber.JsonAsync("/api/auth/me", Cancellation)).Text("role").ShouldBe("nurse");
    }

    [Fact]
    public async Task SQL_in_every_text_is_a_text()
    {
        using var administrator = await hospitals.ClientAsync("admin", Cancellation);
        var patients = (await administrator.JsonAsync("/api/patients", Cancellation)).GetProperty("items").GetArrayLength();
        foreach (var injection in Injections)
        {
            var escaped = Uri.EscapeDataString(injection);
            foreach (var address in new[]
            {
                $"/api/patients?search={escaped}", $"/api/patients?ward={escaped}", $"/api/patients?after={escaped}", $"/api/patients/{escaped}", $"/api/patients/{escaped}/vitals/history",
                $"/api/dashboard-data?ward={escaped}", $"/api/people?search={escaped}", $"/api/people?after={escaped}", $"/api/audit?actor={escaped}", $"/api/audit?patient={escaped}",
                $"/api/audit?action={escaped}", $"/api/audit?from={escaped}", $"/api/devices?search={escaped}", $"/api/devices/{escaped}", $"/sse/events?ward={escaped}", $"/sse/events?patient={escaped}",
                $"/api/patients/p-0001/vitals/history?bucket={escaped}", $"/api/patients/p-0001/vitals/history?after={escaped}",
            })
            {
                using var answer = await administrator.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, Cancellation);
                ((int)answer.StatusCode).ShouldBeOneOf([200, 400, 404], address);
            }

            foreach (var (address, body) in new (string, object)[]
            {
                ("/api/people", new { user = injection, name = injection, role = "nurse" }), ("/api/people", new { user = "sql", name = injection, role = injection, wards = new[] { injection } }),
                ("/api/wards", new { id = injection, name = injection, beds = new[] { injection } }), ("/api/devices", new { id = injection, algorithm = injection }),
                ("/api/auth/login", new { user = injection, password = injection, code = injection }),
            })
            {
                using var answer = await administrator.PostAsJsonAsync(address, body, Cancellation);
                ((int)answer.StatusCode).ShouldBeOneOf([400, 401], $"{address} {injection}");
            }
        }

        (await administrator.JsonAsync("/api/patients", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(patients);
        (await administrator.JsonAsync("/api/people?search=%25", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(0, "a wildcard is a character");
    }

    [Fact]
    public async Task Script_in_names_is_a_text_and_answers_are_no_pages()
    {
        const string Script = "<script>alert(1)</script><img src=x onerror=alert(1)>";
        using var administrator = await hospitals.ClientAsync("admin", Cancellation);
        using var added = await administrator.PostAsJsonAsync("/api/people", new { user = "scripted", name = Script, role = "nurse", wards = new[] { "ward-1" } }, Cancellation);
        added.StatusCode.ShouldBe(HttpStatusCode.Created);
        using var answer = await administrator.GetAsync("/api/people?search=scripted", Cancellation);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("script-src 'self'");
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        JsonDocument.Parse(text).RootElement.GetProperty("items")[0].Text("name").ShouldBe(Script);
    }
}
