using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Shouldly;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Staff;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Staff;

[Collection(SignInServerCollection.Name)]
public sealed class PasswordTests(SignInServer signIn)
{
    private const string New = "tangerine marmalade seven";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_password_ends_all_other_sessions_and_is_on_record()
    {
        var user = await signIn.AddAsync(AccountRoles.Patient, Cancellation);
        using var here = new StaffClient(signIn.Server, user);
        using var there = new StaffClient(signIn.Server, user);
        await here.LoginAsync(Cancellation);
        await there.LoginAsync(Cancellation);
        (await here.SendAsync("PUT", "/api/auth/password", new { current = SignInServer.Password, @new = New }, Cancellation)).Status.ShouldBe(204);
        (await here.GetAsync("/api/auth/me", Cancellation)).Status.ShouldBe(200);
        await there.ShouldBeRefusedAsync("GET", "/api/auth/me", null, 401, "sign-in-required", Cancellation);
        await there.ShouldBeRefusedAsync("POST", "/api/auth/login", new { user, password = SignInServer.Password }, 401, "sign-in-failed", Cancellation);
        await there.LoginAsync(Cancellation, password: New);
        (await signIn.AuditedAsync(user, AuditActions.ChangePassword, done: true, Cancellation)).ShouldBe(1);
    }

    [Fact]
    public async Task A_new_password_needs_the_current_one_and_must_not_be_weak()
    {
        using var patient = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Patient, Cancellation));
        await patient.LoginAsync(Cancellation);
        await patient.ShouldBeRefusedAsync("PUT", "/api/auth/password", new { current = "wrong", @new = New }, 401, "sign-in-failed", Cancellation);
        await patient.ShouldBeRefusedAsync("PUT", "/api/auth/password", new { @new = New }, 400, "invalid-parameter", Cancellation);
        foreach (var weak in new[] { "short", "password1234", "Hospital2026!", $"{patient.User}-2026", SignInServer.Password })
        {
            var (status, body) = await patient.SendAsync("PUT", "/api/auth/password", new { current = SignInServer.Password, @new = weak }, Cancellation);
            (status, body.GetProperty("type").GetString()).ShouldBe((400, "urn:wardwatch:weak-password"), weak);
            body.GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
        }
    }

    [Fact]
    public async Task A_password_that_was_hashed_with_fewer_rounds_is_hashed_again_at_the_next_sign_in()
    {
        using var patient = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Patient, Cancellation));
        var old = new PasswordHasher<StaffAccount>(Options.Create(new PasswordHasherOptions { IterationCount = 100_000 })).HashPassword(new() { Name = "", Role = "" }, SignInServer.Password);
        await signIn.ScalarAsync("update staff_accounts set password_hash = $1 where user_name = $2", Cancellation, old, patient.User);
        await patient.LoginAsync(Cancellation);
        var hash = Convert.FromBase64String((string)(await signIn.ScalarAsync("select password_hash from staff_accounts where user_name = $1", Cancellation, patient.User))!);
        System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(5)).ShouldBe(210_000);
        await patient.LoginAsync(Cancellation);
    }

    [Fact]
    public async Task Every_sign_in_done_and_refused_is_on_record_and_counted()
    {
        using var patient = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Patient, Cancellation));
        await patient.ShouldBeRefusedAsync("POST", "/api/auth/login", new { user = patient.User, password = "wrong" }, 401, "sign-in-failed", Cancellation);
        await patient.LoginAsync(Cancellation);
        (await patient.PostAsync("/api/auth/logout", null, Cancellation)).Status.ShouldBe(204);
        (await signIn.AuditedAsync(patient.User, AuditActions.SignIn, done: false, Cancellation)).ShouldBe(1);
        (await signIn.AuditedAsync(patient.User, AuditActions.SignIn, done: true, Cancellation)).ShouldBe(1);
        (await signIn.AuditedAsync(patient.User, AuditActions.SignOut, done: true, Cancellation)).ShouldBe(1);
        (await signIn.ScalarAsync("select last_sign_in_at > now() - interval '1 minute' from staff_accounts where user_name = $1", Cancellation, patient.User)).ShouldBe(true);
        using var http = signIn.Server.CreateClient();
        var metrics = await http.GetStringAsync("/metrics", Cancellation);
        metrics.ShouldContain("wardwatch_staff_sign_ins_total{outcome=\"done\"}");
        metrics.ShouldContain("wardwatch_staff_sign_ins_total{outcome=\"failed\"}");
    }

    [Fact]
    public async Task A_disabled_account_cannot_sign_in_and_is_told_nothing()
    {
        using var patient = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Patient, Cancellation));
        await patient.LoginAsync(Cancellation);
        await signIn.ScalarAsync("with gone as (update staff_accounts set disabled_at = now() where user_name = $1) select pg_notify('wardwatch_directory', 'accounts')", Cancellation, patient.User);
        await Poll.UntilAsync(
            async () => (await patient.GetAsync("/api/auth/sessions", Cancellation)).Status == 401, Poll.Patience, "the server knows that the account is disabled", Cancellation);
        await patient.ShouldBeRefusedAsync("POST", "/api/auth/refresh", null, 401, "session-ended", Cancellation);
        await patient.ShouldBeRefusedAsync("POST", "/api/auth/login", new { user = patient.User, password = SignInServer.Password }, 401, "sign-in-failed", Cancellation);
    }
}
