using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Access;

/// <summary>What is out of reach is not there; and in an emergency it can be reached, on record.</summary>
[Collection(TwoHospitalsCollection.Name)]
public sealed class ReachTests(TwoHospitals hospitals)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/patients/p-0009")]
    [InlineData("/api/patients/p-0009/vitals/latest")]
    [InlineData("/api/patients/p-0009/vitals/history")]
    [InlineData("/sse/events?patient=p-0009")]
    [InlineData("/api/patients/q-0001")]
    [InlineData("/api/patients/q-0001/vitals/latest")]
    [InlineData("/api/patients/q-0001/vitals/history")]
    [InlineData("/sse/events?patient=q-0001")]
    [InlineData("/api/patients/p-9999")]
    public async Task Another_wards_another_hospitals_and_no_patient_are_the_same_404(string address)
    {
        using var nurse = await NurseOfWard1Async();
        using var answer = await nurse.GetAsync(address, Cancellation);
        (await answer.ProblemAsync(Cancellation)).ShouldBe((404, "urn:wardwatch:patient-not-found"));
    }

    [Theory]
    [InlineData("/api/dashboard-data?ward=ward-2")]
    [InlineData("/api/dashboard-data?ward=north")]
    [InlineData("/api/live/recent?ward=ward-2")]
    [InlineData("/api/patients?ward=ward-2")]
    [InlineData("/sse/events?ward=ward-2")]
    [InlineData("/api/dashboard-data?ward=nowhere")]
    public async Task Another_ward_is_not_there(string address)
    {
        using var nurse = await NurseOfWard1Async();
        using var answer = await nurse.GetAsync(address, Cancellation);
        (await answer.ProblemAsync(Cancellation)).ShouldBe((404, "urn:wardwatch:ward-not-found"));
    }

    [Fact]
    public async Task Lists_and_dashboards_hold_the_own_ward_only()
    {
        using var nurse = await NurseOfWard1Async();
        var dashboard = await nurse.JsonAsync("/api/dashboard-data", Cancellation);
        dashboard.GetProperty("wards").EnumerateArray().Select(ward => ward.Text("id")).ShouldBe(["ward-1"]);
        dashboard.GetProperty("patients").EnumerateArray().ShouldAllBe(patient => patient.Text("ward") == "ward-1");
        (await nurse.JsonAsync("/api/patients", Cancellation)).GetProperty("items").EnumerateArray().ShouldAllBe(patient => patient.Text("ward") == "ward-1");
        (await nurse.JsonAsync("/api/live/recent", Cancellation)).GetProperty("patients").GetArrayLength().ShouldBe(dashboard.GetProperty("patients").GetArrayLength());
    }

    [Fact]
    public async Task A_specialist_sees_whom_she_is_called_to_and_nobody_else()
    {
        await hospitals.AddPersonAsync("reach.specialist", "specialist", Cancellation, patients: ["p-0001", "p-0009"]);
        using var specialist = await hospitals.ClientAsync("reach.specialist", Cancellation);
        (await specialist.JsonAsync("/api/patients", Cancellation)).GetProperty("items").EnumerateArray().Select(patient => patient.Text("id")).ShouldBe(["p-0001", "p-0009"]);
        using var other = await specialist.GetAsync("/api/patients/p-0002", Cancellation);
        other.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task In_an_emergency_a_clinician_opens_any_patient_of_the_hospital_on_record_and_the_ward_is_told()
    {
        await hospitals.AddPersonAsync("emergency.nurse", "nurse", Cancellation, wards: ["ward-1"]);
        using var nurse = await hospitals.ClientAsync("emergency.nurse", Cancellation);
        using var ward2 = await hospitals.ClientAsync("admin", Cancellation);
        await using var stream = await ward2.GetStreamAsync("/sse/events?ward=ward-2", Cancellation);
        using var reader = new StreamReader(stream);

        var found = await nurse.JsonAsync("/api/break-glass/patient?ward=ward-2&bed=1", Cancellation);
        found.EnumerateObject().Select(member => member.Name).ShouldBe(["id", "shortName", "ward", "bed"]);
        var id = found.Text("id");
        using (var before = await nurse.GetAsync($"/api/patients/{id}", Cancellation)) before.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using (var without = await nurse.PostAsJsonAsync($"/api/patients/{id}/break-glass", new { reason = "short" }, Cancellation)) without.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using (var opened = await nurse.PostAsJsonAsync($"/api/patients/{id}/break-glass", new { reason = "Collapsed in the corridor of ward 1" }, Cancellation))
        {
            opened.StatusCode.ShouldBe(HttpStatusCode.Created);
            (await opened.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("until").GetDateTimeOffset().ShouldBeInRange(TimeProvider.System.GetUtcNow().AddHours(3.9), TimeProvider.System.GetUtcNow().AddHours(4.1));
        }

        string? line;
        do
        {
            line = await reader.ReadLineAsync(Cancellation).AsTask().WaitAsync(Poll.Patience, Cancellation);
        }
        while (line is not "event: notification");

        using (var after = await nurse.GetAsync($"/api/patients/{id}/vitals/history", Cancellation)) after.StatusCode.ShouldBe(HttpStatusCode.OK);
        using (var neighbour = await nurse.GetAsync("/api/patients/p-0010", Cancellation)) neighbour.StatusCode.ShouldBe(HttpStatusCode.NotFound, "one record, not the ward");
        await ReviewAsync("emergency.nurse");
    }

    [Fact]
    public async Task Another_hospitals_patient_is_out_of_reach_in_an_emergency_as_well()
    {
        using var nurse = await NurseOfWard1Async();
        using var found = await nurse.GetAsync("/api/break-glass/patient?recordNumber=77-00001", Cancellation);
        found.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var opened = await nurse.PostAsJsonAsync("/api/patients/q-0001/break-glass", new { reason = "Another hospital's patient" }, Cancellation);
        (await opened.ProblemAsync(Cancellation)).ShouldBe((404, "urn:wardwatch:patient-not-found"));
    }

    [Fact]
    public async Task A_change_of_wards_is_in_force_at_once_on_requests_and_open_streams()
    {
        var id = await hospitals.AddPersonAsync("moving.nurse", "nurse", Cancellation, wards: ["ward-1"]);
        using var nurse = await hospitals.ClientAsync("moving.nurse", Cancellation);
        await using var stream = await nurse.GetStreamAsync("/sse/events", Cancellation);
        using var reader = new StreamReader(stream);
        using var administrator = await hospitals.ClientAsync("admin", Cancellation);
        using (var changed = await administrator.PutAsJsonAsync($"/api/people/{id}", new { name = "Moving", role = "nurse", wards = new[] { "ward-2" }, version = 1 }, Cancellation))
        {
            changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        using (var old = await nurse.GetAsync("/api/patients/p-0001", Cancellation)) old.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using (var own = await nurse.GetAsync("/api/patients/p-0009", Cancellation)) own.StatusCode.ShouldBe(HttpStatusCode.OK);
        await reader.ReadToEndAsync(Cancellation).WaitAsync(Poll.Patience, Cancellation);

        using (var late = await administrator.PutAsJsonAsync($"/api/people/{id}", new { name = "Moving", role = "nurse", wards = new[] { "ward-1" }, version = 1 }, Cancellation))
        {
            (await late.ProblemAsync(Cancellation)).ShouldBe((409, "urn:wardwatch:changed-meanwhile"));
        }

        using (var disabled = await administrator.PutAsJsonAsync($"/api/people/{id}", new { name = "Moving", role = "nurse", wards = new[] { "ward-2" }, version = 2, disabled = true }, Cancellation))
        {
            disabled.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        using var gone = await nurse.GetAsync("/api/patients/p-0009", Cancellation);
        gone.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private async Task ReviewAsync(string user)
    {
        using var administrator = await hospitals.ClientAsync("admin", Cancellation);
        var access = (await administrator.JsonAsync("/api/break-glass?open=true", Cancellation)).GetProperty("items").EnumerateArray().First(item => item.GetProperty("actor").Text("user") == user);
        access.Text("reason").ShouldBe("Collapsed in the corridor of ward 1");
        var address = $"/api/break-glass/{access.Text("id")}/review";
        using (var unclear = await administrator.PostAsJsonAsync(address, new { verdict = "fine" }, Cancellation)) unclear.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using (var reviewed = await administrator.PostAsJsonAsync(address, new { verdict = "justified", note = "Seen." }, Cancellation)) reviewed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using (var again = await administrator.PostAsJsonAsync(address, new { verdict = "unjustified" }, Cancellation)) (await again.ProblemAsync(Cancellation)).ShouldBe((409, "urn:wardwatch:already-reviewed"));
        var entry = (await administrator.JsonAsync($"/api/audit?actor={user}&action=emergency.open", Cancellation)).GetProperty("items")[0];
        entry.Text("purpose").ShouldBe("Collapsed in the corridor of ward 1");
    }

    private async Task<HttpClient> NurseOfWard1Async()
    {
        try
        {
            return await hospitals.ClientAsync("reach.nurse", Cancellation);
        }
        catch (HttpRequestException)
        {
            await hospitals.AddPersonAsync("reach.nurse", "nurse", Cancellation, wards: ["ward-1"]);
            return await hospitals.ClientAsync("reach.nurse", Cancellation);
        }
    }
}
