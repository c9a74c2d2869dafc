using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Wardwatch.SystemTests.Registry;

namespace Wardwatch.SystemTests.Patients;

/// <summary>Short forms for what tests of patients do often.</summary>
internal static class Registered
{
    private static int _last = Environment.ProcessId % 900 * 1000;

    /// <summary>A record number that nobody has.</summary>
    public static string NewNumber() => $"61-{Interlocked.Increment(ref _last):D7}";

    /// <summary>Sets up a ward with these beds and answers its id.</summary>
    public static async Task<string> AddWardAsync(HttpClient admin, int beds, CancellationToken cancellation)
    {
        var id = $"w-{Guid.NewGuid():N}"[..12];
        using var answer = await admin.PostAsJsonAsync("/api/wards", new { id, name = $"Ward {id}", beds = Enumerable.Range(1, beds).Select(bed => $"{bed}") }, cancellation);
        answer.EnsureSuccessStatusCode();
        return id;
    }

    /// <summary>Registers a patient and answers the id.</summary>
    public static async Task<string> AddAsync(HttpClient client, string name, CancellationToken cancellation, string? ward = null, string? bed = null, string? number = null)
    {
        using var answer = await client.PostAsJsonAsync(
            "/api/patients", new { recordNumber = number ?? NewNumber(), name, dateOfBirth = "1961-02-03", sex = "female", ward, bed }, cancellation);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellation)).Text("id");
    }

    /// <summary>Sends a change of whatever version there is; answers status, type of the problem and what was answered.</summary>
    public static async Task<(int Status, string? Type, JsonElement Body)> ChangeAsync(
        this HttpClient client, string method, string address, object? body, CancellationToken cancellation, string? version = "*")
    {
        using var request = new HttpRequestMessage(new(method), address) { Content = body is null ? null : JsonContent.Create(body) };
        if (version is not null)
        {
            request.Headers.IfMatch.Add(version == "*" ? EntityTagHeaderValue.Any : new EntityTagHeaderValue(version));
        }

        using var answer = await client.SendAsync(request, cancellation);
        var content = answer.StatusCode == HttpStatusCode.NoContent ? default : await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        return ((int)answer.StatusCode, answer.IsSuccessStatusCode ? null : content.Text("type").Replace("urn:wardwatch:", ""), content);
    }

    /// <summary>The ids that a search finds.</summary>
    public static async Task<List<string>> FindAsync(this HttpClient client, string search, CancellationToken cancellation, string more = "") =>
        [.. (await client.JsonAsync($"/api/patients?search={Uri.EscapeDataString(search)}{more}", cancellation)).GetProperty("items").EnumerateArray().Select(item => item.Text("id"))];

    /// <summary>Sends a table.</summary>
    public static async Task<(int Status, JsonElement Body)> ImportAsync(this HttpClient client, string table, CancellationToken cancellation, bool dryRun = false)
    {
        using var content = new StringContent(table, new System.Text.UTF8Encoding(false), "text/csv");
        using var answer = await client.PostAsync($"/api/patients/import{(dryRun ? "?dryRun=true" : "")}", content, cancellation);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation));
    }
}
