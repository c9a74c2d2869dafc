using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Shouldly;
using Wardwatch.Server.Notifications.Push;
using Wardwatch.Server.Platform.Certificates;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Notifications;

/// <summary>A server that may send to this machine: a mail server with STARTTLS, a push service with TLS, a receiver of webhooks.</summary>
public sealed class ToldHospital : IAsyncLifetime
{
    private readonly X509Certificate2 _authority;
    private readonly X509Certificate2 _certificate;
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private string? _authorityFile;

    public ToldHospital()
    {
        var now = TimeProvider.System.GetUtcNow();
        _authority = CertificateAuthority.CreateAuthority(now, TimeSpan.FromDays(1));
        using var issued = CertificateAuthority.IssueForServer(_authority, ["127.0.0.1"], now, TimeSpan.FromDays(1));
        _certificate = SendingTests.Usable(issued);
        (Mail, Push) = (new MailSink(_certificate), new Receiver(_certificate));
    }

    public ServerProcess Server { get; } = ServerProcess.Create();

    public MailSink Mail { get; }

    public Receiver Push { get; }

    public Receiver Hooks { get; } = new();

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        _authorityFile = await SendingTests.PemAsync(_authority);
        foreach (var (name, value) in new[]
        {
            ("SmtpHost", "127.0.0.1"), ("SmtpPort", $"{Mail.Port}"), ("SmtpAuthorityFile", _authorityFile), ("MailFrom", "wardwatch@ward.example"), ("PublicAddress", "https://ward.example/"),
            ("AllowedNetworks", "127.0.0.0/8"), ("RetrySeconds", "0.05"), ("MaxRetrySeconds", "0.2"), ("Attempts", "3"), ("BreakSeconds", "0.5"), ("DigestSeconds", "86400"), ("AnswerSeconds", "60"), ("MailSeconds", "60"), ("LeaseSeconds", "120"),
        })
        {
            Server.Environment[$"Wardwatch__Notifications__{name}"] = value;
        }

        // What the operating system trusts, as OpenSSL is told.
        Server.Environment["SSL_CERT_FILE"] = _authorityFile;
        await Prepared.SeedAsync(Server.Data, 3, cancellation);
        await Server.StartAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Mail.DisposeAsync();
        await Push.DisposeAsync();
        await Hooks.DisposeAsync();
        _authority.Dispose();
        _certificate.Dispose();
        File.Delete(_authorityFile!);
    }

    /// <summary>A client that is signed in as a demo account.</summary>
    public async Task<HttpClient> ClientAsync(string user, CancellationToken cancellation)
    {
        var client = Server.CreateClient();
        if (!_tokens.TryGetValue(user, out var token))
        {
            using var file = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Server.Data, "demo-credentials.json"), cancellation));
            var password = file.RootElement.EnumerateArray().First(account => account.Text("user") == user).Text("password");
            using var answer = await client.PostAsJsonAsync("/api/auth/login", new { user, password }, cancellation);
            token = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellation)).Text("access_token");
            _tokens.Add(user, token);
        }

        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}

