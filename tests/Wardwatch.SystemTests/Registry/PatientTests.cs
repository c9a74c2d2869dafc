using System.Net;
using System.Text.Json;
using Shouldly;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Registry;

[Collection(DemoServerCollection.Name)]
public sealed class PatientTests(DemoServer demo)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Patients_come_by_ward_and_bed_page_by_page()
    {
        using var client = await demo.ClientAsync("nurse.falk", Cancellation);
        var ids = new List<string>();
        var next = "";
        do
        {
            var page = await client.JsonAsync($"/api/patients?limit=4{(next.Length > 0 ? $"&after={next}" : "")}", Cancellation);
            page.GetProperty("items").GetArrayLength().ShouldBeLessThanOrEqualTo(4);
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(patient => patient.Text("id")));
            next = page.GetProperty("next").GetString() ?? "";
        }
        while (next.Length > 0);

        ids.Where(id => id.StartsWith("p-00", StringComparison.Ordinal)).ShouldBe(Enumerable.Range(1, 15).Select(number => $"p-{number:D4}"));
        ids.ShouldBeUnique();
    }

    [Fact]
    public async Task A_patient_is_shown_with_exactly_the_agreed_members()
    {
        using var client = await demo.ClientAsync("nurse.falk", Cancellation);
        var patient = await client.JsonAsync("/api/patients/p-0003", Cancellation);
        var since = patient.Text("statusSince");
        var encounter = patient.GetProperty("encounter").Text("id");
        patient.ToString().ShouldBe(
            """{"id":"p-0003","recordNumber":"22-33757","name":"Haddad, Samira","dateOfBirth":"1971-06-30","sex":"female","status":"observation",""" +
            $$$"""
            "statusSince":"{{{since}}}","ward":"ward-1","bed":"3","version":1,"consent":{"research":false,"app":false},"encounter":{"id":"{{{encounter}}}","admittedAt":"{{{since}}}"},"mergedInto":null}
            """);
    }

    [Theory]
    [InlineData("search=haddad", new[] { "p-0003" })]
    [InlineData("search=22-33757", new[] { "p-0003" })]
    [InlineData("search=2233757", new[] { "p-0003" })]
    [InlineData("search=nobody%20such", new string[0])]
    [InlineData("ward=ward-2&limit=2", new[] { "p-0009", "p-0010" })]
    [InlineData("ward=ward-2&search=samira", new string[0])]
    public async Task Patients_are_found_by_name_record_number_and_ward(string query, string[] found)
    {
        using var client = await demo.ClientAsync("nurse.falk", Cancellation);
        var page = await client.JsonAsync($"/api/patients?{query}", Cancellation);
        page.GetProperty("items").EnumerateArray().Select(patient => patient.Text("id")).ShouldBe(found);
    }

    [Theory]
    [InlineData("/api/patients?limit=0", 400, "urn:wardwatch:invalid-parameter")]
    [InlineData("/api/patients?limit=1001", 400, "urn:wardwatch:invalid-parameter")]
    [InlineData("/api/patients?after=nobody", 400, "urn:wardwatch:invalid-parameter")]
    [InlineData("/api/patients/p-9999", 404, "urn:wardwatch:patient-not-found")]
    [InlineData("/api/patients/a%20b", 404, "urn:wardwatch:patient-not-found")]
    public async Task What_cannot_be_shown_says_why(string address, int status, string type)
    {
        using var client = await demo.ClientAsync("nurse.falk", Cancellation);
        using var answer = await client.GetAsync(address, Cancellation);
        (await answer.ProblemAsync(Cancellation)).ShouldBe((status, type));
    }

    [Fact]
    public async Task The_log_holds_neither_what_was_searched_for_nor_who_was_found_nor_the_token()
    {
        using var client = await demo.ClientAsync("nurse.falk", Cancellation);
        await client.JsonAsync("/api/patients?search=haddad", Cancellation);
        await client.JsonAsync("/api/patients/p-0003", Cancellation);
        using var refused = await client.GetAsync("/api/patients?limit=haddad", Cancellation);
        demo.Server.Log.ShouldNotBeEmpty();
        demo.Server.Log.ShouldNotContain("haddad", Case.Insensitive);
        demo.Server.Log.ShouldNotContain("22-33757");
        demo.Server.Log.ShouldNotContain(client.DefaultRequestHeaders.Authorization!.Parameter!);
    }

    [Fact]
    public async Task A_limit_that_is_no_number_is_a_bad_request()
    {
        using var client = await demo.ClientAsync("nurse.falk", Cancellation);
        using var answer = await client.GetAsync("/api/patients?limit=many", Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_patient_registered_by_another_process_is_seen_by_the_server()
    {
        var tenant = await TenantAsync();
        (await demo.Registry().RegisterAsync(DemoServer.By(tenant), new NewPatient("Example, Nora", "99-00001", new(1950, 1, 2), "female", "ward-2", "8"), Cancellation))
            .Outcome.ShouldBe(RegistrationOutcome.Registered);

        using var client = await demo.ClientAsync("nurse.falk", Cancellation);
        JsonElement found = default;
        await Poll.UntilAsync(
            async () =>
            {
                found = (await client.JsonAsync("/api/patients?search=99-00001", Cancellation)).GetProperty("items");
                return found.GetArrayLength() == 1;
            },
            Poll.Patience, "the server sees the patient", Cancellation);
        found[0].Text("name").ShouldBe("Example, Nora");
        found[0].Text("id").ShouldStartWith("p-");
    }

    [Theory]
    [InlineData("22 33757", null, null, null, nameof(RegistrationOutcome.RecordNumberTaken))]
    [InlineData("99-00002", "p-0001", null, null, nameof(RegistrationOutcome.IdTaken))]
    [InlineData("99-00002", null, "ward-1", "1", nameof(RegistrationOutcome.BedTaken))]
    [InlineData("99-00002", null, "ward-1", "17", nameof(RegistrationOutcome.UnknownBed))]
    [InlineData("99-00002", null, "ward-9", "1", nameof(RegistrationOutcome.UnknownBed))]
    public async Task A_conflict_is_named_and_nothing_is_registered(string recordNumber, string? id, string? ward, string? bed, string outcome)
    {
        var good = new NewPatient("Example, Otto", $"98-{Guid.NewGuid():N}", new(1950, 1, 2), "male");
        var bad = good with { RecordNumber = recordNumber, Id = id, Ward = ward, Bed = bed };
        var before = await CountAsync();
        (await demo.Registry().RegisterAsync(DemoServer.By(await TenantAsync()), [good, bad], Cancellation)).Outcome.ToString().ShouldBe(outcome);
        (await CountAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_listener_whose_connection_was_cut_reads_everything_again()
    {
        await using var changes = new DirectoryChanges(demo.Beside.Database, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<DirectoryChanges>.Instance);
        var heard = new List<int?>();
        changes.Subscribe("test-topic", (number, _) =>
        {
            heard.Add(number);
            return Task.CompletedTask;
        });
        await changes.StartAsync(Cancellation);
        await NotifyAsync(7);
        await Poll.UntilAsync(() => Task.FromResult(heard is [7]), Poll.Patience, "the notice", Cancellation);

        // The server's own listener is cut as well; that it comes back, the other tests of this class see.
        await using (var cut = demo.Beside.Database.CreateCommand("select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen wardwatch_directory'"))
        {
            await cut.ExecuteNonQueryAsync(Cancellation);
        }

        await Poll.UntilAsync(() => Task.FromResult(heard is [7, null]), Poll.Patience, "the reload after the reconnection", Cancellation);
        await NotifyAsync(8);
        await Poll.UntilAsync(() => Task.FromResult(heard is [7, null, 8]), Poll.Patience, "the notice on the new connection", Cancellation);
    }

    private async Task NotifyAsync(int number)
    {
        await using var connection = await demo.Beside.Database.OpenConnectionAsync(Cancellation);
        await DirectoryChanges.NotifyAsync(connection, "test-topic", number, Cancellation);
    }

    private async Task<int> TenantAsync() =>
        (await new HospitalRegistry(demo.Beside.Database, demo.Beside.Keyring).FindAsync("demo", Cancellation))!.TenantId;

    private async Task<long> CountAsync()
    {
        await using var count = demo.Beside.Database.CreateCommand("select count(*) from patients");
        return (long)(await count.ExecuteScalarAsync(Cancellation))!;
    }
}
