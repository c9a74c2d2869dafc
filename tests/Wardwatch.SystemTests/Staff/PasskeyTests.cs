using System.Text.Json;
using Shouldly;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Staff;

[Collection(SignInServerCollection.Name)]
public sealed class PasskeyTests(SignInServer signIn)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Origin => signIn.Server.BaseAddress.GetLeftPart(UriPartial.Authority);

    [Fact]
    public async Task A_passkey_is_both_factors_and_signs_in_without_a_user_name()
    {
        using var device = new SoftwareAuthenticator { Origin = Origin, Counter = 1 };
        using var nurse = await RegisteredAsync(device);
        (await nurse.GetAsync("/api/patients", Cancellation)).Status.ShouldBe(200, "a passkey is a second factor, too");

        using var browser = nurse.Another();
        var (status, body) = await SignInAsync(browser, device);
        status.ShouldBe(200, body.ToString());
        body.TryGetProperty("mustEnrol", out _).ShouldBeFalse();
        browser.Access = body.Text("access_token");
        (await browser.GetAsync("/api/auth/me", Cancellation)).Body.GetProperty("passkeys").GetInt32().ShouldBe(1);
        (await browser.GetAsync("/api/patients", Cancellation)).Status.ShouldBe(200);
        await browser.RenewAsync(Cancellation);

        var listed = (await nurse.GetAsync("/api/auth/passkeys", Cancellation)).Body.GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
        listed.Text("name").ShouldBe("Laptop");
        listed.GetProperty("lastUsedAt").GetDateTimeOffset().ShouldBeGreaterThan(listed.GetProperty("createdAt").GetDateTimeOffset());
        (await signIn.AuditedAsync(nurse.User, AuditActions.AddPasskey, done: true, Cancellation)).ShouldBe(1);

        // The password alone does no longer do.
        using var other = nurse.Another();
        await other.ShouldBeRefusedAsync("POST", "/api/auth/login", new { user = nurse.User, password = SignInServer.Password }, 403, "second-factor-required", Cancellation);
    }

    [Fact]
    public async Task What_is_asked_for_names_no_account_and_demands_that_the_owner_is_verified()
    {
        using var browser = new StaffClient(signIn.Server, "nobody");
        var (status, options) = await browser.PostAsync("/api/auth/passkey/options", null, Cancellation);
        status.ShouldBe(200);
        options.Text("userVerification").ShouldBe("required");
        options.Text("rpId").ShouldBe("localhost");
        (options.TryGetProperty("allowCredentials", out var allowed) ? allowed.GetArrayLength() : 0).ShouldBe(0);
        options.Text("challenge").Length.ShouldBeGreaterThanOrEqualTo(22);
        browser.Challenge.ShouldNotBeNull().ShouldNotContain(options.Text("challenge"));
    }

    [Fact]
    public async Task An_answer_is_good_once()
    {
        using var device = new SoftwareAuthenticator { Origin = Origin };
        using var nurse = await RegisteredAsync(device);
        using var browser = nurse.Another();
        var (_, options) = await browser.PostAsync("/api/auth/passkey/options", null, Cancellation);
        var challenge = browser.Challenge;
        var credential = device.Get(options);
        (await browser.PostAsync("/api/auth/passkey/login", new { credential }, Cancellation)).Status.ShouldBe(200);
        browser.Challenge.ShouldBeNull();

        using var thief = nurse.Another();
        thief.Challenge = challenge;
        await thief.ShouldBeRefusedAsync("POST", "/api/auth/passkey/login", new { credential }, 401, "sign-in-failed", Cancellation);
        thief.Challenge = null;
        await thief.ShouldBeRefusedAsync("POST", "/api/auth/passkey/login", new { credential }, 401, "sign-in-failed", Cancellation);
    }

    [Fact]
    public async Task An_answer_to_another_challenge_is_refused()
    {
        using var device = new SoftwareAuthenticator { Origin = Origin };
        using var nurse = await RegisteredAsync(device);
        using var browser = nurse.Another();
        var (_, options) = await browser.PostAsync("/api/auth/passkey/options", null, Cancellation);
        var credential = device.Get(options);
        await browser.PostAsync("/api/auth/passkey/options", null, Cancellation);
        await browser.ShouldBeRefusedAsync("POST", "/api/auth/passkey/login", new { credential }, 401, "sign-in-failed", Cancellation);
    }

    [Theory]
    [InlineData("https://attacker.example")]
    [InlineData("http://attacker.example")]
    [InlineData("http://localhost")]
    [InlineData("http://localhost.attacker.example")]
    public async Task An_answer_that_another_page_obtained_is_refused(string origin)
    {
        using var device = new SoftwareAuthenticator { Origin = Origin };
        using var nurse = await RegisteredAsync(device);
        using var phished = device.At(origin);
        await RefuseAsync(nurse, phished);
    }

    [Fact]
    public async Task An_answer_without_a_verified_owner_is_refused()
    {
        using var device = new SoftwareAuthenticator { Origin = Origin };
        using var nurse = await RegisteredAsync(device);
        device.Verifies = false;
        await RefuseAsync(nurse, device);
    }

    [Fact]
    public async Task An_answer_for_another_domain_is_refused()
    {
        using var device = new SoftwareAuthenticator { Origin = Origin };
        using var nurse = await RegisteredAsync(device);
        device.Domain = "attacker.example";
        await RefuseAsync(nurse, device);
    }

    [Fact]
    public async Task A_copy_that_counts_behind_the_original_is_refused()
    {
        using var device = new SoftwareAuthenticator { Origin = Origin, Counter = 1 };
        using var nurse = await RegisteredAsync(device);
        using var copy = device.Copy();
        for (var i = 0; i < 3; i++)
        {
            using var browser = nurse.Another();
            (await SignInAsync(browser, device)).Status.ShouldBe(200);
        }

        await RefuseAsync(nurse, copy);
    }

    [Fact]
    public async Task Somebody_elses_key_under_a_known_id_is_refused()
    {
        using var device = new SoftwareAuthenticator { Origin = Origin };
        using var nurse = await RegisteredAsync(device);
        using var forged = new SoftwareAuthenticator { Origin = Origin };
        device.CredentialId.CopyTo(forged.CredentialId, 0);
        await RefuseAsync(nurse, forged);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{\"id\":\"AA\",\"rawId\":\"AA\",\"type\":\"public-key\",\"response\":{}}")]
    [InlineData("{\"id\":1}")]
    public async Task What_is_no_credential_is_refused_and_hurts_nothing(string credential)
    {
        using var browser = new StaffClient(signIn.Server, "nobody");
        await browser.PostAsync("/api/auth/passkey/options", null, Cancellation);
        using var document = JsonDocument.Parse(credential);
        var (status, body) = await browser.PostAsync("/api/auth/passkey/login", new { credential = document.RootElement }, Cancellation);
        status.ShouldBeOneOf([400, 401], body.ToString());
    }

    [Fact]
    public async Task Registering_needs_the_password_and_an_answer_in_order()
    {
        using var device = new SoftwareAuthenticator { Origin = Origin };
        using var nurse = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Nurse, Cancellation));
        await nurse.LoginAsync(Cancellation);
        await nurse.ShouldBeRefusedAsync("POST", "/api/auth/passkeys/options", new { password = "wrong" }, 401, "sign-in-failed", Cancellation);

        device.Verifies = false;
        await RefuseNewAsync(nurse, device);
        device.Verifies = true;
        device.Domain = "attacker.example";
        await RefuseNewAsync(nurse, device);
        device.Domain = null;
        device.Challenge = "AAAAAAAAAAAAAAAAAAAAAA";
        await RefuseNewAsync(nurse, device);
        device.Challenge = null;
        using (var elsewhere = device.At("https://attacker.example"))
        {
            await RefuseNewAsync(nurse, elsewhere);
        }

        (await nurse.GetAsync("/api/auth/passkeys", Cancellation)).Body.GetProperty("items").GetArrayLength().ShouldBe(0);
        await nurse.ShouldBeRefusedAsync("GET", "/api/patients", null, 403, "second-factor-enrolment-required", Cancellation);
        (await RegisterAsync(nurse, device)).Status.ShouldBe(201);

        // The same one again, and by somebody else.
        await RefuseNewAsync(nurse, device);
        using var other = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Nurse, Cancellation));
        await other.LoginAsync(Cancellation);
        await RefuseNewAsync(other, device);
    }

    [Fact]
    public async Task A_challenge_of_ones_own_registers_nothing_for_another_session()
    {
        using var device = new SoftwareAuthenticator { Origin = Origin };
        using var nurse = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Nurse, Cancellation));
        using var attacker = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Nurse, Cancellation));
        await nurse.LoginAsync(Cancellation);
        await attacker.LoginAsync(Cancellation);
        var (_, options) = await attacker.PostAsync("/api/auth/passkeys/options", new { password = SignInServer.Password }, Cancellation);
        nurse.Challenge = attacker.Challenge;
        await nurse.ShouldBeRefusedAsync("POST", "/api/auth/passkeys", new { name = "Planted", credential = device.Create(options) }, 400, "passkey-refused", Cancellation);
    }

    [Fact]
    public async Task A_passkey_unlocks_its_owners_session_and_nobody_elses()
    {
        using var device = new SoftwareAuthenticator { Origin = Origin };
        using var nurse = await RegisteredAsync(device);
        using var foreign = new SoftwareAuthenticator { Origin = Origin };
        using var colleague = await RegisteredAsync(foreign);
        await nurse.PostAsync("/api/auth/lock", null, Cancellation);

        var (_, wrong) = await nurse.PostAsync("/api/auth/passkey/options", null, Cancellation);
        await nurse.ShouldBeRefusedAsync("POST", "/api/auth/unlock", new { credential = foreign.Get(wrong) }, 401, "unlock-failed", Cancellation);
        var (_, options) = await nurse.PostAsync("/api/auth/passkey/options", null, Cancellation);
        (await nurse.PostAsync("/api/auth/unlock", new { credential = device.Get(options) }, Cancellation)).Status.ShouldBe(204);
        (await nurse.GetAsync("/api/patients", Cancellation)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_last_factor_stays_and_a_removed_passkey_signs_nobody_in()
    {
        using var device = new SoftwareAuthenticator { Origin = Origin };
        using var spare = new SoftwareAuthenticator { Origin = Origin };
        using var nurse = await RegisteredAsync(device);
        var first = (await nurse.GetAsync("/api/auth/passkeys", Cancellation)).Body.GetProperty("items")[0].Text("id");
        await nurse.ShouldBeRefusedAsync("DELETE", $"/api/auth/passkeys/{first}", null, 403, "second-factor-required-by-policy", Cancellation);
        (await RegisterAsync(nurse, spare)).Status.ShouldBe(201);
        (await nurse.SendAsync("DELETE", $"/api/auth/passkeys/{first}", null, Cancellation)).Status.ShouldBe(204);
        await nurse.ShouldBeRefusedAsync("DELETE", $"/api/auth/passkeys/{first}", null, 404, "passkey-not-found", Cancellation);
        await RefuseAsync(nurse, device);
        using var colleague = await RegisteredAsync(device);
        var theirs = (await colleague.GetAsync("/api/auth/passkeys", Cancellation)).Body.GetProperty("items")[0].Text("id");
        await nurse.ShouldBeRefusedAsync("DELETE", $"/api/auth/passkeys/{theirs}", null, 404, "passkey-not-found", Cancellation);
    }

    private async Task<StaffClient> RegisteredAsync(SoftwareAuthenticator device)
    {
        var nurse = new StaffClient(signIn.Server, await signIn.AddAsync(AccountRoles.Nurse, Cancellation));
        await nurse.LoginAsync(Cancellation);
        var (status, body) = await RegisterAsync(nurse, device);
        status.ShouldBe(201, body.ToString());
        return nurse;
    }

    private static async Task<(int Status, JsonElement Body)> RegisterAsync(StaffClient nurse, SoftwareAuthenticator device)
    {
        var (status, options) = await nurse.PostAsync("/api/auth/passkeys/options", new { password = SignInServer.Password }, Cancellation);
        status.ShouldBe(200, options.ToString());
        return await nurse.PostAsync("/api/auth/passkeys", new { name = "Laptop", credential = device.Create(options) }, Cancellation);
    }

    private static async Task RefuseNewAsync(StaffClient nurse, SoftwareAuthenticator device)
    {
        var (status, body) = await RegisterAsync(nurse, device);
        status.ShouldBe(400, body.ToString());
        body.Text("type").ShouldBe("urn:wardwatch:passkey-refused");
    }

    private static async Task<(int Status, JsonElement Body)> SignInAsync(StaffClient browser, SoftwareAuthenticator device)
    {
        var (_, options) = await browser.PostAsync("/api/auth/passkey/options", null, Cancellation);
        return await browser.PostAsync("/api/auth/passkey/login", new { credential = device.Get(options) }, Cancellation);
    }

    private static async Task RefuseAsync(StaffClient nurse, SoftwareAuthenticator device)
    {
        using var browser = nurse.Another();
        var (status, body) = await SignInAsync(browser, device);
        status.ShouldBe(401, body.ToString());
        body.Text("type").ShouldBe("urn:wardwatch:sign-in-failed");
        browser.Refresh.ShouldBeNull();
    }
}
