using System.Net.Http.Headers;
using Wardwatch.Benchmarks.Events;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Cluster;

/// <summary>The tests that share two nodes; they run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class TwoNodesCollection : ICollectionFixture<TwoNodes>
{
    public const string Name = "two nodes";
}

/// <summary>The demo hospital in two processes with one PostgreSQL and one RabbitMQ: the first has devices and patients, the second has screens only.</summary>
public sealed class TwoNodes : IAsyncLifetime
{
    /// <summary>The first node's name.</summary>
    public const string First = "ward-a";

    /// <summary>The second node's name.</summary>
    public const string Second = "ward-b";

    private readonly List<string> _folders = [];
    private GivenPostgres? _postgres;
    private RabbitBroker? _broker;
    private DemoWard? _ward;
    private ServerProcess? _screens;

    /// <summary>The node with devices, patients and screens.</summary>
    public DemoWard Ward
    {
        get
        {
            Assert.SkipWhen(_ward is null, "RabbitMQ is not installed (package rabbitmq-server).");
            return _ward!;
        }
    }

    /// <summary>The node with screens only.</summary>
    public ServerProcess Screens => _screens!;

    /// <summary>The broker between them.</summary>
    public RabbitBroker Broker => _broker!;

    public async ValueTask InitializeAsync()
    {
        if (!RabbitBroker.IsInstalled)
        {
            return;
        }

        var cancellation = TestContext.Current.CancellationToken;
        var broker = RabbitBroker.StartNewAsync(cancellation);
        _postgres = await GivenPostgres.StartAsync([], cancellation);
        _broker = await broker;
        _ward = await DemoWard.StartAsync(24, Settings(First), cancellation);
        _screens = Add(Second, "web");
        await _screens.StartAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_screens is not null)
        {
            await _screens.DisposeAsync();
        }

        if (_ward is not null)
        {
            await _ward.DisposeAsync();
        }

        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        foreach (var folder in _folders)
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A further node, not started yet, whose folder goes with this.</summary>
    public ServerProcess Add(string name, string roles)
    {
        var folder = ServerProcess.NewFolder();
        _folders.Add(folder);
        var key = Path.Combine(folder, "master.key");
        File.Copy(Path.Combine(Ward.Server.Data, "master.key"), key);
        var node = ServerProcess.Create(folder, "serve", "--roles", roles);
        foreach (var (setting, value) in Settings(name))
        {
            node.Environment[setting] = value;
        }

        return node;
    }

    /// <summary>A client of a node, signed in as the first node's administrator.</summary>
    public HttpClient ClientOf(ServerProcess node)
    {
        var client = node.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Ward.Token);
        return client;
    }

    private Dictionary<string, string?> Settings(string name) => new(StringComparer.Ordinal)
    {
        ["ConnectionStrings__Wardwatch"] = _postgres!.ConnectionString,
        ["Wardwatch__Broker__Url"] = _broker!.Address,
        ["Wardwatch__Cluster__OverBroker"] = "true",
        ["Wardwatch__Cluster__Node"] = name,
        ["Wardwatch__Cluster__DrainSeconds"] = "0.5",
        ["Wardwatch__Live__HeartbeatSeconds"] = "0.5",
    };
}
