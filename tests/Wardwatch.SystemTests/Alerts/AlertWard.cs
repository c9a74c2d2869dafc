using System.Net.Http.Headers;
using System.Text.Json;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Alerts;

/// <summary>The tests of alerts share one server; each takes a patient of its own.</summary>
[CollectionDefinition(Name)]
public sealed class AlertCollection : ICollectionFixture<AlertWard>
{
    public const string Name = "alerts";
}

/// <summary>A ward of eight, which is full, and another of six, with a real server, devices of the tests' own, and nobody else who sends.</summary>
public sealed class AlertWard : IAsyncLifetime
{
    /// <summary>A cuff's pressure that is an emergency by itself, and one that is none.</summary>
    public const string Low = "\"sbp\":72", Well = "\"sbp\":124";

    // Beds 7 and 8 of ward-2 stay free, to be moved to.
    private const int Patients = 14;
    private static readonly TimeSpan Soon = Poll.Patience;
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _wards = new(StringComparer.Ordinal);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The ward.</summary>
    public DemoWard Ward { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Ward = await DemoWard.StartAsync(Patients, [], Cancellation);
        foreach (var patient in (await Ward.JsonAsync("/api/dashboard-data", Cancellation)).GetProperty("patients").EnumerateArray())
        {
            _wards.Add(patient.GetProperty("id").GetString()!, patient.GetProperty("ward").GetString()!);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Ward is not null)
        {
            await Ward.DisposeAsync();
        }
    }

    /// <summary>A patient with a monitor that no other test uses, on a ward of one's choice: whichever tests have run before.</summary>
    public BedsideDevice Take(string ward) => Ward.TakeDevice(device => device.Id.StartsWith("M-", StringComparison.Ordinal) && _wards[device.Patient] == ward, $"a monitor on {ward}");

    /// <summary>A client that is signed in as the first of the demo's accounts with a role.</summary>
    public async Task<HttpClient> ClientAsync(string role)
    {
        if (!_tokens.TryGetValue(role, out var token))
        {
            _tokens.Add(role, token = await Ward.TokenOfAsync(role, Cancellation));
        }

        var client = Ward.Server.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Sends readings of a device, one after another, each acknowledged.</summary>
    public async Task SendAsync(BedsideDevice device, params string[] readings)
    {
        await using var link = await DeviceLink.OpenAsync(Ward.Server, device, MqttVersion.V500, Cancellation);
        foreach (var reading in readings)
        {
            await link.PublishAsync(device.Seal(TimeProvider.System.GetUtcNow(), reading), 1, Cancellation);
        }
    }

    /// <summary>The alerts of a device's patient, newest first.</summary>
    public async Task<List<JsonElement>> AlertsAsync(BedsideDevice device) =>
        [.. (await Ward.JsonAsync($"/api/alerts?patient={device.Patient}", Cancellation)).GetProperty("items").EnumerateArray()];

    /// <summary>Waits until the newest alert of a type is so.</summary>
    public async Task<JsonElement> UntilAsync(BedsideDevice device, string type, Func<JsonElement, bool> isSo, string what)
    {
        JsonElement found = default;
        await Poll.UntilAsync(async () => (found = (await AlertsAsync(device)).Find(alert => alert.GetProperty("type").GetString() == type)).ValueKind == JsonValueKind.Object && isSo(found), Soon, what, Cancellation);
        return found;
    }
}
