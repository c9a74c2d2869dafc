using Shouldly;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Xunit;

namespace Wardwatch.SystemTests.Staff;

[Collection(SignInServerCollection.Name)]
public sealed class LockTests(SignInServer signIn)
{
    private const string Pin = "83147";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_locked_session_can_do_nothing_until_its_owner_is_back()
    {
        using var nurse = await LockedAsync();
        foreach (var (method, path) in new[]
        {
            ("GET", "/api/patients"), ("GET", "/api/auth/sessions"), ("POST", "/api/auth/logout-everywhere"), ("DELETE", "/api/auth/pin"), ("POST", "/hubs/ward/negotiate?negotiateVersion=1"),
            ("GET", "/sse/events"), ("POST", "/api/auth/lock"),
        })
        {
            await nurse.ShouldBeRefusedAsync(method, path, null, 401, "session-locked", Cancellation);
        }

        var cookie = nurse.Refresh;
        await nurse.ShouldBeRefusedAsync("POST", "/api/auth/refresh", null, 401, "session-locked", Cancellation);
        nurse.Refresh.ShouldBe(cookie, "the cookie is kept");
        var me = (await nurse.GetAsync("/api/auth/me", Cancellation)).Body;
        me.GetProperty("locked").GetBoolean().ShouldBeTrue();
        me.GetProperty("pin").GetBoolean().ShouldBeTrue();
        me.GetProperty("idleLockSeconds").GetInt32().ShouldBe(300);

        (await nurse.PostAsync("/api/auth/unlock", new { pin = Pin }, Cancellation)).Status.ShouldBe(204);
        (await nurse.GetAsync("/api/patients", Cancellation)).Status.ShouldBe(200);
        await nurse.RenewAsync(Cancellation);
        (await signIn.AuditedAsync(nurse.User, AuditActions.LockSession, done: true, Cancellation)).ShouldBe(1);
        (await signIn.AuditedAsync(nurse.User, AuditActions.UnlockSession, done: true, Cancellation)).ShouldBe(1);
    }

