using System.Collections.Frozen;
using Npgsql;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>What the directory keeps of a patient beyond what other modules see.</summary>
/// <param name="Entry">The patient.</param>
/// <param name="Version">Counts the changes of the row; for optimistic concurrency.</param>
/// <param name="WrappedKey">The key as stored: an unchanged one is not opened again.</param>
internal sealed record StoredPatient(PatientEntry Entry, int Version, byte[] WrappedKey);

/// <summary>
/// All patients in memory, decrypted. Readers take one immutable snapshot; a change builds a new one and swaps it in. Whoever has no key any more was erased:
/// their key is destroyed here as well, for whoever may still hold it, and everybody who keeps something of them is told to forget it.
/// </summary>
internal sealed class PatientDirectory(NpgsqlDataSource database, IKeyring keyring, DirectoryChanges changes, IEnumerable<IErasureObserver>? observers = null)
    : IPatientDirectory, IHostedService, IDisposable
{
    /// <summary>The topic of <see cref="DirectoryChanges"/>; its number is <c>patient_no</c>.</summary>
    public const string Topic = "patients";

    private readonly SemaphoreSlim _reloading = new(1, 1);
    private volatile Snapshot _snapshot = Snapshot.Empty;

    /// <inheritdoc />
    public IReadOnlyList<PatientEntry> Present => _snapshot.Present;

    /// <inheritdoc />
    public IReadOnlyList<WardEntry> Wards => _snapshot.Wards;

    /// <inheritdoc />
    public IReadOnlyList<HospitalEntry> Hospitals => _snapshot.Hospitals;

    /// <summary>Every patient, discharged ones as well: by ward, bed, then id.</summary>
    public IReadOnlyList<StoredPatient> All => _snapshot.All;

    /// <inheritdoc />
    public PatientEntry? Find(string id) => FindStored(id)?.Entry;

    /// <inheritdoc />
    public PatientEntry? Find(int number) => _snapshot.ByNumber.GetValueOrDefault(number)?.Entry;

    /// <summary>The patient with its version, or null.</summary>
    public StoredPatient? FindStored(string id) => _snapshot.ById.GetValueOrDefault(id);

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        changes.Subscribe(Topic, ReloadAsync);
        await RequireKeysAsync(cancellationToken);
        await ReloadAsync(null, cancellationToken);
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Reads one patient again, or with null everything (hospitals and wards, too).</summary>
    public async Task ReloadAsync(int? number, CancellationToken cancellation)
    {
        await _reloading.WaitAsync(cancellation);
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            var before = _snapshot;
            _snapshot = number is { } one
                ? await WithOneAsync(connection, before, one, cancellation)
                : await LoadAsync(connection, before, cancellation);
            Forget(before, _snapshot);
        }
        finally
        {
            _reloading.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _reloading.Dispose();

    private void Forget(Snapshot before, Snapshot now)
    {
        foreach (var (number, patient) in before.ByNumber)
        {
            if (!now.ByNumber.ContainsKey(number))
            {
                patient.Entry.Key.Dispose();
                foreach (var observer in observers ?? [])
                {
                    observer.Erased(number);
                }
            }
        }
    }

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

    private async Task<Snapshot> LoadAsync(NpgsqlConnection connection, Snapshot before, CancellationToken cancellation)
    {
        var hospitals = await LoadHospitalsAsync(connection, cancellation);
        var wards = await LoadWardsAsync(connection, cancellation);
        var patients = new Dictionary<int, StoredPatient>();
        await using var command = new NpgsqlCommand(PatientSql.All, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var patient = Read(reader, before);
            patients.Add(patient.Entry.Number, patient);
        }

        return Snapshot.Of(hospitals, wards, patients);
    }

    private async Task<Snapshot> WithOneAsync(NpgsqlConnection connection, Snapshot before, int number, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(PatientSql.One, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = number });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var patients = new Dictionary<int, StoredPatient>(before.ByNumber);
        patients.Remove(number);
        if (await reader.ReadAsync(cancellation))
        {
            patients.Add(number, Read(reader, before));
        }

        return Snapshot.Of(before.Hospitals, before.Wards, patients);
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

    private StoredPatient Read(NpgsqlDataReader reader, Snapshot before)
    {
        var number = reader.GetInt32(0);
        var tenantId = reader.GetInt32(1);
        var id = reader.GetString(2);
        var wrappedKey = reader.GetFieldValue<byte[]>(3);

        // The same key object lives on while the key is the same: holders of the entry before may still be using it.
        var known = before.ByNumber.GetValueOrDefault(number);
        var key = known is not null && known.WrappedKey.AsSpan().SequenceEqual(wrappedKey)
            ? known.Entry.Key
            : keyring.OpenPatientKey(tenantId, wrappedKey);

        var identity = PatientIdentity.Open(key, tenantId, id, reader.GetFieldValue<byte[]>(4));
        var entry = new PatientEntry(
            number, tenantId, id, identity.Name, identity.RecordNumber, identity.DateOfBirth, identity.Sex,
            Status: reader.GetString(5),
            Ward: reader.IsDBNull(7) ? null : reader.GetString(7),
            Bed: reader.IsDBNull(8) ? null : reader.GetString(8),
            SpO2Scale: reader.GetInt16(6),
            Key: key);
        return new(entry, reader.GetInt32(9), wrappedKey);
    }

    private sealed record Snapshot(
        IReadOnlyList<HospitalEntry> Hospitals, IReadOnlyList<WardEntry> Wards,
        FrozenDictionary<int, StoredPatient> ByNumber, FrozenDictionary<string, StoredPatient> ById,
        IReadOnlyList<StoredPatient> All, IReadOnlyList<PatientEntry> Present)
    {
        public static Snapshot Empty { get; } = Of([], [], []);

        public static Snapshot Of(IReadOnlyList<HospitalEntry> hospitals, IReadOnlyList<WardEntry> wards, Dictionary<int, StoredPatient> patients)
        {
            var places = new Dictionary<(int Tenant, string Ward, string Bed), int>();
            foreach (var ward in wards)
            {
                foreach (var bed in ward.Beds)
                {
                    places.Add((ward.TenantId, ward.Id, bed), places.Count);
                }
            }

            int PlaceOf(PatientEntry patient) =>
                patient is { Ward: { } ward, Bed: { } bed } && places.TryGetValue((patient.TenantId, ward, bed), out var place) ? place : int.MaxValue;

            StoredPatient[] all = [.. patients.Values.OrderBy(patient => PlaceOf(patient.Entry)).ThenBy(patient => patient.Entry.Id, StringComparer.Ordinal)];
            return new(
                hospitals, wards, patients.ToFrozenDictionary(),
                all.ToFrozenDictionary(patient => patient.Entry.Id, StringComparer.Ordinal),
                all, [.. all.Where(patient => patient.Entry.IsPresent).Select(patient => patient.Entry)]);
        }
    }
}
