using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Wardwatch.Server.Cli;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Staff;
using Wardwatch.Server.Staff.Factors;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Staff;

/// <summary>The tests that share one server on which a second factor is required.</summary>
[CollectionDefinition(Name)]
public sealed class SignInServerCollection : ICollectionFixture<SignInServer>
{
    public const string Name = "sign-in server";
}

/// <summary>The real program with the policy as it is shipped; the limits are raised, since all tests come from one address. Each test makes accounts of its own.</summary>
public sealed class SignInServer : IAsyncLifetime
{
    public const string Password = "correct horse battery";

    private static int _accounts;
    private Installation? _beside;

    public ServerProcess Server { get; } = ServerProcess.Create();

    public Installation Beside => _beside!;

    public NpgsqlDataSource Database => Beside.Database;

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await Prepared.SeedAsync(Server.Data, patients: null, cancellation);
        Server.Environment["Wardwatch__Staff__SecondFactorRequired"] = null;
        Server.Environment["Wardwatch__Staff__SignInsPerMinute"] = "1000";
        Server.Environment["Wardwatch__Staff__FailuresPerAddress"] = "100000";
        Server.Environment["Wardwatch__Staff__SlowestAnswerSeconds"] = "0";
        Server.Environment["Wardwatch__Limits__AnonymousPerMinute"] = "100000";
        Server.Environment["Wardwatch__Limits__PatientPerMinute"] = "100000";
        await Server.StartAsync(cancellation);
        _beside = await DemoServer.OpenBesideAsync(Server.Data, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_beside is not null)
        {
            await _beside.DisposeAsync();
        }

        await Server.DisposeAsync();
    }

    /// <summary>A new account with <see cref="Password"/>; the name to sign in with.</summary>
    public async Task<string> AddAsync(string role, CancellationToken cancellation)
    {
        var user = $"{role}.{Interlocked.Increment(ref _accounts)}";
        await using var services = AccountServices.Build(Beside);
        await using var scope = services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<StaffAccounts>();
        (await accounts.AddAsync(await TenantAsync(cancellation), user, $"Test {user}", role, Password)).ShouldBeNull();
        return user;
    }

    /// <summary>An account that is signed in, with an authenticator set up.</summary>
    public async Task<StaffClient> EnrolledAsync(string role, CancellationToken cancellation)
    {
        var client = new StaffClient(Server, await AddAsync(role, cancellation));
        await client.LoginAsync(cancellation);
        await client.EnrolAsync(cancellation);
        return client;
    }

    public async Task<int> TenantAsync(CancellationToken cancellation) => (int)(await ScalarAsync("select tenant_id from tenants where public_id = 'demo'", cancellation))!;

    public async Task<object?> ScalarAsync(string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>How many entries of the audit an account has for an action.</summary>
    public async Task<long> AuditedAsync(string user, string action, bool done, CancellationToken cancellation) => (long)(await ScalarAsync(
        "select count(*) from audit_entries where user_name = $1 and action = $2 and done = $3", cancellation, user, action, done))!;
}

/// <summary>Somebody at a browser: keeps the cookies, shows the access token.</summary>
public sealed class StaffClient(ServerProcess server, string user) : IDisposable
{
    private readonly HttpClient _http = new(new HttpClientHandler { UseCookies = false }) { BaseAddress = server.BaseAddress };

    public string User => user;

    public string? Access { get; set; }

    public string? Refresh { get; set; }

    public string? Challenge { get; set; }

    public string? Origin { get; set; }

    public string? Agent { get; set; }

    /// <summary>The authenticator's secret.</summary>
    public byte[] Secret { get; private set; } = [];

    public IReadOnlyList<string> RecoveryCodes { get; private set; } = [];

    /// <summary>A second browser of the same person.</summary>
    public StaffClient Another() => new(server, user) { Secret = Secret, RecoveryCodes = RecoveryCodes };

    public async Task<(int Status, JsonElement Body)> SendAsync(string method, string path, object? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }

        if (Access is not null)
        {
            request.Headers.Authorization = new("Bearer", Access);
        }

        List<string> cookies = [];
        if (Refresh is not null && path.StartsWith("/api/auth", StringComparison.Ordinal))
        {
            cookies.Add($"wardwatch_refresh={Refresh}");
        }

        if (Challenge is not null && path.StartsWith("/api/auth", StringComparison.Ordinal))
        {
            cookies.Add($"wardwatch_challenge={Challenge}");
        }

