using System.Security.Cryptography;
using Npgsql;
using Wardwatch.Devices.Ascon;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Devices;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Events;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cli.Seed;

/// <summary>What the demo hospital holds after seeding.</summary>
/// <param name="Patients">How many patients there are.</param>
/// <param name="AddedPatients">How many of them are new.</param>
/// <param name="Accounts">The accounts with their passwords.</param>
/// <param name="CredentialsFile">Where accounts and passwords are.</param>
/// <param name="DeviceKeysFile">Where the devices' keys are.</param>
internal sealed record DemoReport(int Patients, int AddedPatients, IReadOnlyList<DemoCredential> Accounts, string CredentialsFile, string DeviceKeysFile);

/// <summary>
/// The demo hospital: invented patients in their beds, each with a monitor, two spare devices, staff, and who of them is on duty when. Seeding again changes nothing;
/// seeding with more patients adds the missing ones.
/// </summary>
internal sealed class DemoHospital(Installation installation, TimeProvider time)
{
    /// <summary>The hospital's id.</summary>
    public const string Id = "demo";

    /// <summary>The hospital's name.</summary>
    public const string Name = "Demo hospital";

    /// <summary>How many patients there are when nobody says otherwise.</summary>
    public const int DefaultPatients = 15;

    // Patients 1 and 2 wear a second device that nobody plays, so that one of one's own can be tried.
    private const int Spares = 2;

    // Further back than a reading may be late, so that the past can be filled in.
    private static readonly TimeSpan WornSince = TimeSpan.FromDays(8);

    private readonly HospitalRegistry _hospitals = new(installation.Database, installation.Keyring);
    private readonly Outbox _outbox = new(installation.Keyring, time);
    private readonly PatientRegistry _patients = new(installation.Tenants, installation.Keyring, new ToolAudit(installation), new Outbox(installation.Keyring, time), time);
    private readonly DeviceRegistry _devices = new(installation.Tenants, installation.Keyring, new ToolAudit(installation), new Outbox(installation.Keyring, time), time);
    private readonly DemoFiles _files = new(installation.Data);

    /// <summary>Fills in what is missing.</summary>
    /// <param name="patients">How many patients there are to be at least, 1 to <see cref="DemoPatients.Most"/>.</param>
    /// <param name="simulated">Whether the simulator plays the monitors of that many patients; otherwise all devices are for load from outside.</param>
    /// <param name="cancellation">Gives up; nothing is half done.</param>
    public async Task<DemoReport> SeedAsync(int patients, bool simulated, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patients, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(patients, DemoPatients.Most);
        var hospital = await _hospitals.EnsureAsync(Id, Name, cancellation);

        await using var connection = await installation.Database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, DemoSql.Lock, cancellation);
        var known = await NumbersAsync(connection, DemoSql.Patients, hospital.TenantId, cancellation);
        var missing = Enumerable.Range(1, patients).Where(number => !known.ContainsKey(DemoPatients.IdOf(number))).ToList();
        if (missing.Count > 0)
        {
            await HospitalRegistry.AddWardsAsync(connection, hospital.TenantId, DemoPatients.Wards(patients), cancellation);
            var by = new Actor(AuditEntry.OfTool(hospital.TenantId, AuditActions.ImportPatients), null);
            await _patients.InsertAsync(connection, by, missing.ConvertAll(DemoPatients.Create), cancellation);
            await PatientRegistry.TellOfImportAsync(connection, _outbox, by, missing.Count, time.GetUtcNow(), cancellation);
            known = await NumbersAsync(connection, DemoSql.Patients, hospital.TenantId, cancellation);
        }

        var bedside = Enumerable.Range(1, DemoPatients.Most).Where(number => known.ContainsKey(DemoPatients.IdOf(number))).ToList();
        await EnsureDevicesAsync(connection, hospital, bedside, known, number => simulated && number <= patients, cancellation);
        await transaction.CommitAsync(cancellation);

