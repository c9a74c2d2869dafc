using Npgsql;
using Wardwatch.Benchmarks.Events;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Simulator.Devices;
using Xunit;

namespace Wardwatch.SystemTests.Cluster;

/// <summary>A hospital under test, whichever way envelopes take from its gateway to its lanes.</summary>
public interface IWard
{
    /// <summary>How its gateway is reached.</summary>
    ServerAddress Gateway { get; }

    /// <summary>Its devices.</summary>
    IReadOnlyList<DeviceCredentials> Devices { get; }

    /// <summary>How many of them tests have taken: each has devices of its own.</summary>
    int Taken { get; set; }

    /// <summary>Its database.</summary>
    NpgsqlDataSource Database { get; }

    /// <summary>The data folder with the keys.</summary>
    string Data { get; }
}

/// <summary>One process for everything.</summary>
public sealed class OneProcessWard : IAsyncLifetime, IWard
{
    private HospitalUnderTest _hospital = null!;

    public ServerAddress Gateway => _hospital.MqttAddress();

    public IReadOnlyList<DeviceCredentials> Devices => _hospital.Devices();

    public int Taken { get; set; }

    public NpgsqlDataSource Database => _hospital.Database;

    public string Data => _hospital.Data;

    public async ValueTask InitializeAsync() => _hospital = await HospitalUnderTest.StartAsync(24, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync() => await _hospital.DisposeAsync();
}

/// <summary>A gateway and two monitors over RabbitMQ, and a fourth process that has the database.</summary>
public sealed class BrokerWard : IAsyncLifetime, IWard
{
    /// <summary>Partitions of the patients.</summary>
    public const int Partitions = 4;

    /// <summary>Messages that a partition's queue holds.</summary>
    public const int QueuedMessages = 60;

    private ClusterUnderTest? _cluster;
    private ClusterNode? _gateway;

    /// <summary>The processes.</summary>
    public ClusterUnderTest Cluster => _cluster!;

    /// <summary>The gateway's process.</summary>
    public ClusterNode GatewayNode => _gateway!;

    /// <summary>The monitors that run.</summary>
    public List<ClusterNode> Monitors { get; } = [];

    public ServerAddress Gateway => GatewayNode.MqttAddress();

    public IReadOnlyList<DeviceCredentials> Devices => Cluster.Hospital.Devices();

    public int Taken { get; set; }

    public NpgsqlDataSource Database => Cluster.Database;

    public string Data => Cluster.Hospital.Data;

    public async ValueTask InitializeAsync()
    {
        if (!RabbitBroker.IsInstalled)
        {
            return;
        }

        var cancellation = TestContext.Current.CancellationToken;
        _cluster = await ClusterUnderTest.StartAsync(
            120,
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Wardwatch__Cluster__Partitions"] = $"{Partitions}",
                ["Wardwatch__Cluster__QueuedMessages"] = $"{QueuedMessages}",
                ["Wardwatch__Cluster__QueuedBatches"] = "16",
                ["Wardwatch__Cluster__TakeOverSeconds"] = "3",
                ["Wardwatch__Cluster__DrainSeconds"] = "60",
            },
            cancellation);
        var started = await Task.WhenAll(_cluster.StartNodeAsync("gateway", cancellation), _cluster.StartNodeAsync("monitor", cancellation), _cluster.StartNodeAsync("monitor", cancellation));
        _gateway = started[0];
        Monitors.AddRange(started[1..]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}