/// <summary>Staff are told by the ways they chose, and see how far it came; other systems are told too; nobody can have the server send where they should not.</summary>
public sealed class NotificationApiTests(ToldHospital hospital) : IClassFixture<ToldHospital>
{
    private static readonly TimeSpan Soon = Poll.Patience;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_test_rings_on_every_channel_says_nothing_outside_and_every_stage_is_told()
    {
        using var nurse = await hospital.ClientAsync("nurse.falk", Cancellation);
        using var browser = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var secret = RandomNumberGenerator.GetBytes(16);
        var subscription = await SubscribeAsync(nurse, "/push/falk", browser, secret);
        subscription.ShouldBe(await SubscribeAsync(nurse, "/push/falk", browser, secret), "the same browser is the same subscription");
        using var set = await nurse.PutAsJsonAsync("/api/notifications/rules", new
        {
            mail = "falk@ward.example",
            channels = new { medium = Array.Empty<string>(), low = new[] { "mail" } },
            quiet = new { from = "00:00", until = "23:59", zone = "Europe/Berlin" },
        }, Cancellation);
        var rules = await set.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        rules.GetProperty("channels").GetProperty("high").EnumerateArray().Select(channel => channel.GetString()).ShouldBe(["in-app", "push", "mail"]);
        (rules.GetProperty("browsers").GetInt32(), rules.GetProperty("mailServer").GetBoolean()).ShouldBe((1, true));

        var id = await TestAsync(nurse, "high");
        await Poll.UntilAsync(async () => (await StagesAsync(nurse, id)) is [_, "push sent", "mail sent"], Soon, "both went out, quiet or not", Cancellation);
        var mail = hospital.Mail.Mails.Single(taken => taken.To == "falk@ward.example");
        (mail.Secured, mail.Header("Subject")).ShouldBe((true, "Test notification. Open Wardwatch."));
        var pushed = hospital.Push.Requests.Single(request => request.Path == "/push/falk");
        var key = (await nurse.JsonAsync("/api/notifications/push-key", Cancellation)).Text("key");
        pushed.Headers["Authorization"].ShouldEndWith($", k={key}");
        (pushed.Headers["Content-Encoding"], pushed.Headers["Urgency"], pushed.Headers.ContainsKey("TTL")).ShouldBe(("aes128gcm", "high", true));
        var shown = JsonDocument.Parse(PushCipher.Decrypt(pushed.Body, browser, secret)!).RootElement;
        (shown.Text("id"), shown.Text("body"), shown.Text("subscription")).ShouldBe((id, "Test notification. Open Wardwatch.", subscription));

        await NoteAsync(nurse, id, "delivered", new { channel = "push", subscription });
        (await StagesAsync(nurse, id)).ShouldBe(["in-app sent", "push delivered", "mail sent"]);
        await NoteAsync(nurse, id, "delivered", null);
        await NoteAsync(nurse, id, "seen", null);
        await NoteAsync(nurse, id, "seen", null);
        (await StagesAsync(nurse, id)).ShouldBe(["in-app seen", "push delivered", "mail sent"]);

        // Seen before its digest: then it is in none.
        var low = await TestAsync(nurse, "low");
        (await StagesAsync(nurse, low)).ShouldBe(["in-app sent", "mail queued"]);
        await NoteAsync(nurse, low, "seen", null);
        (await StagesAsync(nurse, low)).ShouldBe(["in-app seen", "mail withdrawn"]);
        (await TestAndStagesAsync(nurse, "medium")).ShouldBe(["in-app sent"]);

        using var other = await hospital.ClientAsync("admin", Cancellation);
        foreach (var step in new[] { "delivered", "seen" })
        {
            using var refused = await other.PostAsync($"/api/notifications/{id}/{step}", null, Cancellation);
            (await refused.ProblemAsync(Cancellation)).ShouldBe((404, "urn:wardwatch:notification-not-found"));
        }

        using var foreign = await other.DeleteAsync($"/api/notifications/push-subscriptions/{subscription}", Cancellation);
        foreign.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var metrics = await nurse.GetStringAsync("/metrics", Cancellation);
        metrics.ShouldContain("notifications_sent_total{channel=\"push\",outcome=\"sent\"}");
        metrics.ShouldContain("notifications_sent_total{channel=\"in-app\",outcome=\"sent\"}");
        metrics.ShouldContain("wardwatch_notifications_delay_seconds_bucket");
    }

