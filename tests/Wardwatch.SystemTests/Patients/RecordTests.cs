using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Wardwatch.Server.Patients;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Patients;

/// <summary>Finding records, bringing them together, bringing many in, and what somebody sees of them who has the database alone.</summary>
[Collection(DemoServerCollection.Name)]
public sealed class RecordTests(DemoServer demo)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_patient_is_found_however_the_name_is_typed_and_by_the_new_one_when_it_is_corrected()
    {
        using var admin = await demo.ClientAsync("admin", Cancellation);
        var number = Registered.NewNumber();
        var id = await Registered.AddAsync(admin, "Müller-O'Connor, Zoë", Cancellation, number: number);
        foreach (var typed in new[] { "muller", "MÜLLER", "oconnor", "o'con", "connor zoe", "müller-o'connor, z", number, number[..8] })
        {
            (await admin.FindAsync(typed, Cancellation)).ShouldContain(id, typed);
        }

        (await admin.FindAsync("uller", Cancellation)).ShouldNotContain(id);
        (await admin.FindAsync("muller", Cancellation, "&present=true")).ShouldNotContain(id);
        var body = new { recordNumber = number, name = "Abendroth, Zoë", dateOfBirth = "1961-02-03", sex = "female", consent = new { research = true, app = false } };
        (await admin.ChangeAsync("PUT", $"/api/patients/{id}", body, Cancellation)).Body.GetProperty("consent").GetProperty("research").GetBoolean().ShouldBeTrue();
        (await admin.FindAsync("muller", Cancellation)).ShouldNotContain(id);
        (await admin.FindAsync("abendroth", Cancellation)).ShouldBe([id]);
        (await admin.ChangeAsync("PUT", $"/api/patients/{id}", body with { recordNumber = "22-33757" }, Cancellation)).ShouldSatisfyAllConditions(
            answer => answer.Type.ShouldBe("record-number-taken"), answer => answer.Body.Text("patient").ShouldBe("p-0003"));

        // One whom an earlier release registered: the next start makes the hashes.
        await ExecuteAsync("with p as (update patients set search_version = 0 where patient_id = $1 returning patient_no) delete from patient_search where patient_no in (select patient_no from p)", id);
        (await admin.FindAsync("abendroth", Cancellation)).ShouldBeEmpty();
        await new PatientIndexing(demo.Beside.Database, demo.Beside.Keyring, NullLogger<PatientIndexing>.Instance).StartAsync(Cancellation);
        (await admin.FindAsync("abendroth", Cancellation)).ShouldBe([id]);
    }

    [Fact]
    public async Task Two_records_of_one_person_become_one_that_is_found_by_both_and_erased_with_both()
    {
        using var admin = await demo.ClientAsync("admin", Cancellation);
        var ward = await Registered.AddWardAsync(admin, 2, Cancellation);
        var (numberA, numberB) = (Registered.NewNumber(), Registered.NewNumber());
        var a = await Registered.AddAsync(admin, "Twin, Tessa", Cancellation, ward, "1", numberA);
        var b = await Registered.AddAsync(admin, "Zwilling, Tessa", Cancellation, ward, "2", numberB);
        var merge = new { duplicate = b, reason = "Same passport, seen today" };
        (await admin.ChangeAsync("POST", $"/api/patients/{a}/merge", merge, Cancellation)).Type.ShouldBe("both-admitted");
        (await admin.ChangeAsync("POST", $"/api/patients/{a}/merge", merge with { duplicate = a }, Cancellation)).Type.ShouldBe("patient-not-found");
        (await admin.ChangeAsync("POST", $"/api/patients/{b}/discharge", new { note = "Went to bed 1" }, Cancellation)).Status.ShouldBe(200);
        (await admin.ChangeAsync("POST", $"/api/patients/{b}/merge", merge with { duplicate = a }, Cancellation)).Type.ShouldBe("duplicate-admitted");
        var both = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => admin.ChangeAsync("POST", $"/api/patients/{a}/merge", merge, Cancellation)));
        both.Count(answer => answer.Status == 200).ShouldBe(1);
        both.Count(answer => answer.Type == "already-merged").ShouldBe(3);

        (await admin.JsonAsync($"/api/patients/{b}", Cancellation)).Text("mergedInto").ShouldBe(a);
        foreach (var typed in new[] { "twin", "zwilling", numberA, numberB })
        {
            (await admin.FindAsync(typed, Cancellation)).ShouldBe([a], typed);
        }

        (await admin.JsonAsync($"/api/patients/{a}/encounters", Cancellation)).GetProperty("items").EnumerateArray().Select(stay => stay.GetProperty("dischargeNote").GetString())
            .ShouldBe(["Went to bed 1", null]);
        (await admin.ChangeAsync("POST", $"/api/patients/{b}/admit", new { ward, bed = "2" }, Cancellation)).Type.ShouldBe("already-merged");
        (await admin.ChangeAsync("POST", "/api/patients", new { recordNumber = numberB, name = "X, Y", dateOfBirth = "1961-02-03", sex = "other" }, Cancellation)).Body.Text("patient").ShouldBe(a);

        (await EraseAsync(admin, b, numberB)).ShouldBe(409);
        (await EraseAsync(admin, a, numberA)).ShouldBe(204);
        (await admin.FindAsync("zwilling", Cancellation)).ShouldBeEmpty();
        (await ScalarAsync("select count(*) from patients p where patient_id = any($1) and (exists (select from patient_keys k where k.patient_no = p.patient_no) or exists (select from patient_search s where s.patient_no = p.patient_no))", new[] { a, b })).ShouldBe(0);
    }

    [Fact]
    public async Task A_device_that_was_silent_for_long_is_bound_again_only_when_somebody_has_looked()
    {
        using var admin = await demo.ClientAsync("admin", Cancellation);
        var ward = await Registered.AddWardAsync(admin, 2, Cancellation);
        var id = await Registered.AddAsync(admin, "Gap, Greta", Cancellation, ward, "1");
        var other = await Registered.AddAsync(admin, "Gap, Otto", Cancellation, ward, "2");
        var device = $"X-{Guid.NewGuid():N}";
        (await admin.ChangeAsync("POST", "/api/devices", new { id = device }, Cancellation)).Status.ShouldBe(201);
        (await admin.ChangeAsync("PUT", $"/api/patients/{id}/device", new { device }, Cancellation)).Status.ShouldBe(200);
        (await admin.ChangeAsync("PUT", $"/api/patients/{id}/device", new { device }, Cancellation)).Status.ShouldBe(200);
        await ExecuteAsync("update device_bindings set valid_from = now() - interval '40 minutes' where device_no = (select device_no from devices where device_id = $1)", device);
        var asked = await admin.ChangeAsync("PUT", $"/api/patients/{id}/device", new { device }, Cancellation);
        asked.Type.ShouldBe("same-patient-question");
        asked.Body.GetProperty("gapMinutes").GetInt32().ShouldBeInRange(39, 45);
        (await admin.ChangeAsync("PUT", $"/api/patients/{id}/device", new { device, confirmSamePatient = true }, Cancellation)).Status.ShouldBe(200);

        var bound = await admin.ChangeAsync("PUT", $"/api/patients/{other}/device", new { device }, Cancellation);
        (bound.Type, bound.Body.Text("patient")).ShouldBe(("device-bound", id));
        (await admin.ChangeAsync("PUT", $"/api/patients/{other}/device", new { device, takeFrom = "p-0001" }, Cancellation)).Type.ShouldBe("device-bound");
        (await admin.ChangeAsync("PUT", $"/api/patients/{other}/device", new { device, takeFrom = id }, Cancellation)).Status.ShouldBe(200);

        // Discharge ends it, so that the next patient may wear it at once.
        (await admin.ChangeAsync("POST", $"/api/patients/{other}/discharge", new { }, Cancellation)).Status.ShouldBe(200);
        (await admin.ChangeAsync("PUT", $"/api/patients/{other}/device", new { device }, Cancellation)).Type.ShouldBe("patient-not-on-ward");
        (await admin.ChangeAsync("PUT", $"/api/patients/{id}/device", new { device }, Cancellation)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_table_is_imported_as_a_whole_or_not_at_all_and_again_changes_nothing()
    {
        using var admin = await demo.ClientAsync("admin", Cancellation);
        var ward = await Registered.AddWardAsync(admin, 2, Cancellation);
        string[] numbers = [.. Enumerable.Range(0, 4).Select(_ => Registered.NewNumber())];
        var table = $"record_number,name,date_of_birth,sex,ward,bed,status\n{numbers[0]},\"Import, Ida\",1980-01-02,female,{ward},1,stable\n{numbers[1]},\"Import, Otto\",1981-01-02,male,,,\n";
        var (status, body) = await admin.ImportAsync(table, Cancellation, dryRun: true);
        (status, body.GetProperty("registered").GetInt32()).ShouldBe((200, 2));
        (await admin.FindAsync(numbers[0], Cancellation)).ShouldBeEmpty();
        (await admin.ImportAsync(table, Cancellation)).Status.ShouldBe(200);
        var ida = (await admin.JsonAsync($"/api/patients?search={numbers[0]}", Cancellation)).GetProperty("items")[0];
        (ida.Text("name"), ida.Text("bed"), ida.Text("status")).ShouldBe(("Import, Ida", "1", "stable"));
        (await admin.JsonAsync($"/api/patients/{ida.Text("id")}/encounters", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(1);
        (await admin.FindAsync("import otto", Cancellation)).Count.ShouldBe(1);
        (await admin.ImportAsync(table, Cancellation)).Body.GetProperty("unchanged").GetInt32().ShouldBe(2);

        // One good row, and one of each fault that only the hospital's own records show.
        var faulty = "record_number;name;date_of_birth;sex;ward;bed\n" + string.Join('\n',
            $"{numbers[2]};Import, Good;1980-01-02;female;;", $"{numbers[0].Replace('-', ' ')};Import, Other;1980-01-02;female;;", $"{numbers[3]};Import, Bed;1980-01-02;female;{ward};1",
            $"{numbers[3]}1;Import, Bed;1980-01-02;female;{ward};9", $"{numbers[3]}2;Import, Twice;1980-01-02;female;;", $"{numbers[3]}2;Import, Twice;1980-01-02;female;;");
        var refused = await admin.ImportAsync(faulty, Cancellation);
        refused.Status.ShouldBe(422);
        refused.Body.GetProperty("problems").EnumerateArray().Select(problem => (problem.GetProperty("row").GetInt32(), problem.Text("field")))
            .ShouldBe([(3, "name"), (4, "bed"), (5, "bed"), (7, "record_number")]);
        (await admin.FindAsync(numbers[2], Cancellation)).ShouldBeEmpty();

        var file = Path.Combine(demo.Server.Data, "table.csv");
        await File.WriteAllTextAsync(file, $"record_number,name,date_of_birth,sex\n{numbers[2]},\"Import, Tool\",1980-01-02,female\n", Cancellation);
        var done = await demo.WardAsync(["import", "patients", file, "--json"], "", Cancellation);
        (done.ExitCode, JsonDocument.Parse(done.Output).RootElement.GetProperty("registered").GetInt32()).ShouldBe((0, 1), done.Error);
        (await admin.FindAsync("import tool", Cancellation)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_dump_of_the_database_holds_no_name_no_number_and_no_note()
    {
        using var admin = await demo.ClientAsync("admin", Cancellation);
        var ward = await Registered.AddWardAsync(admin, 1, Cancellation);
        var number = Registered.NewNumber();
        var id = await Registered.AddAsync(admin, "Dumpenstein, Philomena", Cancellation, ward, "1", number);
        var imported = Registered.NewNumber();
        (await admin.ImportAsync($"record_number,name,date_of_birth,sex\n{imported},\"Importenstein, Leopoldine\",1980-01-02,female\n", Cancellation)).Status.ShouldBe(200);
        (await admin.ChangeAsync("POST", $"/api/patients/{id}/discharge", new { to = "home", note = "Takes marzipan thrice daily" }, Cancellation)).Status.ShouldBe(200);
        var dump = await DatabaseDump.OfAsync(demo.Beside, Cancellation);
        dump.ShouldContain(id);
        DatabaseDump.ShouldHoldNone(dump, ["Dumpenstein", "DUMPENSTEIN", "Philomena", "Importenstein", "Leopoldine", "marzipan", number, PatientIdentity.Normalise(number), imported]);
    }

    private static async Task<int> EraseAsync(HttpClient admin, string id, string recordNumber)
    {
        using var content = System.Net.Http.Json.JsonContent.Create(new { recordNumber, reason = "Asked for in writing, filed under 17/4" });
        using var answer = await admin.PostAsync($"/api/patients/{id}/erase", content, Cancellation);
        return (int)answer.StatusCode;
    }

    private async Task ExecuteAsync(string sql, object value)
    {
        await using var command = demo.Beside.Database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private async Task<long> ScalarAsync(string sql, object value)
    {
        await using var command = demo.Beside.Database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = value });
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
