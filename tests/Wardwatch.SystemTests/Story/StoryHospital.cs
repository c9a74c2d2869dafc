using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Npgsql;
using Wardwatch.Benchmarks.Events;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;

namespace Wardwatch.SystemTests.Story;

/// <summary>
/// The seeded hospital in two processes, each of which does everything, behind one address for browsers and one for devices; a PostgreSQL and a RabbitMQ that none of them owns. Either can be killed.
/// Nobody is asked next by the clock: the steps are minutes apart, and the test has them pass.
/// </summary>
internal sealed class StoryHospital : IAsyncDisposable
{
    private readonly GivenPostgres _postgres;
    private readonly RabbitBroker _broker;
    private readonly List<string> _folders;
    private readonly NpgsqlDataSource _database;
    private readonly FrontDoor _pages;
    private readonly FrontDoor _gateways;

    private StoryHospital(GivenPostgres postgres, RabbitBroker broker, List<string> folders, ServerProcess[] nodes)
    {
        (_postgres, _broker, _folders, Nodes) = (postgres, broker, folders, nodes);
        _database = NpgsqlDataSource.Create(postgres.ConnectionString + ";Pooling=false");
        _pages = new(Array.ConvertAll(nodes, static node => node.HttpPort));
        _gateways = new(Array.ConvertAll(nodes, static node => node.MqttPort));
    }

    /// <summary>The processes: whoever comes is led to the first that lives.</summary>
    public ServerProcess[] Nodes { get; }

    /// <summary>Where pages are.</summary>
    public Uri Pages => new($"http://localhost:{_pages.Port}");

    /// <summary>Starts it.</summary>
    public static async Task<StoryHospital> StartAsync(CancellationToken cancellation)
    {
        var starting = RabbitBroker.StartNewAsync(cancellation);
        var postgres = await GivenPostgres.StartSeededAsync(8, cancellation);
        var broker = await starting;
        List<string> folders = [];
        var hospital = new StoryHospital(postgres, broker, folders, [.. new[] { "story-a", "story-b" }.Select(name => Node(postgres, broker, folders, name))]);
        try
        {
            await Task.WhenAll(hospital.Nodes.Select(node => node.StartAsync(cancellation)));
            return hospital;
        }
        catch
        {
            await hospital.DisposeAsync();
            throw;
        }
    }

    /// <summary>The devices, one of each patient.</summary>
    public List<BedsideDevice> Devices() => BedsideDevice.ReadAll(_postgres.Data);

    /// <summary>The account of somebody, by name.</summary>
    public (string User, string Password) AccountOf(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_postgres.Data, "demo-credentials.json")));
        var account = file.RootElement.EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);
        return (account.GetProperty("user").GetString()!, account.GetProperty("password").GetString()!);
    }

    /// <summary>A client of a node, signed in as somebody.</summary>
    public async Task<HttpClient> ClientAsync(ServerProcess node, string name, CancellationToken cancellation)
    {
        var (user, password) = AccountOf(name);
        var client = node.CreateClient();
        using var answer = await client.PostAsJsonAsync("/api/auth/login", new { user, password }, cancellation);
        var token = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("access_token").GetString();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>A device connects, by the address of all gateways.</summary>
    public async Task<DeviceLink> ConnectAsync(BedsideDevice device, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("localhost", _gateways.Port, cancellation);
        var link = new DeviceLink(await DeviceLink.SecureAsync(Path.Combine(_postgres.Data, "ca.pem"), socket, certificate: null, cancellation), MqttVersion.V500);
        return await link.ConnectAsync(device.Id, device.Token, cancellation) is { Type: MqttPacketType.ConnAck, Reason: MqttReason.Success }
            ? link
            : throw new IOException($"{device.Id} was refused.");
    }

    /// <summary>The time passes until the next step of an incident is due.</summary>
    public async Task PassAsync(Guid incident, CancellationToken cancellation)
    {
        await using var command = _database.CreateCommand(
            """
            with incident as (update incidents set next_at = clock_timestamp() where incident_id = $1 returning incident_id)
            update timers set due_at = clock_timestamp(), next_at = clock_timestamp() from incident where kind = 'incident-step' and subject = incident.incident_id::text
            """);
        command.Parameters.Add(new() { Value = incident });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _pages.DisposeAsync();
        await _gateways.DisposeAsync();
        await Task.WhenAll(Nodes.Select(node => node.DisposeAsync().AsTask()));
        await _database.DisposeAsync();
        await _broker.DisposeAsync();
        await _postgres.DisposeAsync();
        foreach (var folder in _folders)
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ServerProcess Node(GivenPostgres postgres, RabbitBroker broker, List<string> folders, string name)
    {
        var folder = ServerProcess.NewFolder();
        folders.Add(folder);
        foreach (var file in new[] { "master.key", "ca.pem", "ca.key" })
        {
            File.Copy(Path.Combine(postgres.Data, file), Path.Combine(folder, file));
        }

        var node = ServerProcess.Create(folder);
        foreach (var (setting, value) in new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__Wardwatch"] = postgres.ConnectionString,
            ["Wardwatch__Broker__Url"] = broker.Address,
            ["Wardwatch__Cluster__OverBroker"] = "true",
            ["Wardwatch__Cluster__Node"] = name,
            ["Wardwatch__Cluster__Partitions"] = "2",
            ["Wardwatch__Incidents__HighSteps"] = "600,1200,1800",
            ["Wardwatch__Incidents__HighReAlertSeconds"] = "1",
        })
        {
            node.Environment[setting] = value;
        }

        return node;
    }
}