    [Fact]
    public async Task The_password_unlocks_as_well()
    {
        using var nurse = await LockedAsync();
        (await nurse.PostAsync("/api/auth/unlock", new { password = SignInServer.Password }, Cancellation)).Status.ShouldBe(204);
        (await nurse.GetAsync("/api/patients", Cancellation)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Behind_the_lock_the_cookie_is_enough_to_say_who_it_is_to_unlock_and_to_leave()
    {
        using var nurse = await LockedAsync();
        var access = nurse.Access;
        nurse.Access = null;
        (await nurse.GetAsync("/api/auth/me", Cancellation)).Body.GetProperty("user").GetString().ShouldBe(nurse.User);
        var (failed, body) = await nurse.PostAsync("/api/auth/unlock", new { pin = "9999" }, Cancellation);
        failed.ShouldBe(401);
        body.GetProperty("attemptsLeft").GetInt32().ShouldBe(4);
        (await nurse.PostAsync("/api/auth/unlock", new { pin = Pin }, Cancellation)).Status.ShouldBe(204);
        await nurse.ShouldBeRefusedAsync("GET", "/api/auth/me", null, 401, "sign-in-required", Cancellation);

        nurse.Access = access;
        (await nurse.PostAsync("/api/auth/lock", null, Cancellation)).Status.ShouldBe(204);
        nurse.Access = null;
        (await nurse.PostAsync("/api/auth/logout", null, Cancellation)).Status.ShouldBe(204);
        nurse.Access = access;
        await nurse.ShouldBeRefusedAsync("GET", "/api/auth/sessions", null, 401, "sign-in-required", Cancellation);
    }

    [Fact]
    public async Task Five_wrong_attempts_end_the_session()
    {
        using var nurse = await LockedAsync();
        for (var left = 4; left >= 1; left--)
        {
            var (status, body) = await nurse.PostAsync("/api/auth/unlock", new { pin = $"{left}0417" }, Cancellation);
            status.ShouldBe(401);
            body.GetProperty("type").GetString().ShouldBe("urn:wardwatch:unlock-failed");
            body.GetProperty("attemptsLeft").GetInt32().ShouldBe(left);
        }

        var cookie = nurse.Refresh;
        await nurse.ShouldBeRefusedAsync("POST", "/api/auth/unlock", new { pin = "90417" }, 401, "session-ended", Cancellation);
        nurse.Refresh.ShouldBeNull();
        nurse.Refresh = cookie;
        await nurse.ShouldBeRefusedAsync("POST", "/api/auth/unlock", new { pin = Pin }, 401, "session-ended", Cancellation);
        nurse.Refresh = cookie;
        await nurse.ShouldBeRefusedAsync("POST", "/api/auth/refresh", null, 401, "session-ended", Cancellation);
        await nurse.ShouldBeRefusedAsync("GET", "/api/patients", null, 401, "sign-in-required", Cancellation);
        (await signIn.AuditedAsync(nurse.User, AuditActions.UnlockSession, done: false, Cancellation)).ShouldBe(5);
    }

    [Fact]
    public async Task Many_attempts_at_the_same_time_are_no_way_round_the_five()
    {
        using var nurse = await LockedAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            using var browser = nurse.Another();
            browser.Access = nurse.Access;
            return await browser.PostAsync("/api/auth/unlock", new { pin = $"{i:00}417" }, Cancellation);
        }));
        answers.ShouldAllBe(answer => answer.Status == 401);
        (await signIn.AuditedAsync(nurse.User, AuditActions.UnlockSession, done: false, Cancellation)).ShouldBe(5);
        await nurse.ShouldBeRefusedAsync("POST", "/api/auth/unlock", new { pin = Pin }, 401, "session-ended", Cancellation);
    }

    [Theory]
    [InlineData("123")]
    [InlineData("123456789")]
    [InlineData("12a4")]
    [InlineData("0000")]
    [InlineData("1234")]
    [InlineData("2580")]
    [InlineData("1987")]
    public async Task An_easy_PIN_is_refused(string pin)
    {
        using var patient = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Patient, Cancellation));
        await patient.LoginAsync(Cancellation);
        await patient.ShouldBeRefusedAsync("PUT", "/api/auth/pin", new { password = SignInServer.Password, pin }, 400, "weak-pin", Cancellation);
    }

    [Fact]
    public async Task A_PIN_needs_the_password_and_opens_nothing_after_it_was_removed()
    {
        using var patient = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Patient, Cancellation));
        await patient.LoginAsync(Cancellation);
        await patient.ShouldBeRefusedAsync("PUT", "/api/auth/pin", new { password = "wrong", pin = Pin }, 401, "sign-in-failed", Cancellation);
        (await patient.SendAsync("PUT", "/api/auth/pin", new { password = SignInServer.Password, pin = Pin }, Cancellation)).Status.ShouldBe(204);
        (await patient.SendAsync("DELETE", "/api/auth/pin", null, Cancellation)).Status.ShouldBe(204);
        await patient.PostAsync("/api/auth/lock", null, Cancellation);
        await patient.ShouldBeRefusedAsync("POST", "/api/auth/unlock", new { pin = Pin }, 401, "unlock-failed", Cancellation);
        await patient.ShouldBeRefusedAsync("POST", "/api/auth/unlock", new { }, 400, "invalid-parameter", Cancellation);
        using var stranger = new StaffClient(signIn.Server, patient.User);
        await stranger.ShouldBeRefusedAsync("POST", "/api/auth/unlock", new { pin = Pin }, 401, "session-ended", Cancellation);
    }

    [Fact]
    public async Task A_dump_of_the_database_is_no_list_in_which_to_try_ten_thousand_PINs()
    {
        using var nurse = await LockedAsync();
        var (salt, hash, iterations) = await PinAsync(nurse.User);
        iterations.ShouldBeGreaterThanOrEqualTo(210_000);
        System.Security.Cryptography.Rfc2898DeriveBytes.Pbkdf2(Pin, salt, iterations, System.Security.Cryptography.HashAlgorithmName.SHA512, hash.Length)
            .ShouldNotBe(hash, "without the hospital's key the PIN does not give the hash");
    }

    private async Task<(byte[] Salt, byte[] Hash, int Iterations)> PinAsync(string user)
    {
        await using var command = signIn.Database.CreateCommand("select salt, hash, iterations from staff_pins join staff_accounts using (account_id) where user_name = $1");
        command.Parameters.Add(new() { Value = user });
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        (await reader.ReadAsync(Cancellation)).ShouldBeTrue();
        return (reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1), reader.GetInt32(2));
    }

    private async Task<StaffClient> LockedAsync()
    {
        var nurse = await signIn.EnrolledAsync(AccountRoles.Nurse, Cancellation);
        (await nurse.SendAsync("PUT", "/api/auth/pin", new { password = SignInServer.Password, pin = Pin }, Cancellation)).Status.ShouldBe(204);
        (await nurse.PostAsync("/api/auth/lock", null, Cancellation)).Status.ShouldBe(204);
        return nurse;
    }
}
