using Npgsql;
using Wardwatch.Clinical.Anomaly;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Models;

/// <summary>How a request about a model ended.</summary>
internal enum ModelOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>There is already a model of this name; a version never changes.</summary>
    NameTaken,

    /// <summary>There is no model of this name.</summary>
    Unknown,

    /// <summary>The model's features are not vital signs, so that it cannot score patients.</summary>
    NotOfVitals,
}

/// <summary>Keeps trained models, each version for good, and says which one is in force.</summary>
internal sealed class ModelRegistry(NpgsqlDataSource database)
{
    /// <summary>Keeps a model as a new version.</summary>
    public async Task<ModelOutcome> StoreAsync(ModelDocument document, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await InsertAsync(connection, document, cancellation) == 0)
        {
            return ModelOutcome.NameTaken;
        }

        await DirectoryChanges.NotifyAsync(connection, AnomalyModels.Topic, null, cancellation);
        await transaction.CommitAsync(cancellation);
        return ModelOutcome.Done;
    }

    /// <summary>Puts a model in force, in every process at once.</summary>
    public async Task<ModelOutcome> ActivateAsync(string name, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, ModelSql.Lock, cancellation);
        await using (var find = new NpgsqlCommand(ModelSql.Find, connection))
        {
            find.Parameters.Add(new() { Value = name });
            if (await find.ExecuteScalarAsync(cancellation) is not byte[] file)
            {
                return ModelOutcome.Unknown;
            }

            if (!VitalAnomalyModel.TryCreate(ModelDocument.Read(file), out _, out _))
            {
                return ModelOutcome.NotOfVitals;
            }
        }

        await ExecuteAsync(connection, ModelSql.Deactivate, cancellation, name);
        await ExecuteAsync(connection, ModelSql.Activate, cancellation, name);
        await DirectoryChanges.NotifyAsync(connection, AnomalyModels.Topic, null, cancellation);
        await transaction.CommitAsync(cancellation);
        return ModelOutcome.Done;
    }

    /// <summary>Keeps the model that ships with the product, and puts it in force if none is.</summary>
    public async Task EnsureDefaultAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, ModelSql.Lock, cancellation);
        var changed = await InsertAsync(connection, DefaultAnomalyModel.Instance.Document, cancellation);
        changed += await ExecuteAsync(connection, ModelSql.ActivateIfNone, cancellation, DefaultAnomalyModel.Name);
        if (changed > 0)
        {
            await DirectoryChanges.NotifyAsync(connection, AnomalyModels.Topic, null, cancellation);
            await transaction.CommitAsync(cancellation);
        }
    }

    private static Task<int> InsertAsync(NpgsqlConnection connection, ModelDocument document, CancellationToken cancellation) => ExecuteAsync(
        connection, ModelSql.Insert, cancellation, document.Name, document.ToBytes(), document.TrainedOn, document.CreatedAt.UtcDateTime);

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
