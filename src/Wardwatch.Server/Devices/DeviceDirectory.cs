using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Wardwatch.Devices.Ascon;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Devices;

/// <summary>All devices in memory with their keys opened. Readers take one immutable snapshot; a change builds a new one and swaps it in.</summary>
internal sealed class DeviceDirectory(NpgsqlDataSource database, IKeyring keyring, DirectoryChanges changes, TimeProvider time)
    : IDeviceDirectory, IHostedService, IDisposable
{
    /// <summary>The topic of <see cref="DirectoryChanges"/>; its number is <c>device_no</c>.</summary>
    public const string Topic = "devices";

    // A reading may be 7 days late (see the wire format); a day more covers clocks and the time until the next load.
    private static readonly TimeSpan BindingsKept = TimeSpan.FromDays(8);

    private const long LongestWait = 20 * 86_400_000_000L;

    private readonly SemaphoreSlim _reloading = new(1, 1);
    private volatile Snapshot _snapshot = Snapshot.Of([], 0);
    private ITimer? _nextEnd;

    /// <inheritdoc />
    public IReadOnlyCollection<DeviceEntry> All => _snapshot.ByNumber.Values;

    /// <inheritdoc />
    public int Version => _snapshot.Version;

    /// <inheritdoc />
    public DeviceEntry? Find(string id) => _snapshot.ById.GetValueOrDefault(id);

    /// <inheritdoc />
    public DeviceEntry? Find(int number) => _snapshot.ByNumber.GetValueOrDefault(number);

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        changes.Subscribe(Topic, ReloadAsync);
        await ReloadAsync(null, cancellationToken);
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Reads one device again, or with null all of them.</summary>
    public async Task ReloadAsync(int? number, CancellationToken cancellation)
    {
        await _reloading.WaitAsync(cancellation);
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            var loaded = await LoadAsync(connection, number, cancellation);
            var devices = loaded;
            if (number is { } one)
            {
                devices = new(_snapshot.ByNumber);
                devices.Remove(one);
                foreach (var (key, device) in loaded)
                {
                    devices.Add(key, device);
                }
            }

            _snapshot = Snapshot.Of(devices, unchecked(_snapshot.Version + 1));
            AwaitNextEnd();
        }
        finally
        {
            _reloading.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _nextEnd?.Dispose();
        _reloading.Dispose();
    }

    /// <summary>A key that ends is a change like any other: whoever has a connection on the strength of it is looked at again.</summary>
    private void AwaitNextEnd()
    {
        var now = time.Microseconds();
        var ends = _snapshot.ByNumber.Values.SelectMany(device => device.Keys).Select(key => key.UntilMicroseconds).Where(end => end > now);
        if (ends.DefaultIfEmpty(long.MaxValue).Min() is not long.MaxValue and var next)
        {
            // Rather late by a moment than before it is over; a timer takes some weeks at most, and is then set anew.
            var due = TimeSpan.FromMicroseconds(Math.Min(next - now + 1000, LongestWait));
            _nextEnd ??= time.CreateTimer(_ => OnEnd(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _nextEnd.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnEnd()
    {
        var seen = _snapshot;
        Interlocked.CompareExchange(ref _snapshot, seen with { Version = unchecked(seen.Version + 1) }, seen); // whoever was faster has counted up as well
        AwaitNextEnd();
    }

    private async Task<Dictionary<int, DeviceEntry>> LoadAsync(NpgsqlConnection connection, int? number, CancellationToken cancellation)
    {
        // One state of the database for the three queries: a device is never seen with half of a change.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        var keys = await LoadKeysAsync(connection, number, cancellation);
        var bindings = await LoadBindingsAsync(connection, number, cancellation);
        var devices = new Dictionary<int, DeviceEntry>();
        await using var command = new NpgsqlCommand(number is null ? DeviceSql.AllDevices : DeviceSql.OneDevice, connection);
        AddNumber(command, number);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var entry = new DeviceEntry
            {
                Number = reader.GetInt32(0),
                TenantId = reader.GetInt32(1),
                Id = reader.GetString(2),
                TokenHash = reader.GetFieldValue<byte[]>(3),
                Keys = keys.GetValueOrDefault(reader.GetInt32(0), []),
                Bindings = bindings.GetValueOrDefault(reader.GetInt32(0), []),
            };
            devices.Add(entry.Number, entry);
        }

        return devices;
    }

    private async Task<Dictionary<int, List<DeviceKey>>> LoadKeysAsync(NpgsqlConnection connection, int? number, CancellationToken cancellation)
    {
        var keys = new Dictionary<int, List<DeviceKey>>();
        await using var command = new NpgsqlCommand(number is null ? DeviceSql.AllKeys : DeviceSql.KeysOfOne, connection);
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        AddNumber(command, number);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var algorithm = DeviceAlgorithms.Parse(reader.GetString(2));
            var secret = keyring.Unwrap(reader.GetInt32(4), reader.GetFieldValue<byte[]>(3));
            var until = reader.IsDBNull(5) ? long.MaxValue : UnixTime.FromDateTime(reader.GetDateTime(5));
            Of(keys, reader.GetInt32(0)).Add(new((uint)reader.GetInt64(1), algorithm, AeadCipher.Create(algorithm, secret), until));
            CryptographicOperations.ZeroMemory(secret);
        }

        return keys;
    }

    private async Task<Dictionary<int, List<DeviceBinding>>> LoadBindingsAsync(NpgsqlConnection connection, int? number, CancellationToken cancellation)
    {
        var bindings = new Dictionary<int, List<DeviceBinding>>();
        await using var command = new NpgsqlCommand(number is null ? DeviceSql.AllBindings : DeviceSql.BindingsOfOne, connection);
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime - BindingsKept });
        AddNumber(command, number);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            Of(bindings, reader.GetInt32(0)).Add(new(
                reader.GetInt32(1), Encoding.UTF8.GetBytes(reader.GetString(2)),
                Microseconds(reader.GetDateTime(3)), Microseconds(reader.GetDateTime(4)), reader.GetBoolean(5)));
        }

        return bindings;
    }

    // Npgsql reads infinity as DateTime.MaxValue.
    private static long Microseconds(DateTime value) =>
        value == DateTime.MaxValue ? long.MaxValue : UnixTime.FromDateTime(value);

    private static List<T> Of<T>(Dictionary<int, List<T>> lists, int number)
    {
        if (!lists.TryGetValue(number, out var list))
        {
            lists.Add(number, list = []);
        }

        return list;
    }

    private static void AddNumber(NpgsqlCommand command, int? number)
    {
        if (number is { } one)
        {
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = one });
        }
    }

    private sealed record Snapshot(FrozenDictionary<int, DeviceEntry> ByNumber, FrozenDictionary<string, DeviceEntry> ById, int Version)
    {
        public static Snapshot Of(Dictionary<int, DeviceEntry> devices, int version) => new(
            devices.ToFrozenDictionary(), devices.Values.ToFrozenDictionary(device => device.Id, StringComparer.Ordinal), version);
    }
}
