using System.Net;
using System.Text;
using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Access;

/// <summary>
/// Walks the description of the interface, so that no operation is forgotten: without a token 401, with a role that may not 403, with another hospital's or
/// ward's id 404.
/// </summary>
[Collection(TwoHospitalsCollection.Name)]
public sealed class EveryOperationTests(TwoHospitals hospitals)
{
    // What nobody needs to sign in for.
    private static readonly string[] Anonymous =
    [
        "POST /api/auth/login", "POST /api/auth/refresh", "POST /api/auth/passkey/options", "POST /api/auth/passkey/login", "POST /api/auth/unlock", "GET /api/demo", "GET /metrics",
    ];

    // What everybody who is signed in may do: all of it concerns the caller alone, or is no secret.
    private static readonly string[] ForEverybody = ["GET /api/roles", "GET /api/alert-types"];

    // Ids of the other hospital, or of another ward where there is but one kind.
    private static readonly Dictionary<string, string> Bodies = new(StringComparer.Ordinal)
    {
        ["PUT /api/people/{id}"] = """{"name":"X","role":"nurse","wards":[],"version":1}""",
        ["PUT /api/wards/{id}"] = """{"name":"X","beds":["1"]}""",
        ["POST /api/patients/{id}/break-glass"] = """{"reason":"A reason that is long enough"}""",
        ["POST /api/break-glass/{id}/review"] = """{"verdict":"justified"}""",
        ["POST /api/security-events/{id}/acknowledge"] = """{"note":"A note"}""",
        ["POST /api/dead-letters/{id}/drop"] = """{"reason":"A reason"}""",
        ["POST /api/incidents/{id}/resolve"] = """{"outcome":"real"}""",
        ["POST /api/incidents/{id}/comment"] = """{"note":"A note"}""",
        ["POST /api/incidents/{id}/review"] = """{"finding":"Awake"}""",
        ["PUT /api/patients/{id}/device"] = """{"device":"M-101"}""",
        ["POST /api/patients/{id}/erase"] = """{"recordNumber":"77-00001","reason":"A reason that is long enough"}""",
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_token_nothing_is_answered()
    {
        using var stranger = hospitals.Server.CreateClient();
        var checkedOperations = 0;
        foreach (var operation in (await OperationsAsync()).Where(operation => !Anonymous.Contains(operation.Name)))
        {
            using var answer = await SendAsync(stranger, operation, IdFor(operation.Path, "x", Guid.Empty.ToString(), "x", "x"));
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, operation.Name);
            (await answer.ProblemAsync(Cancellation)).Type.ShouldBe("urn:wardwatch:sign-in-required", operation.Name);
            checkedOperations++;
        }

        checkedOperations.ShouldBeGreaterThan(40);
    }

    [Fact]
    public async Task With_a_role_that_may_not_everything_is_forbidden()
    {
        await hospitals.AddPersonAsync("every.analyst", "analyst", Cancellation);
        await hospitals.AddPersonAsync("every.patient", "patient", Cancellation, patient: "p-0005");
        await hospitals.AddPersonAsync("every.technician", "technician", Cancellation);
        using var analyst = await hospitals.ClientAsync("every.analyst", Cancellation);
        using var patient = await hospitals.ClientAsync("every.patient", Cancellation);
        using var technician = await hospitals.ClientAsync("every.technician", Cancellation);
        foreach (var operation in (await OperationsAsync()).Where(operation => !Anonymous.Contains(operation.Name) && !IsOwn(operation)))
        {
            var answers = new List<HttpStatusCode>();
            foreach (var client in new[] { analyst, patient, technician })
            {
                using var answer = await SendAsync(client, operation, IdFor(operation.Path, "p-0001", Guid.Empty.ToString(), "ward-1", "M-101"));
                answers.Add(answer.StatusCode);
            }

            // Each of the three sees something else; none of them everything, and what is forbidden is so before anything is looked at.
            answers.ShouldContain(HttpStatusCode.Forbidden, operation.Name);
        }
    }

