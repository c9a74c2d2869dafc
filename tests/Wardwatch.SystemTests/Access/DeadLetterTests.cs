using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.Benchmarks.Events;
using Wardwatch.Server.Events;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Access;

/// <summary>What could not be believed or handled: seen by those who run the hospital's machines, replayed, dropped, on record.</summary>
[Collection(TwoHospitalsCollection.Name)]
public sealed class DeadLetterTests(TwoHospitals hospitals)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dead_letters_of_devices_and_of_events_stand_in_one_list_and_are_settled_once()
    {
        var device = await AddDeviceLetterAsync(hospitals.Tenant);
        var happened = await AddEventLetterAsync(hospitals.Tenant);
        using var administrator = await hospitals.ClientAsync("admin", Cancellation);
        var items = (await administrator.JsonAsync("/api/dead-letters?settled=false&limit=2", Cancellation)).GetProperty("items");
        items.EnumerateArray().Select(item => (item.Text("id"), item.Text("source"))).ShouldBe([(happened, "event"), (device, "device")]);

        var opened = await administrator.JsonAsync($"/api/dead-letters/{happened}", Cancellation);
        opened.GetProperty("payload").GetProperty("word").GetString().ShouldBe("opened");
        opened.GetProperty("deadLetter").Text("event").ShouldBe("PatientStepped v1");
        (await OutcomeAsync(administrator, happened)).ShouldBe(("refused", "unknown-version"), "nobody here handles it");
        (await OutcomeAsync(administrator, device)).ShouldBe(("refused", "unreadable-envelope"));

        foreach (var letter in new[] { device, happened })
        {
            using var without = await administrator.PostAsJsonAsync($"/api/dead-letters/{letter}/drop", new { reason = "" }, Cancellation);
            without.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            using var dropped = await administrator.PostAsJsonAsync($"/api/dead-letters/{letter}/drop", new { reason = "A test's" }, Cancellation);
            dropped.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            using var again = await administrator.PostAsJsonAsync($"/api/dead-letters/{letter}/drop", new { reason = "A test's" }, Cancellation);
            (await again.ProblemAsync(Cancellation)).ShouldBe((409, "urn:wardwatch:already-settled"));
            using var replayed = await administrator.PostAsync($"/api/dead-letters/{letter}/replay", null, Cancellation);
            (await replayed.ProblemAsync(Cancellation)).ShouldBe((409, "urn:wardwatch:already-settled"));
        }

        var settled = (await administrator.JsonAsync("/api/dead-letters?settled=true&limit=2", Cancellation)).GetProperty("items");
        settled.EnumerateArray().Select(item => item.Text("settled")).ShouldBe(["dropped", "dropped"]);
        var audit = (await administrator.JsonAsync("/api/audit?limit=20", Cancellation)).GetProperty("items").EnumerateArray().Select(entry => entry.Text("action")).ToList();
        audit.ShouldContain("dead-letter.open");
        audit.Count(action => action == "dead-letter.drop").ShouldBe(2);
    }

    [Fact]
    public async Task A_technician_sees_what_went_wrong_and_not_what_it_carries()
    {
        var happened = await AddEventLetterAsync(hospitals.Tenant);
        await hospitals.AddPersonAsync("letters.technician", "technician", Cancellation);
        using var technician = await hospitals.ClientAsync("letters.technician", Cancellation);
        var opened = await technician.JsonAsync($"/api/dead-letters/{happened}", Cancellation);
        opened.GetProperty("deadLetter").Text("event").ShouldBe("PatientStepped v1");
        opened.GetProperty("payload").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Another_hospitals_dead_letters_are_not_there_and_a_nurse_sees_none()
    {
        foreach (var letter in new[] { await AddDeviceLetterAsync(hospitals.Tenant), await AddEventLetterAsync(hospitals.Tenant) })
        {
            using var foreign = await hospitals.ClientAsync("foreign.admin", Cancellation);
            (await foreign.JsonAsync("/api/dead-letters", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(0);
            using var read = await foreign.GetAsync($"/api/dead-letters/{letter}", Cancellation);
            read.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            using var replayed = await foreign.PostAsync($"/api/dead-letters/{letter}/replay", null, Cancellation);
            replayed.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        using var nurse = await hospitals.ClientAsync("nurse.falk", Cancellation);
        using var refused = await nurse.GetAsync("/api/dead-letters", Cancellation);
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    private static async Task<(string Outcome, string Reason)> OutcomeAsync(HttpClient client, string letter)
    {
        using var answer = await client.PostAsync($"/api/dead-letters/{letter}/replay", null, Cancellation);
        var body = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        return (body.Text("outcome"), body.Text("reason"));
    }

    private async Task<string> AddDeviceLetterAsync(int tenant)
    {
        await using var command = hospitals.Beside.Database.CreateCommand(
            """
            insert into dead_letters (tenant_id, device_no, received_at, reason, topic, envelope, digest)
            select $1, device_no, now(), 'no-binding', 'hospital/demo/ward/ward-1/patient/p-0001', '\x01'::bytea, decode(replace(gen_random_uuid()::text, '-', ''), 'hex')
            from devices where tenant_id = $1 and revoked_at is null order by device_no desc limit 1 returning dead_letter_id
            """);
        command.Parameters.Add(new() { Value = tenant });
        return $"{await command.ExecuteScalarAsync(Cancellation)}";
    }

    // As a consumer that is gone has left it.
    private async Task<string> AddEventLetterAsync(int tenant)
    {
        await using (var transaction = await hospitals.Beside.Tenants.BeginAsync(tenant, Cancellation))
        {
            await new Outbox(hospitals.Beside.Keyring, TimeProvider.System).AddAsync(
                transaction.Connection, Stepped.Kind, new(tenant, null, TimeProvider.System.GetUtcNow()), new Stepped(1, "opened"), Cancellation);
            await transaction.CommitAsync(Cancellation);
        }

        await using var command = hospitals.Beside.Database.CreateCommand(
            $"""
            insert into event_dead_letters (consumer, partition, {EventRows.Columns}, reason, fault, attempts, dead_at)
            select 'nobody', 0, {EventRows.Columns}, 'handler-failed', 'InvalidOperationException', 6, now() from events where tenant_id = $1 and name = 'PatientStepped' order by event_no desc limit 1 returning dead_letter_id
            """);
        command.Parameters.Add(new() { Value = tenant });
        return $"{await command.ExecuteScalarAsync(Cancellation)}";
    }
}
