using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Wardwatch.Server.Cli;
using Wardwatch.Server.Events;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Patients;

/// <summary>From registration to discharge: what is refused is refused whole, and what happened stays on record.</summary>
[Collection(DemoServerCollection.Name)]
public sealed class StayTests(DemoServer demo)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stay_keeps_its_beds_its_states_with_their_notes_and_its_devices_and_tells_of_each_step()
    {
        using var admin = await demo.ClientAsync("admin", Cancellation);
        using var nurse = await demo.ClientAsync("nurse.falk", Cancellation);
        var ward = await Registered.AddWardAsync(admin, 3, Cancellation);
        var id = await Registered.AddAsync(admin, "Stay, Sarah", Cancellation);
        (await admin.JsonAsync($"/api/patients/{id}", Cancellation)).Text("status").ShouldBe("discharged");
        (await admin.ChangeAsync("POST", $"/api/patients/{id}/discharge", new { }, Cancellation)).Type.ShouldBe("not-admitted");
        (await admin.ChangeAsync("POST", $"/api/patients/{id}/admit", new { ward, bed = "9" }, Cancellation)).Type.ShouldBe("unknown-bed");
        var admitted = await admin.ChangeAsync("POST", $"/api/patients/{id}/admit", new { ward, bed = "1" }, Cancellation, "\"1\"");
        (admitted.Status, admitted.Body.GetProperty("version").GetInt32()).ShouldBe((200, 2));
        (await admin.ChangeAsync("POST", $"/api/patients/{id}/admit", new { ward, bed = "2" }, Cancellation)).Type.ShouldBe("already-admitted");

        var device = await RegisterDeviceAsync(admin);
        (await admin.ChangeAsync("PUT", $"/api/patients/{id}/device", new { device }, Cancellation)).Status.ShouldBe(200);
        (await admin.ChangeAsync("POST", $"/api/patients/{id}/transfer", new { ward = "ward-2", bed = "1" }, Cancellation)).Type.ShouldBe("bed-occupied");
        (await admin.ChangeAsync("POST", $"/api/patients/{id}/transfer", new { ward, bed = "2" }, Cancellation)).Status.ShouldBe(200);
        (await SetStatusAsync(id, "observation", "Looks pale")).ShouldBe(200);
        (await admin.ChangeAsync("POST", $"/api/patients/{id}/discharge", new { to = "home", note = "Walks by herself" }, Cancellation)).Status.ShouldBe(200);
        (await admin.ChangeAsync("POST", $"/api/patients/{id}/discharge", new { }, Cancellation)).Type.ShouldBe("not-admitted");
        (await nurse.ChangeAsync("PUT", $"/api/patients/{id}/status", new { status = "stable" }, Cancellation)).Type.ShouldBe("patient-not-found");

        var stay = (await admin.JsonAsync($"/api/patients/{id}/encounters", Cancellation)).GetProperty("items")[0];
        (stay.Text("dischargedTo"), stay.Text("dischargeNote")).ShouldBe(("home", "Walks by herself"));
        stay.GetProperty("places").EnumerateArray().Select(place => place.Text("bed")).ShouldBe(["1", "2"]);
        stay.GetProperty("places")[0].Text("until").ShouldBe(stay.GetProperty("places")[1].Text("from"));
        stay.GetProperty("statuses").EnumerateArray().Select(status => (status.Text("status"), status.Text("by"), status.GetProperty("note").GetString()))
            .ShouldBe([("admitted", "Robin Vale", null), ("observation", "system", "Looks pale"), ("discharged", "Robin Vale", null)]);
        var worn = stay.GetProperty("devices").EnumerateArray().ShouldHaveSingleItem();
        (worn.Text("device"), worn.Text("until")).ShouldBe((device, stay.Text("dischargedAt")));
        (await EventsOfAsync(id)).ShouldBe(["PatientCreated", "PatientAdmitted", "DeviceBound", "PatientTransferred", "PatientStatusUpdated", "DeviceUnbound", "PatientDischarged"]);
    }

    [Fact]
    public async Task Of_many_who_register_one_record_number_at_once_one_succeeds_and_the_others_are_told_whose_it_is()
    {
        using var admin = await demo.ClientAsync("admin", Cancellation);
        var number = Registered.NewNumber();
        var answers = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => admin.ChangeAsync(
            "POST", "/api/patients", new { recordNumber = i % 2 == 0 ? number : number.Replace('-', ' '), name = $"Race, P{i}", dateOfBirth = "1961-02-03", sex = "other" }, Cancellation)));
        var winner = answers.Single(answer => answer.Status == 201).Body.Text("id");
        answers.Count(answer => answer.Type == "record-number-taken" && answer.Body.Text("patient") == winner).ShouldBe(7);
        (await admin.FindAsync(number, Cancellation)).ShouldBe([winner]);
    }

    [Fact]
    public async Task Of_many_who_want_one_bed_at_once_one_gets_it_and_the_others_stay_where_they_are()
    {
        using var admin = await demo.ClientAsync("admin", Cancellation);
        var ward = await Registered.AddWardAsync(admin, 9, Cancellation);
        var ids = new List<string>();
        for (var i = 1; i <= 6; i++)
        {
            ids.Add(await Registered.AddAsync(admin, $"Bed, P{i}", Cancellation, i > 3 ? ward : null, i > 3 ? $"{i}" : null));
        }

        var answers = await Task.WhenAll(ids.Select((id, i) => admin.ChangeAsync("POST", $"/api/patients/{id}/{(i < 3 ? "admit" : "transfer")}", new { ward, bed = "9" }, Cancellation)));
        answers.Count(answer => answer.Status == 200).ShouldBe(1);
        answers.Count(answer => answer.Type == "bed-occupied").ShouldBe(5);
        var beds = (await admin.JsonAsync($"/api/wards/{ward}/beds", Cancellation)).GetProperty("items").EnumerateArray().ToList();
        beds.Count.ShouldBe(9);
        beds[8].GetProperty("patient").Text("id").ShouldBe(ids[Array.FindIndex(answers, answer => answer.Status == 200)]);
        (await ScalarAsync("select count(*) from encounter_places l join encounters e using (encounter_id) where l.valid_until is null and l.ward_id = $1", ward))
            .ShouldBe(beds.Count(bed => bed.GetProperty("patient").ValueKind == JsonValueKind.Object));
    }

    [Fact]
    public async Task A_change_names_the_version_that_it_changes_and_an_emergency_does_not_wait_for_one()
    {
        using var admin = await demo.ClientAsync("admin", Cancellation);
        using var nurse = await demo.ClientAsync("nurse.falk", Cancellation);
        const string id = "p-0012";
        (await nurse.ChangeAsync("PUT", $"/api/patients/{id}/status", new { status = "stable" }, Cancellation, version: null)).ShouldSatisfyAllConditions(
            answer => answer.Status.ShouldBe(428), answer => answer.Type.ShouldBe("version-required"));
        using var read = await nurse.GetAsync($"/api/patients/{id}", Cancellation);
        var version = read.Headers.ETag!.Tag;
        (await nurse.ChangeAsync("PUT", $"/api/patients/{id}/status", new { status = "observation" }, Cancellation, version)).Status.ShouldBe(200);
        (await nurse.ChangeAsync("PUT", $"/api/patients/{id}/status", new { status = "stable" }, Cancellation, version)).ShouldSatisfyAllConditions(
            answer => answer.Status.ShouldBe(412), answer => answer.Type.ShouldBe("version-changed"));
        (await nurse.ChangeAsync("POST", $"/api/patients/{id}/critical", new { note = "Arrest" }, Cancellation, version: null)).Body.Text("status").ShouldBe("critical");
        (await nurse.ChangeAsync("POST", $"/api/patients/{id}/critical", null, Cancellation, version: null)).Status.ShouldBe(200);
        (await nurse.ChangeAsync("PUT", $"/api/patients/{id}/status", new { status = "discharged" }, Cancellation)).Type.ShouldBe("invalid-parameter");
        (await nurse.ChangeAsync("PUT", $"/api/patients/{id}/status", new { status = "stable" }, Cancellation)).Status.ShouldBe(200);
        (await admin.ChangeAsync("PUT", $"/api/patients/{id}/status", new { status = "stable" }, Cancellation)).Type.ShouldBe("not-permitted");
    }

    [Fact]
    public async Task The_server_itself_makes_a_patient_critical_once_and_only_if_the_transaction_commits()
    {
        using var admin = await demo.ClientAsync("admin", Cancellation);
        var ward = await Registered.AddWardAsync(admin, 1, Cancellation);
        var id = await Registered.AddAsync(admin, "Critical, Cora", Cancellation, ward, "1");
        await using var changes = new DirectoryChanges(demo.Beside.Database, TimeProvider.System, NullLogger<DirectoryChanges>.Instance);
        using var directory = new PatientDirectory(demo.Beside.Database, demo.Beside.Tenants, demo.Beside.Keyring, changes, TimeProvider.System);
        var outbox = new Outbox(demo.Beside.Keyring, TimeProvider.System);
        var moves = new PatientMoves(demo.Beside.Tenants, demo.Beside.Keyring, directory, new ToolAudit(demo.Beside), outbox, [], TimeProvider.System);
        var patient = (await directory.FindAsync(await TenantAsync(), id, Cancellation)).ShouldNotBeNull();
        foreach (var (commits, expected) in new[] { (false, true), (true, true), (true, false) })
        {
            await using var connection = await demo.Beside.Database.OpenConnectionAsync(Cancellation);
            await using var transaction = await connection.BeginTransactionAsync(Cancellation);
            var events = new List<NewEvent>();
            (await moves.SetCriticalAsync(connection, patient, TimeProvider.System.GetUtcNow(), events, Cancellation)).ShouldBe(expected);
            await outbox.AddAsync(connection, events, Cancellation);
            await (commits ? transaction.CommitAsync(Cancellation) : transaction.RollbackAsync(Cancellation));
        }

        await Poll.UntilAsync(
            async () => (await admin.JsonAsync($"/api/wards/{ward}/beds", Cancellation)).GetProperty("items")[0].GetProperty("patient").Text("status") == "critical",
            Poll.Patience, "the server knows that the patient is critical", Cancellation);
        (await EventsOfAsync(id)).ShouldBe(["PatientCreated", "PatientAdmitted", "PatientStatusUpdated"]);
    }

    [Fact]
    public async Task Whoever_works_on_a_ward_registers_for_it_and_takes_a_patient_in_by_the_whole_record_number()
    {
        using var admin = await demo.ClientAsync("admin", Cancellation);
        using var nurse = await demo.ClientAsync("nurse.falk", Cancellation);
        var ward = await Registered.AddWardAsync(admin, 2, Cancellation);
        var number = Registered.NewNumber();
        var id = await Registered.AddAsync(admin, "Returning, Rita", Cancellation, number: number);
        (await nurse.ChangeAsync("POST", "/api/patients", new { recordNumber = number, name = "X, Y", dateOfBirth = "1961-02-03", sex = "female" }, Cancellation)).Type.ShouldBe("invalid-parameter");
        (await nurse.ChangeAsync("POST", "/api/patients", new { recordNumber = number, name = "X, Y", dateOfBirth = "1961-02-03", sex = "female", ward, bed = "1" }, Cancellation)).Type.ShouldBe("ward-not-found");
        (await nurse.FindAsync("Returning", Cancellation)).ShouldBeEmpty();
        (await nurse.FindAsync(number[..7], Cancellation)).ShouldNotContain(id);
        (await nurse.FindAsync(number, Cancellation)).ShouldBe([id]);
        (await nurse.ChangeAsync("POST", $"/api/patients/{id}/admit", new { ward, bed = "1" }, Cancellation)).Type.ShouldBe("ward-not-found");
        (await nurse.ChangeAsync("GET", $"/api/patients/{id}", null, Cancellation)).Type.ShouldBe("patient-not-found");
    }

    private async Task<int> SetStatusAsync(string id, string status, string note)
    {
        // As the system: the demo's administrator may not, and the ward is nobody's.
        await using var changes = new DirectoryChanges(demo.Beside.Database, TimeProvider.System, NullLogger<DirectoryChanges>.Instance);
        using var directory = new PatientDirectory(demo.Beside.Database, demo.Beside.Tenants, demo.Beside.Keyring, changes, TimeProvider.System);
        var outbox = new Outbox(demo.Beside.Keyring, TimeProvider.System);
        var moves = new PatientMoves(demo.Beside.Tenants, demo.Beside.Keyring, directory, new ToolAudit(demo.Beside), outbox, [], TimeProvider.System);
        return await moves.SetStatusAsync(DemoServer.By(await TenantAsync()), id, null, status, note, Cancellation) == ChangeOutcome.Done ? 200 : 0;
    }

    private static async Task<string> RegisterDeviceAsync(HttpClient admin)
    {
        var id = $"X-{Guid.NewGuid():N}";
        (await admin.ChangeAsync("POST", "/api/devices", new { id }, Cancellation)).Status.ShouldBe(201);
        return id;
    }

    private async Task<List<string>> EventsOfAsync(string id)
    {
        await using var command = demo.Beside.Database.CreateCommand("select name from events e join patients p using (patient_no) where p.patient_id = $1 order by event_no");
        command.Parameters.Add(new() { Value = id });
        var names = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        while (await reader.ReadAsync(Cancellation))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private async Task<long> ScalarAsync(string sql, object value)
    {
        await using var command = demo.Beside.Database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = value });
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private async Task<int> TenantAsync() => (await new HospitalRegistry(demo.Beside.Database, demo.Beside.Keyring).FindAsync("demo", Cancellation))!.TenantId;
}
