using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Wardwatch.Benchmarks.Bedside;

/// <summary>Somebody who is on duty.</summary>
/// <param name="Id">The account.</param>
/// <param name="Wards">Where; none: for the whole hospital, behind those of the wards.</param>
/// <param name="Client">Signed in.</param>
/// <param name="Token">For a live connection.</param>
internal sealed record DutyNurse(Guid Id, IReadOnlyList<string> Wards, HttpClient Client, string Token);

/// <summary>
/// Those who respond: nurses who share the wards among them and are asked first, and some behind them for the whole hospital. Their administrator makes accounts, duties and
/// schedules as any hospital's does, and ends the demo's, whose people have no screen here.
/// </summary>
internal sealed class DutyNurses : IDisposable
{
    /// <summary>The duty whose alerts are measured: blood glucose, which is judged at once at each value.</summary>
    public const string Role = "diabetologist";

    private const string ChargeNurse = "charge-nurse";

    private readonly List<DutyNurse> _nurses = [];

    private DutyNurses()
    {
    }

    /// <summary>Everybody.</summary>
    public IReadOnlyList<DutyNurse> All => _nurses;

    /// <summary>Who is asked first on a ward.</summary>
    public DutyNurse Of(string ward) => _nurses.First(nurse => nurse.Wards.Contains(ward));

    /// <summary>Puts them on duty.</summary>
    /// <param name="address">The server, over HTTP.</param>
    /// <param name="administrator">Who may make accounts and schedules.</param>
    /// <param name="wards">The wards.</param>
    /// <param name="first">How many share them.</param>
    /// <param name="behind">How many stand behind each tier: tier 2, and charge nurses.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BenchmarkException">The server refuses something.</exception>
    public static async Task<DutyNurses> PutOnDutyAsync(Uri address, HttpClient administrator, IReadOnlyList<string> wards, int first, int behind, CancellationToken cancellation)
    {
        var nurses = new DutyNurses();
        try
        {
            await EndDemoAsync(administrator, cancellation);
            first = Math.Min(first, wards.Count);
            for (var i = 0; i < first; i++)
            {
                string[] own = [.. wards.Where((_, index) => index % first == i)];
                var nurse = await nurses.HireAsync(address, administrator, $"bedside.{i + 1}", "nurse", own, new { role = Role, tier = 1, wards = own }, cancellation);
                foreach (var ward in own) await ScheduleAsync(administrator, $"First, {ward}", ward, Role, 1, nurse, cancellation);
            }

            for (var i = 0; i < behind; i++)
            {
                var second = await nurses.HireAsync(address, administrator, $"second.{i + 1}", "nurse", [], new { role = Role, tier = 2, wards = (string[]?)null }, cancellation);
                await ScheduleAsync(administrator, $"Second, {i + 1}", null, Role, 2, second, cancellation);
                var charge = await nurses.HireAsync(address, administrator, $"charge.{i + 1}", ChargeNurse, [], new { role = ChargeNurse, tier = 1, wards = (string[]?)null }, cancellation);
                await ScheduleAsync(administrator, $"Charge, {i + 1}", null, ChargeNurse, 1, charge, cancellation);
            }

            return nurses;
        }
        catch
        {
            nurses.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _nurses.ForEach(nurse => nurse.Client.Dispose());

    /// <summary>The ids of the hospital's wards.</summary>
    public static async Task<IReadOnlyList<string>> WardsAsync(HttpClient administrator, CancellationToken cancellation)
    {
        using var wards = await GetAsync(administrator, "/api/wards", cancellation);
        return [.. wards.RootElement.GetProperty("items").EnumerateArray().Select(ward => ward.GetProperty("id").GetString()!)];
    }

    private async Task<Guid> HireAsync(Uri address, HttpClient administrator, string user, string role, string[] wards, object duty, CancellationToken cancellation)
    {
        using var person = await SendAsync(administrator, HttpMethod.Post, "/api/people", new { user, name = $"Person {user}", role, wards }, cancellation);
        var id = person.RootElement.GetProperty("id").GetGuid();
        using var duties = await SendAsync(administrator, HttpMethod.Put, $"/api/oncall/staff/{id}", new { duties = new[] { duty }, channels = new[] { "in-app" } }, cancellation);
        var client = new HttpClient { BaseAddress = address };
        using var session = await SendAsync(client, HttpMethod.Post, "/api/auth/login", new { user, password = person.RootElement.GetProperty("password").GetString() }, cancellation);
        var token = session.RootElement.GetProperty("access_token").GetString()!;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _nurses.Add(new(id, wards, client, token));
        return id;
    }

    private static async Task ScheduleAsync(HttpClient administrator, string name, string? ward, string role, int tier, Guid member, CancellationToken cancellation)
    {
        var layer = new { rotation = "weekly", handOver = "07:00", start = "2026-01-05", members = new[] { member } };
        using var _ = await SendAsync(administrator, HttpMethod.Post, "/api/oncall/schedules", new { name, ward, role, tier, zone = "Europe/Berlin", layers = new[] { layer } }, cancellation);
    }

    private static async Task EndDemoAsync(HttpClient administrator, CancellationToken cancellation)
    {
        using var schedules = await GetAsync(administrator, "/api/oncall/schedules", cancellation);
        foreach (var schedule in schedules.RootElement.GetProperty("items").EnumerateArray().Where(one => one.GetProperty("role").GetString() is Role or ChargeNurse))
        {
            using var end = new HttpRequestMessage(HttpMethod.Delete, $"/api/oncall/schedules/{schedule.GetProperty("id").GetString()}");
            end.Headers.TryAddWithoutValidation("If-Match", string.Create(CultureInfo.InvariantCulture, $"\"{schedule.GetProperty("version").GetInt32()}\""));
            using var answer = await administrator.SendAsync(end, cancellation);
            if (!answer.IsSuccessStatusCode) throw new BenchmarkException($"The server answers {(int)answer.StatusCode} to the end of a schedule: {await answer.Content.ReadAsStringAsync(cancellation)}");
        }
    }

    private static async Task<JsonDocument> GetAsync(HttpClient client, string path, CancellationToken cancellation) =>
        JsonDocument.Parse(await client.GetByteArrayAsync(path, cancellation));

    private static async Task<JsonDocument> SendAsync(HttpClient client, HttpMethod method, string path, object body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var answer = await client.SendAsync(request, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text) : throw new BenchmarkException($"The server answers {(int)answer.StatusCode} to {path}: {text}");
    }
}
