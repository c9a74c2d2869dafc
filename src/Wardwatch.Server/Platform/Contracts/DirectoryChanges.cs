using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>
/// Tells the processes of one installation that something they hold in memory (patients, devices, accounts, models) has changed,
/// over PostgreSQL's LISTEN/NOTIFY. A notice is sent inside the transaction of the change, so it arrives if and only if the change committed.
/// </summary>
/// <remarks>
/// Notices can be missed only while the listening connection is down; after each reconnection every subscriber reloads everything.
/// It must be started before the directories load: what changes during their first load then arrives behind it.
/// </remarks>
public sealed partial class DirectoryChanges(NpgsqlDataSource database, TimeProvider time, ILogger<DirectoryChanges> log) : IHostedService, IAsyncDisposable
{
    /// <summary>The one channel of all directories.</summary>
    public const string Channel = "wardwatch_directory";

    // How long the connection may be silent before it is proved to be alive, and how long to wait before a new attempt.
    private static readonly TimeSpan ProbeAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Func<int?, CancellationToken, Task>> _subscribers = new(StringComparer.Ordinal);
    private readonly Queue<string> _notices = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _listening = Task.CompletedTask;
    private bool _disposed;

    /// <summary>Registers the one instance of a process, whichever module comes first.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<DirectoryChanges>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DirectoryChanges>(provider => provider.GetRequiredService<DirectoryChanges>()));
    }

    /// <summary>Calls <paramref name="reload"/> after each change of the topic, one call at a time.</summary>
    /// <param name="topic">What changed: <c>patients</c>, <c>devices</c>, <c>accounts</c>, <c>models</c>.</param>
    /// <param name="reload">Gets the database key of what changed, or null when everything is to be read again.</param>
    public void Subscribe(string topic, Func<int?, CancellationToken, Task> reload)
    {
        lock (_gate)
        {
            _subscribers.Add(topic, reload);
        }
    }

    /// <summary>Sends a notice when the transaction of <paramref name="connection"/> commits (at once without one).</summary>
    /// <param name="connection">The connection on which the change is made.</param>
    /// <param name="topic">As in <see cref="Subscribe"/>.</param>
    /// <param name="number">The database key of what changed; null for everything, as after a bulk change.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task NotifyAsync(NpgsqlConnection connection, string topic, int? number, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select pg_notify($1, $2)", connection);
        command.Parameters.Add(new() { Value = Channel });
        command.Parameters.Add(new() { Value = number is null ? topic : $"{topic}:{number}" });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(cancellationToken);
        _listening = ListenAsync(connection, _stopping.Token);
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _listening.WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // The container holds this instance under two service types and disposes of it for each.
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stopping.CancelAsync();
        await _listening;
        _stopping.Dispose();
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        try
        {
            connection.Notification += (_, notice) => _notices.Enqueue(notice.Payload);
            await using var listen = new NpgsqlCommand($"listen {Channel}", connection);
            await listen.ExecuteNonQueryAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task ListenAsync(NpgsqlConnection? connection, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (connection is null)
                {
                    _notices.Clear();
                    connection = await ConnectAsync(cancellation);
                    await ReloadAllAsync(cancellation);
                    LogReconnected(log);
                }

                await ReceiveAsync(connection, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure)
            {
                // Whatever went wrong, the way out is the same: connect again and read everything again.
                LogLost(log, failure);
                connection = await DropAsync(connection);
                await Task.Delay(RetryAfter, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await DropAsync(connection);
    }

    // Notices are queued by the connection's event while it reads, on this same loop; nothing else touches the queue.
    private async Task ReceiveAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        while (true)
        {
            while (_notices.TryDequeue(out var notice))
            {
                var colon = notice.IndexOf(':', StringComparison.Ordinal);
                var topic = colon < 0 ? notice : notice[..colon];
                int? number = colon < 0 ? null : int.Parse(notice.AsSpan(colon + 1));
                if (Find(topic) is { } reload)
                {
                    await reload(number, cancellation);
                }
            }

            if (!await connection.WaitAsync(ProbeAfter, cancellation))
            {
                await using var probe = new NpgsqlCommand("select 1", connection);
                await probe.ExecuteNonQueryAsync(cancellation);
            }
        }
    }

    private async Task ReloadAllAsync(CancellationToken cancellation)
    {
        Func<int?, CancellationToken, Task>[] all;
        lock (_gate)
        {
            all = [.. _subscribers.Values];
        }

        foreach (var reload in all)
        {
            await reload(null, cancellation);
        }
    }

    private Func<int?, CancellationToken, Task>? Find(string topic)
    {
        lock (_gate)
        {
            return _subscribers.GetValueOrDefault(topic);
        }
    }

    private static async Task<NpgsqlConnection?> DropAsync(NpgsqlConnection? connection)
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        return null;
    }

    [LoggerMessage(1900, LogLevel.Warning, "The connection that listens for changes is down; trying again")]
    private static partial void LogLost(ILogger log, Exception failure);

    [LoggerMessage(1901, LogLevel.Information, "Listening for changes again; everything was read anew")]
    private static partial void LogReconnected(ILogger log);
}
