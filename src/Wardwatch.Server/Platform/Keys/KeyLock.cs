using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Keys;

/// <summary>One rotation at a time in an installation; it ends with the connection, in whatever way that ends.</summary>
internal sealed class KeyLock : IAsyncDisposable
{
    // The letters "KEYS".
    private const long Number = 0x4B455953;

    private readonly NpgsqlConnection _connection;

    private KeyLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="StartupException">Another rotation has it.</exception>
    public static async Task<KeyLock> TakeAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand($"select pg_try_advisory_lock({Number})", connection);
        if ((bool)(await command.ExecuteScalarAsync(cancellation))!)
        {
            return new(connection);
        }

        await connection.DisposeAsync();
        throw new StartupException("Another rotation of keys is under way.", "Wait for its end: ward keys status shows how far it is.");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await using (var command = new NpgsqlCommand($"select pg_advisory_unlock({Number})", _connection))
        {
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }

        await _connection.DisposeAsync();
    }
}
