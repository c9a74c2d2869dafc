using System.Collections.Concurrent;
using Npgsql;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>
/// The patients whom readings may concern, in memory and decrypted. A reader takes one immutable entry from a table that needs no lock; a change replaces that entry,
/// and costs nothing for the others but a copy of the list of those present. Whoever has no key any more was erased: their key is destroyed here as well, for whoever
/// may still hold it, and everybody who keeps something of them is told to forget it.
/// </summary>
internal sealed class PatientDirectory(
    NpgsqlDataSource database, TenantDatabase tenants, IKeyring keyring, DirectoryChanges changes, TimeProvider time, IEnumerable<IErasureObserver>? observers = null)
    : IPatientDirectory, IHostedService, IDisposable
{
    /// <summary>The topic of <see cref="DirectoryChanges"/>; its number is <c>patient_no</c>.</summary>
    public const string Topic = "patients";

    // A reading may be 7 days late, and bindings are kept a day longer (see the devices' directory).
    private static readonly TimeSpan HeldAfterBinding = TimeSpan.FromDays(8);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _reloading = new(1, 1);
    private readonly ConcurrentDictionary<int, StoredPatient> _byNumber = new();
    private readonly ConcurrentDictionary<string, StoredPatient> _byId = new(StringComparer.Ordinal);
    private volatile BedOrder _order = BedOrder.Empty;
    private volatile PatientEntry[] _present = [];
    private volatile PatientEntry[] _canaries = [];
    private DateTimeOffset _sweptAt;

    /// <inheritdoc />
    public IReadOnlyList<PatientEntry> Present => _present;

    /// <inheritdoc />
    public IReadOnlyList<PatientEntry> Canaries => _canaries;

    /// <inheritdoc />
    public IReadOnlyList<WardEntry> Wards => _order.Wards;

    /// <inheritdoc />
    public IReadOnlyList<HospitalEntry> Hospitals => _order.Hospitals;

    /// <inheritdoc />
    public PatientEntry? Find(string id) => _byId.TryGetValue(id, out var patient) ? patient.Entry : null;

    /// <inheritdoc />
    public PatientEntry? Find(int number) => _byNumber.TryGetValue(number, out var patient) ? patient.Entry : null;

    /// <inheritdoc />
    public ValueTask<PatientEntry?> FindAsync(int tenantId, string id, CancellationToken cancellation) =>
        Find(id) is { } held ? new(held.TenantId == tenantId ? held : null) : ReadAsync(tenantId, id, cancellation);

    /// <summary>Since when a patient who is held is in their state.</summary>
    public DateTimeOffset StatusSince(PatientEntry patient) => _byNumber.TryGetValue(patient.Number, out var stored) ? stored.StatusSince : default;

    /// <summary>A patient of a hospital as the database has them now, with version and stay, or null.</summary>
    public async ValueTask<StoredPatient?> FindStoredAsync(int tenantId, string id, CancellationToken cancellation) =>
        await FirstAsync(tenantId, PatientSql.ById, [tenantId, id], cancellation);

    /// <summary>The patient with a record number, their own or a duplicate's, or null.</summary>
    public async Task<StoredPatient?> FindByRecordNumberAsync(int tenantId, string recordNumber, CancellationToken cancellation) =>
        await FirstAsync(tenantId, PatientSql.ByRecordNumber, [tenantId, PatientIdentity.IndexOf(keyring.Tenant(tenantId), recordNumber)], cancellation);

    /// <summary>Patients of a hospital by number, wherever they are now; those who were erased are left out.</summary>
    public async Task<Dictionary<int, PatientEntry>> FindAllAsync(int tenantId, IReadOnlyCollection<int> numbers, CancellationToken cancellation)
    {
        var found = new Dictionary<int, PatientEntry>();
        foreach (var number in numbers)
        {
            if (Find(number) is { } held && held.TenantId == tenantId)
            {
                found[number] = held;
            }
        }

        if (numbers.Where(number => !found.ContainsKey(number)).Distinct().ToArray() is { Length: > 0 } others)
        {
            await using var transaction = await tenants.BeginAsync(tenantId, cancellation);
            foreach (var patient in await AllAsync(transaction.Connection, PatientSql.ByNumbers, [tenantId, others], cancellation))
            {
                found[patient.Entry.Number] = patient.Entry;
            }
        }

        return found;
    }

    /// <summary>Opens a row of <see cref="StoredPatient.Columns"/>; the key of whoever is held is not opened again.</summary>
    public StoredPatient Open(NpgsqlDataReader reader) => StoredPatient.Read(reader, keyring, _byNumber.GetValueOrDefault(reader.GetInt32(0)));

    /// <summary>Everybody of all hospitals, whether held or not: for tools that read the whole history.</summary>
    public async Task<List<PatientEntry>> EverybodyAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await AllAsync(connection, PatientSql.Everybody, [], cancellation)).ConvertAll(patient => patient.Entry);
    }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        changes.Subscribe(Topic, ReloadAsync);
        await RequireKeysAsync(cancellationToken);
        await ReloadAsync(null, cancellationToken);
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Reads one patient again, or with null everything that is held (hospitals and wards, too).</summary>
    public async Task ReloadAsync(int? number, CancellationToken cancellation)
    {
        await _reloading.WaitAsync(cancellation);
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            if (number is { } one)
            {
                await ReloadOneAsync(connection, one, cancellation);
            }
            else
            {
                await ReloadHeldAsync(connection, cancellation);
            }

            if (time.GetUtcNow() - _sweptAt > BetweenSweeps)
            {
                await SweepAsync(connection, cancellation);
            }
        }
        finally
        {
            _reloading.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _reloading.Dispose();

    /// <summary>A ward without its patients must not come up as if there were none.</summary>
    private async Task RequireKeysAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(PatientSql.WithoutKey);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        if (reader.GetInt64(0) is > 0 and var patients && reader.GetInt64(1) == 0)
        {
            throw new StartupException($"The database holds {patients} patients and the key of none of them.", "It was restored from a backup of the data alone: restore the newest backup of the keys as well (docs/operations.md, Backup).");
        }
    }

    private async Task ReloadOneAsync(NpgsqlConnection connection, int number, CancellationToken cancellation)
    {
        var before = _byNumber.GetValueOrDefault(number);
        StoredPatient? now = null;
        await using (var command = Command(connection, PatientSql.HeldOne, [HeldSince, number]))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            if (await reader.ReadAsync(cancellation))
            {
                now = StoredPatient.Read(reader, keyring, before);
            }
        }

        if (now is not null)
        {
            Hold(now);
        }
        else if (before is not null)
        {
            await LeaveAsync(connection, [before], cancellation);
        }

        _present = _order.Replace(_present, number, now?.Entry);
        NoteCanaries();
    }

    // Synthetic patients have a number, under which readings and alerts find them, and no name by which anybody could ask for them.
    private void Hold(StoredPatient patient)
    {
        _byNumber[patient.Entry.Number] = patient;
        if (!patient.Entry.IsCanary)
        {
            _byId[patient.Entry.Id] = patient;
        }
    }

    private void NoteCanaries() => _canaries = [.. _byNumber.Values.Where(patient => patient.Entry.IsCanary).Select(patient => patient.Entry)];

    private async Task ReloadHeldAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var order = new BedOrder(await LoadHospitalsAsync(connection, cancellation), await LoadWardsAsync(connection, cancellation));
        var held = new HashSet<int>();
        await using (var command = Command(connection, PatientSql.Held, [HeldSince]))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var patient = Open(reader);
                held.Add(patient.Entry.Number);
                Hold(patient);
            }
        }

        await LeaveAsync(connection, [.. _byNumber.Values.Where(patient => !held.Contains(patient.Entry.Number))], cancellation);
        _order = order;
        _present = order.Sort(_byNumber.Values.Select(patient => patient.Entry));
        NoteCanaries();
        _sweptAt = time.GetUtcNow();
    }

    private DateTime HeldSince => time.GetUtcNow().UtcDateTime - HeldAfterBinding;

    /// <summary>Lets go of those whose last device was taken off long ago.</summary>
    private async Task SweepAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        _sweptAt = time.GetUtcNow();
        var gone = _byNumber.Values.Where(patient => !patient.Entry.IsPresent).ToDictionary(patient => patient.Entry.Number);
        await using (var command = Command(connection, PatientSql.StillHeld, [HeldSince, gone.Keys.ToArray()]))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                gone.Remove(reader.GetInt32(0));
            }
        }

        await LeaveAsync(connection, [.. gone.Values], cancellation);
    }

    // Whoever is no longer held has left long ago, or was erased: then nothing of them may stay.
    private async Task LeaveAsync(NpgsqlConnection connection, IReadOnlyList<StoredPatient> leaving, CancellationToken cancellation)
    {
        if (leaving.Count == 0)
        {
            return;
        }

        var withKey = new HashSet<int>();
        await using (var command = Command(connection, PatientSql.WithKey, [leaving.Select(patient => patient.Entry.Number).ToArray()]))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                withKey.Add(reader.GetInt32(0));
            }
        }

        foreach (var entry in leaving.Select(patient => patient.Entry))
        {
            _byNumber.TryRemove(entry.Number, out _);
            _byId.TryRemove(entry.Id, out _);
            if (!withKey.Contains(entry.Number))
            {
                entry.Key.Dispose();
                foreach (var observer in observers ?? [])
                {
                    observer.Erased(entry.Number);
                }
            }
        }
    }

    private static async Task<List<HospitalEntry>> LoadHospitalsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var hospitals = new List<HospitalEntry>();
        await using var command = new NpgsqlCommand(PatientSql.Hospitals, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            hospitals.Add(new(reader.GetInt32(0), reader.GetString(1), reader.GetString(2)));
        }

        return hospitals;
    }

    private static async Task<List<WardEntry>> LoadWardsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var wards = new List<WardEntry>();
        await using var command = new NpgsqlCommand(PatientSql.Wards, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            wards.Add(new(reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<string[]>(3)));
        }

        return wards;
    }

    private async ValueTask<PatientEntry?> ReadAsync(int tenantId, string id, CancellationToken cancellation) => (await FindStoredAsync(tenantId, id, cancellation))?.Entry;

    private async Task<StoredPatient?> FirstAsync(int tenantId, string sql, object[] values, CancellationToken cancellation)
    {
        await using var transaction = await tenants.BeginAsync(tenantId, cancellation);
        return (await AllAsync(transaction.Connection, sql, values, cancellation)).FirstOrDefault();
    }

    private async Task<List<StoredPatient>> AllAsync(NpgsqlConnection connection, string sql, object[] values, CancellationToken cancellation)
    {
        var patients = new List<StoredPatient>();
        await using var command = Command(connection, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            // The same key object as in memory, so that erasing the patient closes this one, too.
            patients.Add(Open(reader));
        }

        return patients;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}
