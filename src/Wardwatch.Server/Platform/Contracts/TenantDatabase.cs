using Npgsql;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>
/// The database as one hospital sees it: row-level security hides every other one's rows, so that even a wrong statement cannot reach them. What a request
/// asks for goes through here.
/// </summary>
public sealed class TenantDatabase(NpgsqlDataSource database)
{
    private const int AnswersWithinSeconds = 2;
    private const int KeptPlans = 60;
    private const string SetTenant = "select set_config('wardwatch.tenant', $1, true)";

    /// <summary>
    /// How its connections are used. What stands often keeps its plan, since planning takes most statements of a request longer than running. What a transaction sets ends
    /// with it, so that nothing of the last one's is left on a connection and it need not be reset.
    /// </summary>
    public static void Configure(NpgsqlConnectionStringBuilder connection) => (connection.MaxAutoPrepare, connection.AutoPrepareMinUsages, connection.NoResetOnClose) = (KeptPlans, 4, true);

    /// <summary>Begins a transaction in the name of a hospital.</summary>
    public async Task<TenantTransaction> BeginAsync(int tenantId, CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellation);

            // It costs the database nothing: one that does not answer hangs, and whoever asks is told soon.
            await using var command = new NpgsqlCommand(SetTenant, connection) { CommandTimeout = AnswersWithinSeconds };
            command.Parameters.Add(new() { Value = tenantId.ToString() });
            await command.ExecuteNonQueryAsync(cancellation);
            return new(connection, transaction);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}

/// <summary>A transaction in the name of one hospital. Disposing it without a commit takes everything back.</summary>
public sealed class TenantTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
{
    /// <summary>The connection, within the transaction.</summary>
    public NpgsqlConnection Connection { get; } = connection;

    /// <summary>A statement with its parameters in order.</summary>
    public NpgsqlCommand Command(string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlCommand(sql, Connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        }

        return command;
    }

    /// <summary>Makes everything durable.</summary>
    public Task CommitAsync(CancellationToken cancellation) => transaction.CommitAsync(cancellation);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
