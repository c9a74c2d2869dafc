using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Cluster.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Nodes;

/// <summary>
/// Tells of this process every few seconds, and drains it when its row says so. While the database is away nobody hears of it, which is as it should be: it is away for
/// everybody, and each says so by itself.
/// </summary>
internal sealed partial class NodeRegistry(
    NodeIdentity self, NodeList list, NpgsqlDataSource database, DirectoryChanges changes, IEnumerable<INodeFigures> tellers, NodeDrain drain, IHostApplicationLifetime lifetime,
    IOptions<ClusterOptions> options, TimeProvider time, ILogger<NodeRegistry> log) : BackgroundService, INodes
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan GoodbyeWithin = TimeSpan.FromSeconds(2);

    // How many beats lie between two looks for who was not heard of for a day.
    private const int BeatsBetweenForgetting = 300;

    private readonly ILogger<NodeRegistry> _log = log;
    private readonly INodeFigures[] _tellers = [.. tellers];
    private readonly SemaphoreSlim _soon = new(0, 1);
    private (long Readings, long At) _last;
    private volatile bool _nameTaken;

    /// <inheritdoc />
    public string Name => self.Name;

    /// <summary>Whether another process goes by this one's name.</summary>
    public bool IsNameTaken => _nameTaken;

    /// <inheritdoc />
    public Task<IReadOnlyList<NodeEntry>> ReadAsync(CancellationToken cancellation) => list.ReadAsync(cancellation);

    /// <inheritdoc />
    public Task<DrainOutcome> DrainAsync(string name, bool force, CancellationToken cancellation) => list.DrainAsync(name, force, cancellation);

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await using (var enter = Command(NodeSql.Enter, self.Name, self.Instance, self.Roles.ToArray(), NodeIdentity.Version, self.StartedAt.UtcDateTime, Environment.WorkingSet))
        {
            await enter.ExecuteNonQueryAsync(cancellationToken);
        }

        LogEntered(self.Name, string.Join(",", self.Roles));
        changes.Subscribe(NodeList.Topic, (_, _) =>
        {
            Soon();
            return Task.CompletedTask;
        });
        drain.Begun.Register(Soon);
        lifetime.ApplicationStopping.Register(() => drain.Begin(endsProcess: false));
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var within = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        within.CancelAfter(GoodbyeWithin);
        try
        {
            await using var leave = Command(NodeSql.Leave, self.Name, self.Instance);
            await leave.ExecuteNonQueryAsync(within.Token);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            // It is not heard of any more, which says the same a little later.
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _soon.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var ending = Task.CompletedTask;
        for (var beat = 0; !stoppingToken.IsCancellationRequested; beat++)
        {
            try
            {
                if (await BeatAsync(stoppingToken) && !drain.EndsProcess)
                {
                    LogDraining(self.Name);
                    drain.Begin(endsProcess: true);
                    ending = EndAsync(stoppingToken);
                }

                if (beat % BeatsBetweenForgetting == 0)
                {
                    await using var forget = Command(NodeSql.Forget);
                    await forget.ExecuteNonQueryAsync(stoppingToken);
                }
            }
            catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
            {
                LogNotTold(failure.GetType().Name);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }

            await ((Task)_soon.WaitAsync(Between, stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await ending;
    }

    /// <summary>Waits until balancers have noticed, then ends the process in order.</summary>
    private async Task EndAsync(CancellationToken stopping)
    {
        await Task.Delay(TimeSpan.FromSeconds(options.Value.DrainSeconds), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lifetime.StopApplication();
    }

    /// <summary>Tells how it is; answers whether it is to be drained.</summary>
    private async Task<bool> BeatAsync(CancellationToken cancellation)
    {
        var figures = new NodeFigures();
        foreach (var teller in _tellers)
        {
            teller.Tell(figures);
        }

        await using var command = Command(
            NodeSql.Beat, self.Name, self.Instance, drain.IsDraining ? "draining" : "up", figures.Partitions, figures.Devices, RateOf(figures), figures.LastReadingAt?.UtcDateTime,
            Environment.WorkingSet, JsonSerializer.Serialize(figures.Queues, JsonSerializerOptions.Web));
        NpgsqlDbType[] types = [NpgsqlDbType.Integer, NpgsqlDbType.Integer, NpgsqlDbType.Double, NpgsqlDbType.TimestampTz, NpgsqlDbType.Bigint, NpgsqlDbType.Jsonb];
        for (var i = 0; i < types.Length; i++)
        {
            command.Parameters[i + 3].NpgsqlDbType = types[i];
        }

        if (await command.ExecuteScalarAsync(cancellation) is bool wanted)
        {
            _nameTaken = false;
            return wanted;
        }

        await TellOfOtherAsync(cancellation);
        return false;
    }

    // The row is not there, or not ours: a database that was restored has none, and two processes with one name are a mistake that somebody must be told.
    private async Task TellOfOtherAsync(CancellationToken cancellation)
    {
        if ((await list.ReadAsync(cancellation)).Any(node => node.Name == self.Name && node.State != NodeState.Gone))
        {
            if (!_nameTaken)
            {
                LogNameTaken(self.Name);
            }

            _nameTaken = true;
            return;
        }

        await using var enter = Command(NodeSql.Enter, self.Name, self.Instance, self.Roles.ToArray(), NodeIdentity.Version, self.StartedAt.UtcDateTime, Environment.WorkingSet);
        await enter.ExecuteNonQueryAsync(cancellation);
    }

    private double? RateOf(NodeFigures figures)
    {
        if (figures.Readings is not { } readings)
        {
            return null;
        }

        var (before, now) = (_last, time.GetTimestamp());
        _last = (readings, now);
        var seconds = before.At == 0 ? 0 : time.GetElapsedTime(before.At, now).TotalSeconds;
        return seconds > 0 ? Math.Round(Math.Max(0, readings - before.Readings) / seconds, 1) : 0;
    }

    private void Soon()
    {
        try
        {
            _soon.Release();
        }
        catch (SemaphoreFullException)
        {
            // It will look anyway.
        }
        catch (ObjectDisposedException)
        {
            // It has ended.
        }
    }

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object?> values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        }

        return command;
    }

    [LoggerMessage(8001, LogLevel.Information, "This is node {Name}: {Roles}")]
    private partial void LogEntered(string name, string roles);

    [LoggerMessage(8002, LogLevel.Information, "Node {Name} is being drained, and ends then")]
    private partial void LogDraining(string name);

    [LoggerMessage(8003, LogLevel.Warning, "The list of nodes does not hear of this one: the database does not answer ({Fault})")]
    private partial void LogNotTold(string fault);

    [LoggerMessage(8004, LogLevel.Error, "Another process goes by the name {Name}; give each its own (Wardwatch__Cluster__Node)")]
    private partial void LogNameTaken(string name);
}
