using Npgsql;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Simulator.Devices;

namespace Wardwatch.Benchmarks.Bedside;

/// <summary>Where incidents are carried on: one server, or several over a broker of which one is killed.</summary>
internal sealed class EscalationSite : IAsyncDisposable
{
    private readonly ClusterUnderTest? _cluster;

    private EscalationSite(HospitalUnderTest hospital, ServerAddress mqtt, ClusterUnderTest? cluster) => (Hospital, Mqtt, _cluster) = (hospital, mqtt, cluster);

    /// <summary>The server that has the database, and the pages.</summary>
    public HospitalUnderTest Hospital { get; }

    /// <summary>Where devices go.</summary>
    public ServerAddress Mqtt { get; }

    /// <summary>The database.</summary>
    public NpgsqlDataSource Database => Hospital.Database;

    /// <summary>Starts it.</summary>
    /// <param name="patients">How many patients, each with a device.</param>
    /// <param name="nodes">1: one server that does everything. 2: timers are held by two.</param>
    /// <param name="settings">Settings of every server.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<EscalationSite> StartAsync(int patients, int nodes, IReadOnlyDictionary<string, string?> settings, CancellationToken cancellation)
    {
        if (nodes == 1)
        {
            var alone = await HospitalUnderTest.StartAsync(new HospitalPlan(patients) { Settings = settings }, cancellation);
            return new(alone, alone.MqttAddress(), cluster: null);
        }

        var cluster = await ClusterUnderTest.StartAsync(patients, settings, cancellation, "worker,web");
        try
        {
            var entrance = await cluster.StartNodeAsync("gateway,monitor", cancellation);
            await cluster.StartNodeAsync("worker", cancellation);
            return new(cluster.Hospital, entrance.MqttAddress(), cluster);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Kills (SIGKILL) what holds timers: of several servers one of two workers; otherwise the one server, whose database ends with it, and starts it again.
    /// </summary>
    /// <returns>From when on timers can act again: at once where another is there.</returns>
    public async Task<DateTimeOffset> KillAsync(CancellationToken cancellation)
    {
        if (_cluster is not null)
        {
            var killed = TimeProvider.System.GetUtcNow();
            await _cluster.Nodes[^1].KillAsync(cancellation);
            return killed;
        }

        await Hospital.KillServerAsync(cancellation);
        await PostgresProcesses.WaitUntilNoneAsync(Hospital.Data, cancellation);
        await Hospital.RestartAsync(cancellation);
        return TimeProvider.System.GetUtcNow();
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? Hospital.DisposeAsync();
}
