using System.Collections.Frozen;
using Npgsql;
using Wardwatch.Clinical.Anomaly;
using Wardwatch.Server.Models.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Models;

/// <summary>A kept version of the anomaly model.</summary>
internal sealed record ModelVersion(int Number, ModelDocument Document, bool Active);

/// <summary>The anomaly models in memory; a change of the active one reaches every process at once.</summary>
internal sealed class AnomalyModels(NpgsqlDataSource database, ModelRegistry registry, DirectoryChanges changes) : IAnomalyModels, IHostedService, IDisposable
{
    /// <summary>The topic of <see cref="DirectoryChanges"/>.</summary>
    public const string Topic = "models";

    private readonly SemaphoreSlim _reloading = new(1, 1);
    private volatile Snapshot _snapshot = new(FrozenDictionary<int, ModelVersion>.Empty, DefaultAnomalyModel.Instance);

    /// <inheritdoc />
    public VitalAnomalyModel Active => _snapshot.Active;

    /// <summary>Every version, newest first.</summary>
    public IEnumerable<ModelVersion> Versions => _snapshot.Versions.Values.OrderByDescending(version => version.Number);

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await registry.EnsureDefaultAsync(cancellationToken);
        changes.Subscribe(Topic, (_, cancellation) => ReloadAsync(cancellation));
        await ReloadAsync(cancellationToken);
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public void Dispose() => _reloading.Dispose();

    private async Task ReloadAsync(CancellationToken cancellation)
    {
        await _reloading.WaitAsync(cancellation);
        try
        {
            var before = _snapshot;
            var versions = new Dictionary<int, ModelVersion>();
            await using var command = database.CreateCommand(ModelSql.All);
            command.Parameters.Add(new() { Value = before.Versions.Keys.ToArray() });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var number = reader.GetInt32(0);
                var document = reader.IsDBNull(2) ? before.Versions[number].Document : ModelDocument.Read(reader.GetFieldValue<byte[]>(2));
                versions.Add(number, new(number, document, reader.GetBoolean(1)));
            }

            _snapshot = new(versions.ToFrozenDictionary(), ActiveOf(versions.Values, before));
        }
        finally
        {
            _reloading.Release();
        }
    }

    private static VitalAnomalyModel ActiveOf(IEnumerable<ModelVersion> versions, Snapshot before)
    {
        var active = versions.FirstOrDefault(version => version.Active)?.Document ?? throw new InvalidDataException("No anomaly model is active.");
        if (ReferenceEquals(active, before.Active.Document))
        {
            return before.Active;
        }

        return VitalAnomalyModel.TryCreate(active, out var model, out var error) ? model : throw new InvalidDataException(error);
    }

    private sealed record Snapshot(FrozenDictionary<int, ModelVersion> Versions, VitalAnomalyModel Active);
}
