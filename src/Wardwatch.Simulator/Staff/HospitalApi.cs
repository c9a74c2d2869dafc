using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Wardwatch.Simulator.Staff;

/// <summary>An account of the demo hospital, as <c>demo-credentials.json</c> has it.</summary>
internal sealed record DemoAccount(string User, string Password, string Role, string Name);

/// <summary>The server's public interface, as a page uses it: everybody signs in as themselves, and is asked for nothing that they may not do.</summary>
internal sealed class HospitalApi : IDisposable
{
    private readonly HttpClient _http;
    private readonly ConcurrentDictionary<string, string> _tokens = new(StringComparer.Ordinal);

    /// <exception cref="SimulatorException">The accounts cannot be read.</exception>
    public HospitalApi(Uri server, string dataFolder)
    {
        _http = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromSeconds(20) };
        var path = Path.Combine(dataFolder, "demo-credentials.json");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            Accounts = [.. json.RootElement.EnumerateArray().Select(one => new DemoAccount(Text(one, "user"), Text(one, "password"), Text(one, "role"), Text(one, "name")))];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new SimulatorException(ExitCode.Credentials, $"{path} cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>Everybody of the demo.</summary>
    public IReadOnlyList<DemoAccount> Accounts { get; }

    /// <summary>The account with a name, or null.</summary>
    public DemoAccount? Named(string name) => Accounts.FirstOrDefault(account => account.Name == name);

    /// <summary>Whether the server is a demo, where all patients are invented.</summary>
    public async Task<bool> IsDemoAsync(CancellationToken cancellation) =>
        (await _http.GetFromJsonAsync<JsonElement>("/api/demo", cancellation)).GetProperty("demo").GetBoolean();

    /// <summary>Reads a document as somebody.</summary>
    /// <exception cref="HttpRequestException">It was refused, or the server is away.</exception>
    public async Task<JsonElement> GetAsync(DemoAccount account, string path, CancellationToken cancellation)
    {
        using var answer = await SendAsync(account, () => new HttpRequestMessage(HttpMethod.Get, path), HttpCompletionOption.ResponseContentRead, cancellation);
        return await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellation);
    }

    /// <summary>Does something as somebody; answers whether it was taken. It is not if somebody else was quicker.</summary>
    public async Task<bool> PostAsync<T>(DemoAccount account, string path, T body, CancellationToken cancellation)
    {
        using var answer = await SendAsync(account, () => new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) }, HttpCompletionOption.ResponseContentRead, cancellation);
        return answer.IsSuccessStatusCode;
    }

    /// <summary>What happens to alerts and incidents within somebody's reach, as it happens, until the server ends it.</summary>
    /// <param name="account">Who looks.</param>
    /// <param name="listening">Called when nothing is missed from then on.</param>
    /// <param name="take">Called with the name of each event and its document.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task FollowAsync(DemoAccount account, Func<Task> listening, Action<string, string> take, CancellationToken cancellation)
    {
        using var answer = await SendAsync(account, static () => new HttpRequestMessage(HttpMethod.Get, "/sse/events?only=alerts"), HttpCompletionOption.ResponseHeadersRead, cancellation);
        using var lines = new StreamReader(await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancellation));
        await listening();
        var name = "";
        while (await lines.ReadLineAsync(cancellation) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line["event: ".Length..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) take(name, line["data: ".Length..]);
        }
    }

    public void Dispose() => _http.Dispose();

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString() ?? "";

    // A token that has run out, or ended with its session, is asked for once more.
    private async Task<HttpResponseMessage> SendAsync(DemoAccount account, Func<HttpRequestMessage> make, HttpCompletionOption completion, CancellationToken cancellation)
    {
        var answer = await TryAsync();
        if (answer.StatusCode != HttpStatusCode.Unauthorized) return answer;
        answer.Dispose();
        _tokens.TryRemove(account.User, out _);
        return await TryAsync();

        async Task<HttpResponseMessage> TryAsync()
        {
            using var request = make();
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(account, cancellation));
            return await _http.SendAsync(request, completion, cancellation);
        }
    }

    private async Task<string> TokenAsync(DemoAccount account, CancellationToken cancellation)
    {
        if (_tokens.TryGetValue(account.User, out var known)) return known;
        using var answer = await _http.PostAsJsonAsync("/api/auth/login", new { user = account.User, password = account.Password }, cancellation);
        var token = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("access_token").GetString()!;
        return _tokens[account.User] = token;
    }
}
