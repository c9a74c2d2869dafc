using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Access;

/// <summary>Who did what is on record, and nobody changes it unseen.</summary>
[Collection(TwoHospitalsCollection.Name)]
public sealed class AuditTests(TwoHospitals hospitals)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/patients/p-0001", "patient.read")]
    [InlineData("/api/patients/p-0001/vitals/latest", "vitals.read")]
    [InlineData("/api/patients/p-0001/vitals/history", "history.read")]
    [InlineData("/api/dashboard-data?ward=ward-1", "ward.view")]
    [InlineData("/api/live/recent?ward=ward-1", "ward.view")]
    [InlineData("/api/patients?ward=ward-1", "patients.list")]
    public async Task Every_look_is_on_record_before_it_is_answered(string address, string action)
    {
        using var nurse = await hospitals.ClientAsync("nurse.falk", Cancellation);
        using var answer = await nurse.GetAsync(address, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var entry = (await EntriesAsync("actor=nurse.falk&limit=1"))[0];
        entry.Text("action").ShouldBe(action);
        entry.Text("outcome").ShouldBe("done");
        entry.Text("role").ShouldBe("nurse");
        entry.GetProperty("actor").Text("name").ShouldBe("Ines Falk");
        entry.Text("requestId").ShouldBe(answer.Headers.GetValues("X-Request-Id").Single());
        entry.Text("address").ShouldBeOneOf("127.0.0.1", "::1");
        entry.GetProperty("patients").EnumerateArray().Select(patient => patient.GetString()).ShouldContain("p-0001");
    }

    [Fact]
    public async Task What_is_refused_is_on_record_as_well()
    {
        await hospitals.AddPersonAsync("refused.nurse", "nurse", Cancellation, wards: ["ward-1"]);
        using var nurse = await hospitals.ClientAsync("refused.nurse", Cancellation);
        using var answer = await nurse.GetAsync("/api/patients/p-0009", Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var entry = (await EntriesAsync("actor=refused.nurse&limit=1&outcome=refused"))[0];
        entry.Text("action").ShouldBe("patient.read");
        entry.GetProperty("patients")[0].GetString().ShouldBe("p-0009");
        entry.Text("detail").ShouldBe("not the caller's");
    }

    [Fact]
    public async Task A_refusal_by_role_is_on_record_as_well()
    {
        await hospitals.AddPersonAsync("refused.analyst", "analyst", Cancellation);
        using var analyst = await hospitals.ClientAsync("refused.analyst", Cancellation);
        using var answer = await analyst.GetAsync("/api/patients/p-0001", Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        // It is answered without waiting for its entry.
        await Poll.UntilAsync(
            async () => await EntriesAsync("actor=refused.analyst&action=access.refused") is [var entry] && entry.Text("outcome") == "refused" && entry.Text("detail").StartsWith("GET /api/patients/{id}", StringComparison.Ordinal),
            Poll.Patience, "the refusal is on record", Cancellation);
    }

    [Fact]
    public async Task The_trail_is_searched_page_by_page()
    {
        using var nurse = await hospitals.ClientAsync("nurse.falk", Cancellation);
        for (var i = 0; i < 5; i++) (await nurse.GetAsync("/api/patients/p-0002", Cancellation)).Dispose();
        using var administrator = await hospitals.ClientAsync("admin", Cancellation);
        var first = await administrator.JsonAsync("/api/audit?patient=p-0002&action=patient.read&limit=2", Cancellation);
        var second = await administrator.JsonAsync($"/api/audit?patient=p-0002&action=patient.read&limit=2&after={first.Text("next")}", Cancellation);
        var numbers = first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).Select(item => item.GetProperty("no").GetInt64()).ToList();
        numbers.Count.ShouldBe(4);
        numbers.ShouldBe(numbers.OrderDescending());
        (await administrator.JsonAsync("/api/audit?from=2020-01-01&to=2020-01-02", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await administrator.JsonAsync("/api/audit?patient=nobody", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await EntriesAsync("limit=1"))[0].Text("action").ShouldBe("audit.read");
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("after=x")]
    [InlineData("from=yesterday")]
    [InlineData("outcome=maybe")]
    public async Task What_cannot_be_searched_says_why(string query)
    {
        using var administrator = await hospitals.ClientAsync("admin", Cancellation);
        using var answer = await administrator.GetAsync($"/api/audit?{query}", Cancellation);
        (await answer.ProblemAsync(Cancellation)).ShouldBe((400, "urn:wardwatch:invalid-parameter"));
    }

    [Fact]
    public async Task A_patient_sees_who_read_their_record_and_nobody_elses()
    {
        await hospitals.AddPersonAsync("own.record", "patient", Cancellation, patient: "p-0004");
        using var nurse = await hospitals.ClientAsync("nurse.falk", Cancellation);
        (await nurse.GetAsync("/api/patients/p-0004", Cancellation)).Dispose();
        using var patient = await hospitals.ClientAsync("own.record", Cancellation);
        var looks = (await patient.JsonAsync("/api/patients/p-0004/accesses", Cancellation)).GetProperty("items").EnumerateArray().ToList();
        looks.ShouldContain(look => look.Text("name") == "Ines Falk" && look.Text("action") == "patient.read");
        using var other = await patient.GetAsync("/api/patients/p-0001/accesses", Cancellation);
        (await other.ProblemAsync(Cancellation)).ShouldBe((404, "urn:wardwatch:patient-not-found"));
        (await patient.JsonAsync("/api/patients", Cancellation)).GetProperty("items").EnumerateArray().Select(item => item.Text("id")).ShouldBe(["p-0004"]);
        using var forbidden = await nurse.GetAsync("/api/patients/p-0004/accesses", Cancellation);
        forbidden.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Many_records_one_by_one_raise_a_security_event_that_is_settled_once()
    {
        await hospitals.AddPersonAsync("curious", "service", Cancellation);
        using var curious = await hospitals.ClientAsync("curious", Cancellation);
        for (var i = 0; i < 20; i++) (await curious.GetAsync($"/api/patients/p-99{i:00}", Cancellation)).Dispose();
        using var administrator = await hospitals.ClientAsync("admin", Cancellation);
        JsonElement found = default;
        await Poll.UntilAsync(
            async () =>
            {
                found = (await administrator.JsonAsync("/api/security-events?open=true", Cancellation)).GetProperty("items").EnumerateArray()
                    .FirstOrDefault(item => item.GetProperty("actor") is { ValueKind: JsonValueKind.Object } actor && actor.Text("user") == "curious");
                return found.ValueKind == JsonValueKind.Object;
            },
            Poll.Patience, "the security event", Cancellation);
        found.Text("kind").ShouldBe("refusals");
        var address = $"/api/security-events/{found.Text("id")}/acknowledge";
        using var settled = await administrator.PostAsJsonAsync(address, new { note = "Asked; a broken import." }, Cancellation);
        settled.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var again = await administrator.PostAsJsonAsync(address, new { note = "Again." }, Cancellation);
        (await again.ProblemAsync(Cancellation)).ShouldBe((409, "urn:wardwatch:already-acknowledged"));
        using var foreign = await hospitals.ClientAsync("foreign.admin", Cancellation);
        using var notTheirs = await foreign.PostAsJsonAsync(address, new { note = "Mine?" }, Cancellation);
        (await notTheirs.ProblemAsync(Cancellation)).ShouldBe((404, "urn:wardwatch:security-event-not-found"));
    }

    [Fact]
    public async Task The_trail_stays_unbroken_under_many_looks_at_once()
    {
        using var nurse = await hospitals.ClientAsync("nurse.falk", Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i => (await nurse.GetAsync($"/api/patients/p-{1 + (i % 15):0000}", Cancellation)).Dispose()));
        using var administrator = await hospitals.ClientAsync("admin", Cancellation);
        using var answer = await administrator.PostAsync("/api/audit/verify", content: null, Cancellation);
        var verdict = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        verdict.GetProperty("whole").GetBoolean().ShouldBeTrue(verdict.ToString());
        verdict.GetProperty("rows").GetInt64().ShouldBeGreaterThan(200);
    }

    private async Task<List<JsonElement>> EntriesAsync(string query)
    {
        using var administrator = await hospitals.ClientAsync("admin", Cancellation);
        return [.. (await administrator.JsonAsync($"/api/audit?{query}", Cancellation)).GetProperty("items").EnumerateArray()];
    }
}

/// <summary>What verification says of a trail that somebody tampered with, each on a trail of its own making.</summary>
public sealed class AuditTamperingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_is_done_to_the_trail_is_found()
    {
        await using var server = ServerProcess.Create();
        await Prepared.SeedAsync(server.Data, patients: null, Cancellation);
        await server.StartAsync(Cancellation);
        await FillAsync(server);
        await server.TerminateAsync(Cancellation);

        // Stopped: the end is signed. Verifying works on a stopped server as well as beside a running one.
        (await VerifyAsync(server)).ShouldBe((0, true, null));
        await server.StartAsync(Cancellation);
        (await VerifyAsync(server)).ShouldBe((0, true, null));
        await using var owner = server.OpenDatabase();
        foreach (var (what, statement, at) in new (string, string, long)[]
        {
            ("one byte of an entry", "update audit_entries set action = 'patient.reae' where audit_no = 5", 5),
            ("one byte of a hash", "update audit_entries set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where audit_no = 6", 6),
            ("the patient of an entry", "update audit_entries set patients = patients || 2 where audit_no = 7", 7),
            ("the time of an entry", "update audit_entries set at = at + interval '1 microsecond' where audit_no = 8", 8),
            ("an entry that is removed", "delete from audit_entries where audit_no = 9", 9),
            ("an entry in the middle that is removed, and the others moved up", "delete from audit_entries where audit_no = 9; update audit_entries set audit_no = audit_no - 1 where audit_no > 9", 9),
            ("an entry that is inserted", "update audit_entries set audit_no = audit_no + 1000 where audit_no > 9; insert into audit_entries select tenant_id, 10, at, account_id, user_name, role, action, patients, done, address, request_id, content, hash from audit_entries where audit_no = 9; update audit_entries set audit_no = audit_no - 999 where audit_no > 1000", 10),
            ("two entries that change places", "update audit_entries set audit_no = case audit_no when 3 then -4 else -3 end where audit_no in (3, 4); update audit_entries set audit_no = -audit_no where audit_no < 0", 3),
            ("an end that is cut off", "delete from audit_entries where audit_no > 10", 11),
            ("an end that is cut off, and its mark with it", "delete from audit_entries where audit_no > 10; update audit_heads set audit_no = 10, hash = (select hash from audit_entries where audit_no = 10)", 11),
            ("everything removed", "delete from audit_entries; delete from audit_heads", 1),
            ("a checkpoint that says otherwise", "update audit_checkpoints set hash = decode(repeat('00', 32), 'hex')", 0),
        })
        {
            await TamperAsync(server, owner, statement, async () =>
            {
                var (code, whole, no) = await VerifyAsync(server);
                (code, whole).ShouldBe((1, false), what);
                if (at > 0)
                {
                    no.ShouldBe(at, what);
                }
            });
        }

        (await VerifyAsync(server)).ShouldBe((0, true, null));
    }

    // Each tampering is done to a copy of the tables, which is put back afterwards.
    private static async Task TamperAsync(ServerProcess server, NpgsqlDataSource owner, string statement, Func<Task> look)
    {
        _ = server;
        string[] tables = ["audit_entries", "audit_heads", "audit_checkpoints"];
        await ExecuteAsync(owner, string.Concat(tables.Select(table => $"create table copy_of_{table} as table {table};")));
        await ExecuteAsync(owner, "alter table audit_entries disable trigger append_only; alter table audit_checkpoints disable trigger append_only;" + statement);
        await look();
        await ExecuteAsync(owner, string.Concat(tables.Select(table => $"delete from {table}; insert into {table} select * from copy_of_{table}; drop table copy_of_{table};"))
            + "alter table audit_entries enable trigger append_only; alter table audit_checkpoints enable trigger append_only;");
    }

    private static async Task ExecuteAsync(NpgsqlDataSource owner, string statement)
    {
        await using var command = owner.CreateCommand(statement);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task FillAsync(ServerProcess server)
    {
        using var client = server.CreateClient();
        using var credentials = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(server.Data, "demo-credentials.json"), Cancellation));
        var password = credentials.RootElement.EnumerateArray().First(account => account.Text("user") == "admin").Text("password");
        using var answer = await client.PostAsJsonAsync("/api/auth/login", new { user = "admin", password }, Cancellation);
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).Text("access_token");
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        for (var i = 1; i <= 15; i++)
        {
            (await client.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/api/patients/p-{i:0000}"), Cancellation)).Dispose();
        }
    }

    private static async Task<(int Code, bool Whole, long? No)> VerifyAsync(ServerProcess server)
    {
        var verified = await WardAsync(server, "verify-audit", "--json");
        using var verdict = JsonDocument.Parse(verified.Output);
        var fault = verdict.RootElement.GetProperty("fault");
        return (verified.ExitCode, verdict.RootElement.GetProperty("whole").GetBoolean(), fault.ValueKind == JsonValueKind.Null ? null : fault.GetProperty("no").GetInt64());
    }

    private static Task<Tool.Result> WardAsync(ServerProcess server, params string[] arguments) => Tool.RunAsync(Programs.Server, [.. arguments, "--data", server.Data], ReadOnlyMemory<byte>.Empty, Cancellation);
}
