using Shouldly;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Staff;

[Collection(SignInServerCollection.Name)]
public sealed class SessionTests(SignInServer signIn)
{
    private const string Firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ones_sessions_are_listed_with_where_and_what_and_can_be_ended_one_by_one()
    {
        var user = await signIn.AddAsync(AccountRoles.Patient, Cancellation);
        using var here = new StaffClient(signIn.Server, user) { Agent = Firefox };
        using var there = new StaffClient(signIn.Server, user) { Agent = "curl/8.5.0" };
        await there.LoginAsync(Cancellation);
        await here.LoginAsync(Cancellation);

        var items = (await here.GetAsync("/api/auth/sessions", Cancellation)).Body.GetProperty("items").EnumerateArray().ToList();
        items.Count.ShouldBe(2);
        var own = items.Single(session => session.GetProperty("current").GetBoolean());
        own.Text("client").ShouldBe("Firefox 140 on Windows");
        own.Text("address").ShouldBeOneOf("127.0.0.1", "::1");
        own.GetProperty("locked").GetBoolean().ShouldBeFalse();
        own.GetProperty("expiresAt").GetDateTimeOffset().ShouldBeGreaterThan(own.GetProperty("createdAt").GetDateTimeOffset().AddDays(6));
        var other = items.Single(session => !session.GetProperty("current").GetBoolean());
        other.Text("client").ShouldBe("curl/8.5.0");

        (await here.SendAsync("DELETE", $"/api/auth/sessions/{other.Text("id")}", null, Cancellation)).Status.ShouldBe(204);
        await there.ShouldBeRefusedAsync("GET", "/api/auth/me", null, 401, "sign-in-required", Cancellation);
        await there.ShouldBeRefusedAsync("POST", "/api/auth/refresh", null, 401, "session-ended", Cancellation);
        (await here.GetAsync("/api/auth/me", Cancellation)).Status.ShouldBe(200);
        await here.ShouldBeRefusedAsync("DELETE", $"/api/auth/sessions/{other.Text("id")}", null, 404, "session-not-found", Cancellation);
        (await here.GetAsync("/api/auth/sessions", Cancellation)).Body.GetProperty("items").GetArrayLength().ShouldBe(1);
        (await signIn.AuditedAsync(user, AuditActions.SignOut, done: true, Cancellation)).ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_ends_somebody_elses_session()
    {
        using var anna = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Patient, Cancellation));
        using var bert = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Patient, Cancellation));
        await anna.LoginAsync(Cancellation);
        await bert.LoginAsync(Cancellation);
        var session = (await anna.GetAsync("/api/auth/sessions", Cancellation)).Body.GetProperty("items")[0].Text("id");
        foreach (var id in new[] { session, "00000000-0000-0000-0000-000000000000", "x", "%27%20or%201=1" })
        {
            await bert.ShouldBeRefusedAsync("DELETE", $"/api/auth/sessions/{id}", null, 404, "session-not-found", Cancellation);
        }

        (await anna.GetAsync("/api/auth/me", Cancellation)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Signing_out_everywhere_ends_this_session_too()
    {
        var user = await signIn.AddAsync(AccountRoles.Patient, Cancellation);
        using var here = new StaffClient(signIn.Server, user);
        using var there = new StaffClient(signIn.Server, user);
        await here.LoginAsync(Cancellation);
        await there.LoginAsync(Cancellation);
        var cookie = there.Refresh;
        (await here.PostAsync("/api/auth/logout-everywhere", null, Cancellation)).Status.ShouldBe(204);
        here.Refresh.ShouldBeNull();
        await here.ShouldBeRefusedAsync("GET", "/api/auth/me", null, 401, "sign-in-required", Cancellation);
        await there.ShouldBeRefusedAsync("GET", "/api/auth/sessions", null, 401, "sign-in-required", Cancellation);
        there.Refresh = cookie;
        await there.ShouldBeRefusedAsync("POST", "/api/auth/refresh", null, 401, "session-ended", Cancellation);
    }

    [Fact]
    public async Task A_refresh_token_that_is_used_twice_ends_its_session_on_record_and_no_other()
    {
        var user = await signIn.AddAsync(AccountRoles.Patient, Cancellation);
        using var owner = new StaffClient(signIn.Server, user);
        using var elsewhere = new StaffClient(signIn.Server, user);
        await owner.LoginAsync(Cancellation);
        await elsewhere.LoginAsync(Cancellation);
        using var thief = new StaffClient(signIn.Server, user) { Refresh = owner.Refresh };
        await owner.RenewAsync(Cancellation);
        await thief.ShouldBeRefusedAsync("POST", "/api/auth/refresh", null, 401, "session-ended", Cancellation);
        await owner.ShouldBeRefusedAsync("GET", "/api/auth/sessions", null, 401, "sign-in-required", Cancellation);
        await owner.ShouldBeRefusedAsync("POST", "/api/auth/refresh", null, 401, "session-ended", Cancellation);
        (await elsewhere.GetAsync("/api/auth/me", Cancellation)).Status.ShouldBe(200);
        (await signIn.AuditedAsync(user, AuditActions.ReuseToken, done: false, Cancellation)).ShouldBe(1);
    }

    [Fact]
    public async Task Of_two_uses_of_a_refresh_token_at_the_same_time_none_stays_signed_in()
    {
        using var owner = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Patient, Cancellation));
        await owner.LoginAsync(Cancellation);
        var cookie = owner.Refresh;
        var statuses = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            using var browser = new StaffClient(signIn.Server, owner.User) { Refresh = cookie };
            return (await browser.PostAsync("/api/auth/refresh", null, Cancellation)).Status;
        }));
        statuses.Count(status => status == 200).ShouldBe(1);
        await owner.ShouldBeRefusedAsync("GET", "/api/auth/sessions", null, 401, "sign-in-required", Cancellation);
    }

    [Fact]
    public async Task The_refresh_token_is_not_in_the_database()
    {
        using var owner = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Patient, Cancellation));
        await owner.LoginAsync(Cancellation);
        var rows = (long)(await signIn.ScalarAsync("select count(*) from staff_refresh_tokens where token_hash = sha256(convert_to($1, 'UTF8'))", Cancellation, owner.Refresh!))!;
        rows.ShouldBe(1);
        (await signIn.ScalarAsync("select count(*) from staff_refresh_tokens where token_hash = convert_to($1, 'UTF8')", Cancellation, owner.Refresh!)).ShouldBe(0L);
    }

    [Theory]
    [InlineData("https://attacker.example")]
    [InlineData("null")]
    [InlineData("http://localhost:1")]
    [InlineData("http://localhost.attacker.example")]
    public async Task A_page_of_another_address_can_do_nothing_with_the_cookie(string origin)
    {
        using var owner = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Patient, Cancellation));
        await owner.LoginAsync(Cancellation);
        var access = owner.Access;
        owner.Origin = origin;
        foreach (var (method, path) in new[] { ("POST", "/api/auth/refresh"), ("POST", "/api/auth/logout"), ("POST", "/api/auth/unlock"), ("POST", "/api/auth/lock"), ("DELETE", "/api/auth/pin") })
        {
            await owner.ShouldBeRefusedAsync(method, path, method == "POST" ? new { pin = "1" } : null, 403, "foreign-origin", Cancellation);
        }

        owner.Access = null;
        await owner.ShouldBeRefusedAsync("POST", "/api/auth/logout", null, 403, "foreign-origin", Cancellation);
        owner.Access = access;
        owner.Origin = signIn.Server.BaseAddress.GetLeftPart(UriPartial.Authority);
        await owner.RenewAsync(Cancellation);
    }
}