    [Fact]
    public async Task Another_hospitals_ids_are_not_there()
    {
        using var administrator = await hospitals.ClientAsync("admin", Cancellation);
        using var foreign = await hospitals.ClientAsync("foreign.admin", Cancellation);
        var person = (await foreign.JsonAsync("/api/people", Cancellation)).GetProperty("items")[0].Text("id");
        var walked = 0;
        foreach (var operation in (await OperationsAsync()).Where(operation => operation.Path.Contains("{id}") && !IsOwn(operation)))
        {
            var id = IdFor(operation.Path, TwoHospitals.ForeignPatient, person, "north", "foreign-device");
            foreach (var client in await CallersAsync(operation, administrator))
            {
                using var answer = await SendAsync(client, operation, id);
                answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, operation.Name);
            }

            walked++;
        }

        walked.ShouldBeGreaterThan(15);
        (await foreign.JsonAsync("/api/people", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(1, "nothing was done to the other hospital");
        (await foreign.JsonAsync("/api/patients", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    // An id of the kind that the path asks for; where rows are counted over all hospitals, a number.
    private static string IdFor(string path, string patient, string person, string ward, string device) => path switch
    {
        _ when path.StartsWith("/api/patients/", StringComparison.Ordinal) => patient,
        _ when path.StartsWith("/api/people/", StringComparison.Ordinal) => person,
        _ when path.StartsWith("/api/wards/", StringComparison.Ordinal) => ward,
        _ when path.StartsWith("/api/devices/", StringComparison.Ordinal) => device,
        _ => "987654321",
    };

    // Emergency access, the state of patients, and what is done about alerts are the clinicians', readings are devices' and programs': an administrator is told that the role does not permit it.
    private async Task<HttpClient[]> CallersAsync(Operation operation, HttpClient administrator) => operation.Name switch
    {
        "POST /api/patients/{id}/break-glass" or "PUT /api/patients/{id}/status" or "POST /api/patients/{id}/critical" => [await hospitals.ClientAsync("nurse.falk", Cancellation)],
        "POST /api/alerts/{id}/end" or "POST /api/wards/{id}/sound-pause" or "DELETE /api/wards/{id}/sound-pause" or "GET /api/wards/{id}/handovers" or "POST /api/wards/{id}/handovers"
            or "POST /api/handovers/{id}/sign" => [await hospitals.ClientAsync("nurse.falk", Cancellation)],
        "PUT /api/patients/{id}/limits" or "PUT /api/wards/{id}/limits" => [await hospitals.ClientAsync("dr.osei", Cancellation)],
        "PUT /api/wards/{id}/alert-budget" => [await hospitals.ClientAsync("charge.keane", Cancellation)],
        "POST /api/devices/{id}/readings" => [await hospitals.ClientAsync("service.interface", Cancellation)],
        _ => [administrator],
    };

    private static bool IsOwn(Operation operation) => operation.Path.StartsWith("/api/auth/", StringComparison.Ordinal) || operation.Path.StartsWith("/api/notifications", StringComparison.Ordinal) || ForEverybody.Contains(operation.Name);

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, Operation operation, string id)
    {
        var address = operation.Path.Replace("{id}", id).Replace("{device}", "M-101").Replace("{keyId}", "1").Replace("{name}", "no-such-node");
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), address);
        if (operation.HasBody)
        {
            request.Content = new StringContent(Bodies.GetValueOrDefault(operation.Name, "{}"), Encoding.UTF8, "application/json");
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    private async Task<List<Operation>> OperationsAsync()
    {
        using var client = hospitals.Server.CreateClient();
        var document = await client.JsonAsync("/openapi/v1.json", Cancellation);
        return
        [
            .. document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method =>
                new Operation(method.Name.ToUpperInvariant(), path.Name.TrimEnd('/'), method.Value.TryGetProperty("requestBody", out _)))),
        ];
    }

    private sealed record Operation(string Method, string Path, bool HasBody)
    {
        public string Name => $"{Method} {Path}";
    }
}
