using Npgsql;
using Wardwatch.Benchmarks.Events;
using Wardwatch.Server.Cluster.Contracts;
using Wardwatch.Server.Cluster.Nodes;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Postgres;

namespace Wardwatch.Benchmarks.Stage;

/// <summary>
/// Several servers over a RabbitMQ of our own: one that has the database and publishes events, and as many others as are asked for, which can be killed. It ends, and its
/// folders go, when this is disposed of.
/// </summary>
public sealed class ClusterUnderTest : IAsyncDisposable
{
    // Of the connections that the private database allows, shared by all.
    private const int PoolOfNode = 8;

    private readonly List<ClusterNode> _nodes = [];
    private readonly Dictionary<string, string?> _settings;

    private ClusterUnderTest(RabbitBroker broker, HospitalUnderTest hospital, Dictionary<string, string?> settings) => (Broker, Hospital, _settings) = (broker, hospital, settings);

    /// <summary>The broker.</summary>
    public RabbitBroker Broker { get; }

    /// <summary>The server that has the database.</summary>
    internal HospitalUnderTest Hospital { get; }

    /// <summary>All others, in the order in which they were started.</summary>
    public IReadOnlyList<ClusterNode> Nodes => _nodes;

    /// <summary>The database.</summary>
    public NpgsqlDataSource Database => Hospital.Database;

    /// <summary>Starts broker, database and the server that has it.</summary>
    /// <param name="patients">How many patients, each with a device.</param>
    /// <param name="settings">Settings of every server, as in the environment.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="roles">What the server that has the database does.</param>
    public static async Task<ClusterUnderTest> StartAsync(int patients, IReadOnlyDictionary<string, string?> settings, CancellationToken cancellation, string roles = "worker")
    {
        var broker = await RabbitBroker.StartNewAsync(cancellation);
        try
        {
            var all = new Dictionary<string, string?>(settings, StringComparer.Ordinal) { ["Wardwatch__Broker__Url"] = broker.Address };
            var hospital = await HospitalUnderTest.StartAsync(new HospitalPlan(patients) { Roles = roles, Settings = all }, cancellation);
            var data = DataFolder.Open(hospital.Data);
            await GrantAsync(data, cancellation);
            var database = new NpgsqlConnectionStringBuilder(PrivateCluster.ConnectionString(data)) { MaxPoolSize = PoolOfNode };
            all["ConnectionStrings__Wardwatch"] = database.ConnectionString;
            return new(broker, hospital, all);
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    // For the others it is a given database, whose owner they sign in as.
    private static async Task GrantAsync(DataFolder data, CancellationToken cancellation)
    {
        await using var superuser = NpgsqlDataSource.Create(PrivateCluster.ConnectionString(data, "postgres") + ";Pooling=false");
        await using var grant = superuser.CreateCommand("grant wardwatch_service, wardwatch_tenant to wardwatch");
        await grant.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Starts another server and waits until it is ready.</summary>
    /// <param name="roles">Its roles.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ClusterNode> StartNodeAsync(string roles, CancellationToken cancellation)
    {
        var name = $"node-{_nodes.Count + 1}";
        var node = new ClusterNode(Hospital.Data, name, roles, new Dictionary<string, string?>(_settings, StringComparer.Ordinal) { ["Wardwatch__Cluster__Node"] = name });
        _nodes.Add(node);
        await node.StartAsync(cancellation);
        return node;
    }

    /// <summary>Asks for a node to be emptied and to end, as <c>ward drain</c> does.</summary>
    public async Task DrainAsync(ClusterNode node, CancellationToken cancellation)
    {
        var outcome = await new NodeList(Database).DrainAsync(node.Name, force: false, cancellation);
        if (outcome is not DrainOutcome.Draining) throw new BenchmarkException($"{node.Name} is not drained: {outcome}.");
    }

    /// <summary>Who has which partition: the epoch, and the name of the node or null.</summary>
    public async Task<IReadOnlyList<(int Number, long Epoch, string? Node)>> PartitionsAsync(CancellationToken cancellation)
    {
        await using var command = Database.CreateCommand("select number, epoch, node from envelope_partitions order by number");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var partitions = new List<(int, long, string?)>();
        while (await reader.ReadAsync(cancellation)) partitions.Add((reader.GetInt32(0), reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetString(2)));
        return partitions;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        await Hospital.DisposeAsync();
        await Broker.DisposeAsync();
    }
}