        if (cookies.Count > 0)
        {
            request.Headers.Add("Cookie", string.Join("; ", cookies));
        }

        if (Origin is not null)
        {
            request.Headers.Add("Origin", Origin);
        }

        if (Agent is not null)
        {
            request.Headers.TryAddWithoutValidation("User-Agent", Agent);
        }

        using var answer = await _http.SendAsync(request, cancellation);
        Take(answer);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        using var json = JsonDocument.Parse(text.Length == 0 ? "null" : text);
        return ((int)answer.StatusCode, json.RootElement.Clone());
    }

    public Task<(int Status, JsonElement Body)> GetAsync(string path, CancellationToken cancellation) => SendAsync("GET", path, null, cancellation);

    public Task<(int Status, JsonElement Body)> PostAsync(string path, object? body, CancellationToken cancellation) => SendAsync("POST", path, body ?? new { }, cancellation);

    /// <summary>What is refused, and as what.</summary>
    public async Task ShouldBeRefusedAsync(string method, string path, object? body, int status, string type, CancellationToken cancellation)
    {
        var answer = await SendAsync(method, path, body, cancellation);
        answer.Status.ShouldBe(status, answer.Body.ToString());
        answer.Body.Text("type").ShouldBe($"urn:wardwatch:{type}");
    }

    /// <summary>Signs in and keeps the tokens.</summary>
    public async Task<JsonElement> LoginAsync(CancellationToken cancellation, string? code = null, string password = SignInServer.Password)
    {
        var (status, body) = await PostAsync("/api/auth/login", new { user, password, code }, cancellation);
        status.ShouldBe(200, body.ToString());
        Access = body.Text("access_token");
        return body;
    }

    public async Task<JsonElement> RenewAsync(CancellationToken cancellation)
    {
        var (status, body) = await PostAsync("/api/auth/refresh", null, cancellation);
        status.ShouldBe(200, body.ToString());
        Access = body.Text("access_token");
        return body;
    }

    /// <summary>Sets an authenticator up with the oldest code that is good, so that two newer ones are left.</summary>
    public async Task EnrolAsync(CancellationToken cancellation)
    {
        var (status, begun) = await PostAsync("/api/auth/second-factor", new { password = SignInServer.Password }, cancellation);
        status.ShouldBe(200, begun.ToString());
        Secret = FromBase32(begun.Text("secret"));
        var (confirmed, codes) = await ConfirmAsync();
        if (confirmed == 400)
        {
            // The machine was so slow that the step ended meanwhile, and with it the oldest code.
            (confirmed, codes) = await ConfirmAsync();
        }

        confirmed.ShouldBe(200, codes.ToString());
        RecoveryCodes = [.. codes.GetProperty("recoveryCodes").EnumerateArray().Select(code => code.GetString()!)];

        async Task<(int Status, JsonElement Body)> ConfirmAsync() => await PostAsync("/api/auth/second-factor/confirm", new { code = await CodeAsync(-1, cancellation) }, cancellation);
    }

    /// <summary>A code so many steps from now. Waits when the step is nearly over, so that the answer falls into the same one.</summary>
    public async Task<string> CodeAsync(int steps, CancellationToken cancellation)
    {
        await Poll.UntilAsync(
            () => Task.FromResult(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() % 30 < 24), Poll.Patience, "a new step of the authenticator begins", cancellation);
        return Totp.Code(Secret, Totp.StepAt(TimeProvider.System.GetUtcNow()) + steps);
    }

    public void Dispose() => _http.Dispose();

    private void Take(HttpResponseMessage answer)
    {
        if (!answer.Headers.TryGetValues("Set-Cookie", out var cookies))
        {
            return;
        }

        foreach (var cookie in cookies)
        {
            var (name, value) = cookie.Split(';')[0].Split('=', 2) is [var left, var right] ? (left, right) : ("", "");
            switch (name)
            {
                case "wardwatch_refresh":
                    Refresh = value.Length == 0 ? null : value;
                    break;
                case "wardwatch_challenge":
                    Challenge = value.Length == 0 ? null : value;
                    break;
                default:
                    break;
            }
        }
    }

    private static byte[] FromBase32(string text)
    {
        var bytes = new List<byte>();
        var (bits, held) = (0, 0);
        foreach (var letter in text)
        {
            (bits, held) = ((bits << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal), held + 5);
            if (held >= 8)
            {
                held -= 8;
                bytes.Add((byte)(bits >> held));
                bits &= (1 << held) - 1;
            }
        }

        return [.. bytes];
    }
}