    [Fact]
    public async Task A_browser_that_is_gone_is_not_written_to_again_and_one_that_another_takes_over_is_the_others()
    {
        using var technician = await hospital.ClientAsync("admin", Cancellation);
        using var browser = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        hospital.Push.Answer = request => Task.FromResult((request.Path == "/push/gone" ? 410 : 201, (string?)null));
        await SubscribeAsync(technician, "/push/gone", browser, new byte[16]);
        var id = await TestAsync(technician, "high");
        await Poll.UntilAsync(async () => (await StagesAsync(technician, id)).Contains("push failed"), Soon, "the push service says that it is gone", Cancellation);
        await Poll.UntilAsync(
            async () => (await technician.JsonAsync("/api/notifications/push-subscriptions", Cancellation)).GetProperty("items").GetArrayLength() == 0, Soon, "it is forgotten", Cancellation);
        hospital.Push.Requests.Count(request => request.Path == "/push/gone").ShouldBe(1);

        await SubscribeAsync(technician, "/push/shared", browser, new byte[16]);
        using var nurse = await hospital.ClientAsync("nurse.falk", Cancellation);
        var taken = await SubscribeAsync(nurse, "/push/shared", browser, new byte[16]);
        (await technician.JsonAsync("/api/notifications/push-subscriptions", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(0);
        using var removed = await nurse.DeleteAsync($"/api/notifications/push-subscriptions/{taken}", Cancellation);
        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Webhooks_are_set_up_tried_out_and_looked_after()
    {
        using var administrator = await hospital.ClientAsync("admin", Cancellation);
        using var added = await administrator.PostAsJsonAsync("/api/webhooks", new { name = "Pager gateway", address = hospital.Hooks.At("/pager?key=of-theirs"), priorities = new[] { "high" } }, Cancellation);
        added.StatusCode.ShouldBe(HttpStatusCode.Created);
        var webhook = await added.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        var (id, secret) = (webhook.Text("id"), Convert.FromBase64String(webhook.Text("secret")["whsec_".Length..]));
        (await administrator.JsonAsync($"/api/webhooks/{id}", Cancellation)).TryGetProperty("secret", out _).ShouldBeFalse("it is shown once");
        await using (var database = hospital.Server.OpenDatabase())
        {
            await using var command = database.CreateCommand("select bool_or(position('of-theirs'::bytea in address) > 0 or position($1 in wrapped_secret) > 0) from webhooks");
            command.Parameters.Add(new() { Value = secret });
            ((bool)(await command.ExecuteScalarAsync(Cancellation))!).ShouldBeFalse("neither is in the database");
        }

        using (var test = await administrator.PostAsync($"/api/webhooks/{id}/test", null, Cancellation))
        {
            test.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        }

        await Poll.UntilAsync(async () => (await AttemptsAsync(administrator, id)) is ["sent"], Soon, "the test arrives", Cancellation);
        var received = hospital.Hooks.Requests.Single(request => request.Path == "/pager?key=of-theirs");
        SendingTests.IsSigned(received, secret).ShouldBeTrue();
        received.Text.ShouldContain("\"kind\":\"test\"");

        using (var stale = await administrator.PutAsJsonAsync($"/api/webhooks/{id}", new { name = "Pager", address = hospital.Hooks.At("/broken"), version = 7 }, Cancellation))
        {
            (await stale.ProblemAsync(Cancellation)).ShouldBe((409, "urn:wardwatch:changed-meanwhile"));
        }

        hospital.Hooks.Answer = request => Task.FromResult((request.Path == "/broken" ? 500 : 200, (string?)null));
        using (var changed = await administrator.PutAsJsonAsync($"/api/webhooks/{id}", new { name = "Pager", address = hospital.Hooks.At("/broken"), version = 1, newSecret = true }, Cancellation))
        {
            (await changed.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Cancellation)).Text("secret").ShouldNotBe(webhook.Text("secret"));
        }

        using (var test = await administrator.PostAsync($"/api/webhooks/{id}/test", null, Cancellation))
        {
            test.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        }

        await Poll.UntilAsync(async () => (await AttemptsAsync(administrator, id)) is ["failed", "sent"], Soon, "it is given up", Cancellation);
        var failed = (await administrator.JsonAsync("/api/failed-deliveries", Cancellation)).GetProperty("items").EnumerateArray().First(item => item.Text("channel") == "webhook");
        (failed.Text("error"), failed.GetProperty("attempts").GetInt32(), failed.Text("destination")).ShouldBe(("status-500", 3, "Pager"));
        hospital.Hooks.Answer = _ => Task.FromResult((200, (string?)null));
        using (var again = await administrator.PostAsync($"/api/failed-deliveries/{failed.Text("id")}/send-again", null, Cancellation))
        {
            again.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        }

        await Poll.UntilAsync(async () => (await AttemptsAsync(administrator, id)) is ["sent", "sent"], Soon, "it arrives after all", Cancellation);
        using (var again = await administrator.PostAsync($"/api/failed-deliveries/{failed.Text("id")}/send-again", null, Cancellation))
        {
            (await again.ProblemAsync(Cancellation)).ShouldBe((409, "urn:wardwatch:delivery-not-failed"));
        }

        using var removed = await administrator.DeleteAsync($"/api/webhooks/{id}", Cancellation);
        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var audit = (await administrator.JsonAsync("/api/audit?limit=50", Cancellation)).GetProperty("items").EnumerateArray().Select(entry => entry.Text("action")).ToList();
        foreach (var action in new[] { "webhook.add", "webhook.change", "webhook.test", "webhook.remove", "delivery.send-again" })
        {
            audit.ShouldContain(action);
        }
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/", "address-refused")]
    [InlineData("https://10.0.0.1/", "address-refused")]
    [InlineData("https://[::1]/", "address-refused")]
    [InlineData("https://[::ffff:10.0.0.1]/", "address-refused")]
    [InlineData("https://0xa9fea9fe/", "address-refused")]
    [InlineData("http://1.1.1.1/", "address-refused")]
    [InlineData("https://no-such-name.invalid/", "address-refused")]
    [InlineData("gopher://1.1.1.1/", "invalid-parameter")]
    [InlineData("https://user@1.1.1.1/", "invalid-parameter")]
    [InlineData("https://1.1.1.1/\r\nX: y", "invalid-parameter")]
    [InlineData("", "invalid-parameter")]
    public async Task The_server_cannot_be_made_to_send_where_it_should_not(string address, string type)
    {
        using var administrator = await hospital.ClientAsync("admin", Cancellation);
        using var hook = await administrator.PostAsJsonAsync("/api/webhooks", new { name = "X", address }, Cancellation);
        (await hook.ProblemAsync(Cancellation)).ShouldBe((400, $"urn:wardwatch:{type}"));
        using var browser = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var keys = new { p256dh = Base64Url.EncodeToString(P256Point.Write(browser.ExportParameters(false).Q)), auth = Base64Url.EncodeToString(new byte[16]) };
        using var push = await administrator.PostAsJsonAsync("/api/notifications/push-subscriptions", new { endpoint = address, keys }, Cancellation);
        push.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Nonsense_is_refused_and_nobody_can_flood_a_stranger()
    {
        using var physician = await hospital.ClientAsync("dr.osei", Cancellation);
        using var header = await physician.PutAsJsonAsync("/api/notifications/rules", new { mail = "a@ward.example\r\nBcc: all@example.org", channels = new { medium = Array.Empty<string>(), low = Array.Empty<string>() } }, Cancellation);
        (await header.ProblemAsync(Cancellation)).ShouldBe((400, "urn:wardwatch:invalid-parameter"));
        foreach (var address in new[] { "/api/notifications?limit=0", "/api/notifications?after=x", "/api/notifications?order=size" })
        {
            using var refused = await physician.GetAsync(address, Cancellation);
            (await refused.ProblemAsync(Cancellation)).ShouldBe((400, "urn:wardwatch:invalid-parameter"));
        }

        using (var hooks = await physician.GetAsync("/api/webhooks", Cancellation))
        {
            hooks.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }

        for (var i = 0; i < 6; i++)
        {
            await TestAsync(physician, "high");
        }

        using var flood = await physician.PostAsync("/api/notifications/test", null, Cancellation);
        (await flood.ProblemAsync(Cancellation)).ShouldBe((429, "urn:wardwatch:too-many-requests"));
        (await physician.JsonAsync("/api/notifications?order=unseen&limit=4", Cancellation)).ShouldSatisfyAllConditions(
            page => page.GetProperty("unseen").GetInt64().ShouldBe(6), page => page.GetProperty("items").GetArrayLength().ShouldBe(4), page => page.Text("next").ShouldStartWith("u"));
    }

    private async Task<string> SubscribeAsync(HttpClient client, string path, ECDiffieHellman browser, byte[] secret)
    {
        var keys = new { p256dh = Base64Url.EncodeToString(P256Point.Write(browser.ExportParameters(false).Q)), auth = Base64Url.EncodeToString(secret) };
        using var answer = await client.PostAsJsonAsync("/api/notifications/push-subscriptions", new { endpoint = hospital.Push.At(path), keys }, Cancellation);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Cancellation)).Text("id");
    }

    private static async Task<string> TestAsync(HttpClient client, string priority)
    {
        using var answer = await client.PostAsJsonAsync("/api/notifications/test", new { priority }, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).Text("id");
    }

    private static async Task<string[]> TestAndStagesAsync(HttpClient client, string priority) => await StagesAsync(client, await TestAsync(client, priority));

    private static async Task NoteAsync(HttpClient client, string id, string step, object? body)
    {
        using var content = body is null ? null : new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync($"/api/notifications/{id}/{step}", content, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    private static async Task<string[]> StagesAsync(HttpClient client, string id)
    {
        var item = (await client.JsonAsync("/api/notifications", Cancellation)).GetProperty("items").EnumerateArray().First(found => found.Text("id") == id);
        return [.. item.GetProperty("channels").EnumerateArray().Select(channel => $"{channel.Text("channel")} {channel.Text("stage")}")];
    }

    private static async Task<string[]> AttemptsAsync(HttpClient client, string webhook) =>
        [.. (await client.JsonAsync($"/api/webhooks/{webhook}/attempts", Cancellation)).GetProperty("items").EnumerateArray().Select(item => item.Text("stage"))];
}