        var accounts = await DemoStaff.EnsureAsync(installation, hospital.TenantId, bedside, _files, cancellation);
        await DemoDuty.EnsureAsync(installation, hospital.TenantId, time, cancellation);
        return new(bedside.Count, missing.Count, accounts, _files.Credentials, _files.DeviceKeys);
    }

    private async Task EnsureDevicesAsync(
        NpgsqlConnection connection, HospitalEntry hospital, List<int> bedside, Dictionary<string, int> patients, Func<int, bool> isPlayed, CancellationToken cancellation)
    {
        var known = await NumbersAsync(connection, DemoSql.Devices, hospital.TenantId, cancellation);
        var inFile = _files.ReadDeviceKeys().ToDictionary(key => key.Device, StringComparer.Ordinal);
        var entries = new List<DemoDeviceKey>();
        var added = new List<(IssuedDevice Device, int Patient, string Topic)>();
        foreach (var (device, patient, spare) in DevicesOf(bedside))
        {
            var topic = DeviceRegistry.VitalsTopic(hospital.Id, DemoPatients.WardOf(patient), DemoPatients.IdOf(patient));
            var issued = (known.ContainsKey(device), inFile.GetValueOrDefault(device)) switch
            {
                (_, { } entry) => new IssuedDevice(device, entry.Token, new(entry.KeyId, DeviceAlgorithms.Standard, Convert.FromHexString(entry.Key))),
                (true, null) => await ReissueAsync(connection, hospital.TenantId, known[device], device, cancellation),
                (false, null) => Draw(device),
            };
            entries.Add(new(device, issued.Key.KeyId, Convert.ToHexStringLower(issued.Key.Key), issued.Token, topic, !spare && isPlayed(patient)));
            if (!known.ContainsKey(device))
            {
                added.Add((issued, patients[DemoPatients.IdOf(patient)], topic));
            }
        }

        // The file is on disk before the devices are in the database: after a crash between, the next start uses what the file says.
        _files.Write(entries);
        if (added.Count == 0)
        {
            return;
        }

        var numbers = await _devices.InsertAsync(connection, hospital.TenantId, added.ConvertAll(device => device.Device), cancellation);
        var since = time.GetUtcNow().UtcDateTime - WornSince;

        // Nobody has put these on and waits for them; perhaps nothing plays them.
        await DeviceRegistry.InsertBindingsAsync(
            connection, hospital.TenantId,
            added.ConvertAll(device => new BindingRow(numbers[device.Device.Id], device.Patient, device.Topic, since, DateTime.MaxValue, IsAwaited: false)), cancellation);
        await DirectoryChanges.NotifyAsync(connection, PatientDirectory.Topic, null, cancellation);
        await DirectoryChanges.NotifyAsync(connection, DeviceDirectory.Topic, null, cancellation);
    }

    private static IEnumerable<(string Device, int Patient, bool Spare)> DevicesOf(List<int> bedside) =>
        bedside.Select(number => ($"M-{100 + number}", number, false))
            .Concat(bedside.Where(number => number <= Spares).Select(number => ($"T-{100 + number}", number, true)));

    private static IssuedDevice Draw(string device) =>
        new(device, DeviceTokens.Draw(), new(1, DeviceAlgorithms.Standard, RandomNumberGenerator.GetBytes(AeadCipher.KeyBytes)));

    // The file was lost: the key can be opened again, the token only drawn anew.
    private async Task<IssuedDevice> ReissueAsync(NpgsqlConnection connection, int tenantId, int number, string device, CancellationToken cancellation)
    {
        var token = DeviceTokens.Draw();
        await ExecuteAsync(connection, DemoSql.SetToken, cancellation, number, DeviceTokens.Hash(token));
        await DirectoryChanges.NotifyAsync(connection, DeviceDirectory.Topic, number, cancellation);
        await using var command = new NpgsqlCommand(DemoSql.FirstKey, connection);
        command.Parameters.Add(new() { Value = number });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new(device, token, new((uint)reader.GetInt64(0), reader.GetString(1), installation.Keyring.Unwrap(tenantId, reader.GetFieldValue<byte[]>(2))))
            : throw new StartupException($"The demo device {device} has no key in force.", $"Issue one: ward device key {device}");
    }

    private static async Task<Dictionary<string, int>> NumbersAsync(NpgsqlConnection connection, string sql, int tenantId, CancellationToken cancellation)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = tenantId });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            numbers.Add(reader.GetString(0), reader.GetInt32(1));
        }

        return numbers;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static class DemoSql
    {
        // Two starts at once: one seeds, the other finds it done.
        public const string Lock = "select pg_advisory_xact_lock(hashtext('demo-hospital'))";

        public const string Patients = "select patient_id, patient_no from patients where tenant_id = $1";

        public const string Devices = "select device_id, device_no from devices where tenant_id = $1";

        public const string SetToken = "update devices set token_hash = $2 where device_no = $1";

        public const string FirstKey =
            "select key_id, algorithm, wrapped_key from device_keys where device_no = $1 and revoked_at is null order by key_id limit 1";
    }
}
