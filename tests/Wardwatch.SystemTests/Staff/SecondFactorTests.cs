using System.Text.Json;
using Shouldly;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Staff;

[Collection(SignInServerCollection.Name)]
public sealed class SecondFactorTests(SignInServer signIn)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_has_no_second_factor_yet_can_do_nothing_but_set_one_up()
    {
        using var nurse = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Nurse, Cancellation));
        (await nurse.LoginAsync(Cancellation)).GetProperty("mustEnrol").GetBoolean().ShouldBeTrue();
        foreach (var (method, path) in new[] { ("GET", "/api/patients"), ("GET", "/api/dashboard-data"), ("POST", "/hubs/ward/negotiate?negotiateVersion=1"), ("GET", "/sse/events"), ("GET", "/api/roles") })
        {
            await nurse.ShouldBeRefusedAsync(method, path, null, 403, "second-factor-enrolment-required", Cancellation);
        }

        (await nurse.GetAsync("/api/auth/me", Cancellation)).Body.GetProperty("mustEnrol").GetBoolean().ShouldBeTrue();
        (await nurse.RenewAsync(Cancellation)).GetProperty("mustEnrol").GetBoolean().ShouldBeTrue();

        await nurse.EnrolAsync(Cancellation);
        (await nurse.GetAsync("/api/patients", Cancellation)).Status.ShouldBe(200);
        var me = (await nurse.GetAsync("/api/auth/me", Cancellation)).Body;
        me.GetProperty("mustEnrol").GetBoolean().ShouldBeFalse();
        me.GetProperty("secondFactor").GetBoolean().ShouldBeTrue();
        (await nurse.RenewAsync(Cancellation)).TryGetProperty("mustEnrol", out _).ShouldBeFalse();
        (await signIn.AuditedAsync(nurse.User, AuditActions.SetUpSecondFactor, done: true, Cancellation)).ShouldBe(1);
    }

    [Theory]
    [InlineData(AccountRoles.Patient)]
    [InlineData(AccountRoles.Service)]
    public async Task Patients_and_programs_need_none(string role)
    {
        using var client = new StaffClient(signIn.Server, await signIn.AddAsync(role, Cancellation));
        (await client.LoginAsync(Cancellation)).TryGetProperty("mustEnrol", out _).ShouldBeFalse();
        (await client.GetAsync("/api/roles", Cancellation)).Status.ShouldNotBe(403);
    }

    [Fact]
    public async Task With_an_authenticator_the_password_alone_is_not_enough()
    {
        using var nurse = await signIn.EnrolledAsync(AccountRoles.Nurse, Cancellation);
        using var browser = nurse.Another();
        await browser.ShouldBeRefusedAsync("POST", "/api/auth/login", new { user = nurse.User, password = SignInServer.Password }, 403, "second-factor-required", Cancellation);
        await browser.ShouldBeRefusedAsync("POST", "/api/auth/login", new { user = nurse.User, password = SignInServer.Password, code = "" }, 403, "second-factor-required", Cancellation);
        browser.Refresh.ShouldBeNull();

        await browser.LoginAsync(Cancellation, await browser.CodeAsync(0, Cancellation));
        (await browser.GetAsync("/api/patients", Cancellation)).Status.ShouldBe(200);
        (await signIn.AuditedAsync(nurse.User, AuditActions.SignIn, done: true, Cancellation)).ShouldBe(2);
    }

    [Fact]
    public async Task A_code_is_good_once_and_an_older_one_not_after_it()
    {
        using var nurse = await signIn.EnrolledAsync(AccountRoles.Nurse, Cancellation);
        using var browser = nurse.Another();
        var code = await browser.CodeAsync(1, Cancellation);
        await browser.LoginAsync(Cancellation, code);
        using var thief = nurse.Another();
        foreach (var again in new[] { code, await browser.CodeAsync(0, Cancellation), await browser.CodeAsync(-1, Cancellation) })
        {
            await thief.ShouldBeRefusedAsync("POST", "/api/auth/login", new { user = nurse.User, password = SignInServer.Password, code = again }, 401, "sign-in-failed", Cancellation);
        }
    }

    [Fact]
    public async Task Of_many_uses_of_a_code_at_the_same_time_one_is_let_in()
    {
        using var nurse = await signIn.EnrolledAsync(AccountRoles.Nurse, Cancellation);
        var code = await nurse.CodeAsync(0, Cancellation);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            using var browser = nurse.Another();
            return (await browser.PostAsync("/api/auth/login", new { user = nurse.User, password = SignInServer.Password, code }, Cancellation)).Status;
        }));
        answers.Count(status => status == 200).ShouldBe(1);
        answers.Count(status => status == 401).ShouldBe(5);
    }

    [Fact]
    public async Task A_wrong_code_and_a_wrong_password_are_told_apart_by_nothing()
    {
        using var nurse = await signIn.EnrolledAsync(AccountRoles.Nurse, Cancellation);
        using var stranger = nurse.Another();
        var answers = new List<string>();
        foreach (var attempt in new[]
        {
            new { user = nurse.User, password = "wrong password", code = "123456" },
            new { user = nurse.User, password = "wrong password", code = (await nurse.CodeAsync(0, Cancellation)) },
            new { user = nurse.User, password = SignInServer.Password, code = "abcdef" },
            new { user = nurse.User, password = SignInServer.Password, code = "zzzzz-zzzzz" },
            new { user = "nobody", password = SignInServer.Password, code = "123456" },
        })
        {
            var (status, body) = await stranger.PostAsync("/api/auth/login", attempt, Cancellation);
            status.ShouldBe(401);
            answers.Add(JsonSerializer.Serialize(body.EnumerateObject().Where(member => member.Name != "requestId").ToDictionary(member => member.Name, member => member.Value)));
        }

        answers.Distinct(StringComparer.Ordinal).ShouldHaveSingleItem().ShouldContain("sign-in-failed");

        // A wrong password did not use the code up.
        (await signIn.AuditedAsync(nurse.User, AuditActions.SignIn, done: false, Cancellation)).ShouldBe(4);
    }

    [Fact]
    public async Task Wrong_codes_after_the_right_password_end_before_all_can_be_tried()
    {
        using var nurse = await signIn.EnrolledAsync(AccountRoles.Nurse, Cancellation);
        var statuses = new List<int>();
        for (var i = 0; i < 11; i++)
        {
            statuses.Add((await nurse.PostAsync("/api/auth/second-factor/recovery-codes", new { code = $"{i:000000}" }, Cancellation)).Status);
        }

        statuses[..10].ShouldAllBe(status => status == 400);
        statuses[10].ShouldBe(429, "a session in other hands must not be enough to try a million codes");
        using var known = nurse.Another();
        await known.LoginAsync(Cancellation, await nurse.CodeAsync(0, Cancellation));
    }

    [Fact]
    public async Task Each_recovery_code_is_good_once_in_whatever_way_it_is_typed()
    {
        using var nurse = await signIn.EnrolledAsync(AccountRoles.Nurse, Cancellation);
        nurse.RecoveryCodes.Count.ShouldBe(10);
        nurse.RecoveryCodes.Distinct(StringComparer.Ordinal).Count().ShouldBe(10);
        nurse.RecoveryCodes.ShouldAllBe(code => code.Length == 11 && code[5] == '-');
        using var browser = nurse.Another();
        await browser.LoginAsync(Cancellation, nurse.RecoveryCodes[0]);
        await browser.ShouldBeRefusedAsync(
            "POST", "/api/auth/login", new { user = nurse.User, password = SignInServer.Password, code = nurse.RecoveryCodes[0] }, 401, "sign-in-failed", Cancellation);
        await browser.LoginAsync(Cancellation, $" {nurse.RecoveryCodes[1].Replace("-", "", StringComparison.Ordinal).ToUpperInvariant()} ");

        var (status, drawn) = await nurse.PostAsync("/api/auth/second-factor/recovery-codes", new { code = await nurse.CodeAsync(0, Cancellation) }, Cancellation);
        status.ShouldBe(200, drawn.ToString());
        drawn.GetProperty("recoveryCodes").GetArrayLength().ShouldBe(10);
        await browser.ShouldBeRefusedAsync(
            "POST", "/api/auth/login", new { user = nurse.User, password = SignInServer.Password, code = nurse.RecoveryCodes[2] }, 401, "sign-in-failed", Cancellation);
    }

    [Fact]
    public async Task Setting_an_authenticator_up_needs_the_password_and_a_code_of_it()
    {
        using var nurse = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Nurse, Cancellation));
        await nurse.LoginAsync(Cancellation);
        await nurse.ShouldBeRefusedAsync("POST", "/api/auth/second-factor", new { password = "wrong" }, 401, "sign-in-failed", Cancellation);
        await nurse.ShouldBeRefusedAsync("POST", "/api/auth/second-factor", new { }, 400, "invalid-parameter", Cancellation);
        await nurse.ShouldBeRefusedAsync("POST", "/api/auth/second-factor/confirm", new { code = "123456" }, 400, "wrong-code", Cancellation);

        var (_, begun) = await nurse.PostAsync("/api/auth/second-factor", new { password = SignInServer.Password }, Cancellation);
        begun.Text("secret").Length.ShouldBe(32, "160 bits");
        begun.Text("uri").ShouldStartWith($"otpauth://totp/Wardwatch:{nurse.User}?secret={begun.Text("secret")}&issuer=Wardwatch");
        var picture = begun.Text("qr");
        picture.ShouldStartWith("data:image/png;base64,iVBORw0KGgo");

        // Drawn and not confirmed: it does not count.
        await nurse.ShouldBeRefusedAsync("POST", "/api/auth/second-factor/confirm", new { code = "12345x" }, 400, "wrong-code", Cancellation);
        using var browser = nurse.Another();
        await browser.LoginAsync(Cancellation);
        await browser.ShouldBeRefusedAsync("GET", "/api/patients", null, 403, "second-factor-enrolment-required", Cancellation);
    }

    [Fact]
    public async Task Sessions_from_before_the_second_factor_end_with_it()
    {
        using var nurse = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Nurse, Cancellation));
        await nurse.LoginAsync(Cancellation);
        using var before = nurse.Another();
        await before.LoginAsync(Cancellation);
        await nurse.EnrolAsync(Cancellation);
        await before.ShouldBeRefusedAsync("GET", "/api/patients", null, 401, "sign-in-required", Cancellation);
        await before.ShouldBeRefusedAsync("POST", "/api/auth/refresh", null, 401, "session-ended", Cancellation);
    }

    [Fact]
    public async Task The_last_factor_of_staff_cannot_be_removed_and_a_patients_can()
    {
        using var nurse = await signIn.EnrolledAsync(AccountRoles.Nurse, Cancellation);
        var code = await nurse.CodeAsync(0, Cancellation);
        await nurse.ShouldBeRefusedAsync("DELETE", "/api/auth/second-factor", new { password = "wrong", code }, 401, "sign-in-failed", Cancellation);
        await nurse.ShouldBeRefusedAsync("DELETE", "/api/auth/second-factor", new { password = SignInServer.Password, code }, 403, "second-factor-required-by-policy", Cancellation);

        using var patient = await signIn.EnrolledAsync(AccountRoles.Patient, Cancellation);
        await patient.ShouldBeRefusedAsync("DELETE", "/api/auth/second-factor", new { password = SignInServer.Password, code = "000000" }, 400, "wrong-code", Cancellation);
        (await patient.SendAsync("DELETE", "/api/auth/second-factor", new { password = SignInServer.Password, code = await patient.CodeAsync(0, Cancellation) }, Cancellation)).Status.ShouldBe(204);
        using var browser = patient.Another();
        await browser.LoginAsync(Cancellation);
        (await signIn.AuditedAsync(patient.User, AuditActions.RemoveSecondFactor, done: true, Cancellation)).ShouldBe(1);
    }

    [Fact]
    public async Task A_reset_on_the_command_line_ends_the_sessions_and_asks_for_a_new_factor()
    {
        using var nurse = await signIn.EnrolledAsync(AccountRoles.Nurse, Cancellation);
        var reset = await Harness.Tool.RunAsync(Harness.Programs.Server, ["user", "second-factor", "reset", nurse.User, "--hospital", "demo", "--data", signIn.Server.Data], default, Cancellation);
        reset.ExitCode.ShouldBe(0, reset.Error);
        await Poll.UntilAsync(
            async () => (await nurse.GetAsync("/api/auth/sessions", Cancellation)).Status == 401, Poll.Patience, "the server knows that the session has ended", Cancellation);
        using var browser = nurse.Another();
        (await browser.LoginAsync(Cancellation)).GetProperty("mustEnrol").GetBoolean().ShouldBeTrue();
        (await signIn.ScalarAsync("select count(*) from audit_entries where user_name = 'command line' and action = $1", Cancellation, AuditActions.ResetSecondFactor)).ShouldBe(1L);
    }

    [Fact]
    public async Task A_dump_of_the_database_shows_neither_secret_nor_recovery_codes()
    {
        using var nurse = await signIn.EnrolledAsync(AccountRoles.Nurse, Cancellation);
        var stored = (byte[])(await signIn.ScalarAsync(
            "select t.wrapped_secret from staff_authenticators t join staff_accounts using (account_id) where user_name = $1", Cancellation, nurse.User))!;
        stored.AsSpan().IndexOf(nurse.Secret).ShouldBe(-1);
        stored.Length.ShouldBeGreaterThan(nurse.Secret.Length);
        var codes = (long)(await signIn.ScalarAsync(
            "select count(*) from staff_recovery_codes join staff_accounts using (account_id) where user_name = $1 and length(code_hash) = 32", Cancellation, nurse.User))!;
        codes.ShouldBe(10);
        foreach (var code in nurse.RecoveryCodes)
        {
            (await signIn.ScalarAsync("select count(*) from staff_recovery_codes where code_hash = sha256(convert_to($1, 'UTF8'))", Cancellation, code)).ShouldBe(0L, "a hash without a key could be tried through");
        }
    }
}
