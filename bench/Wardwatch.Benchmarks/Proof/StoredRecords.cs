using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wardwatch.Server.Cli;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Benchmarks.Proof;

/// <summary>A row of the readings, opened.</summary>
/// <param name="Key">The columns that its record is bound to.</param>
/// <param name="Device">The device's id.</param>
/// <param name="Patient">The patient's id.</param>
/// <param name="IsOpen">Whether the record opens at this place; otherwise <paramref name="Content"/> says nothing.</param>
/// <param name="Content">What it holds.</param>
internal readonly record struct StoredRow(ReadingKey Key, string Device, string Patient, bool IsOpen, ReadingContent Content);

/// <summary>
/// The rows of an installation, opened with its keys beside the running server, row by row as they lie there: not through the server's answers, which leave
/// out what they cannot read.
/// </summary>
internal sealed class StoredRecords : IAsyncDisposable
{
    private const int LongestRecord = 16 * 1024;
    private const string Columns = "r.tenant_id, r.patient_no, r.device_no, r.key_id, r.boot_id, r.counter, r.measured_at, r.record";
    private const string All = $"select {Columns} from readings r";
    private const string Newest = $"""
        select {Columns} from patients p
        cross join lateral (select * from readings x where x.patient_no = p.patient_no order by x.measured_at desc limit 1) r
        """;

    private readonly Installation _installation;
    private readonly DirectoryChanges _changes;
    private readonly PatientDirectory _patients;
    private readonly Dictionary<int, PatientEntry> _byNumber;
    private readonly Dictionary<int, string> _devices;
    private readonly byte[] _sealed = new byte[LongestRecord];
    private readonly byte[] _plain = new byte[LongestRecord];

    private StoredRecords(Installation installation, DirectoryChanges changes, PatientDirectory patients, List<PatientEntry> everybody, Dictionary<int, string> devices)
    {
        (_installation, _changes, _patients, _devices) = (installation, changes, patients, devices);
        _byNumber = everybody.ToDictionary(patient => patient.Number);
    }

    /// <summary>Opens an installation whose server runs.</summary>
    public static async Task<StoredRecords> OpenAsync(string data, CancellationToken cancellation)
    {
        var installation = await CommandInstallation.OpenAsync(data, cancellation);
        var changes = new DirectoryChanges(installation.Database, TimeProvider.System, NullLogger<DirectoryChanges>.Instance);
        var patients = new PatientDirectory(installation.Database, installation.Tenants, installation.Keyring, changes, TimeProvider.System);
        var everybody = await patients.EverybodyAsync(cancellation);
        var devices = new Dictionary<int, string>();
        await using var command = installation.Database.CreateCommand("select device_no, device_id from devices");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) devices.Add(reader.GetInt32(0), reader.GetString(1));
        return new StoredRecords(installation, changes, patients, everybody, devices);
    }

    /// <summary>Every row, in any order.</summary>
    public IAsyncEnumerable<StoredRow> AllAsync(CancellationToken cancellation) => ReadAsync(All, cancellation);

    /// <summary>The row of each patient that was measured last.</summary>
    public IAsyncEnumerable<StoredRow> NewestAsync(CancellationToken cancellation) => ReadAsync(Newest, cancellation);

    /// <summary>Seals other content under the right key for a row's place: a change that no check of the seal can find.</summary>
    public byte[] Seal(in ReadingKey key, in ReadingContent content)
    {
        var plain = new byte[ReadingRecord.MaxFixedBytes];
        var length = ReadingRecord.Write(in content, [], plain);
        var record = new byte[length + DataKey.Overhead];
        Span<byte> associated = stackalloc byte[ReadingKey.AssociatedDataBytes];
        key.WriteAssociatedData(associated);
        _byNumber[key.PatientNumber].Key.Seal(associated, plain.AsSpan(0, length), record);
        return record;
    }

    public async ValueTask DisposeAsync()
    {
        _patients.Dispose();
        await _changes.DisposeAsync();
        await _installation.DisposeAsync();
    }

    private async IAsyncEnumerable<StoredRow> ReadAsync(string sql, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = _installation.Database.CreateCommand(sql);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) yield return Open(reader);
    }

    private StoredRow Open(NpgsqlDataReader row)
    {
        var key = new ReadingKey(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), (uint)row.GetInt64(3),
            unchecked((ulong)row.GetInt64(4)), unchecked((ulong)row.GetInt64(5)), UnixTime.FromDateTime(row.GetDateTime(6)));
        var patient = _byNumber[key.PatientNumber];
        var length = (int)row.GetBytes(7, 0, _sealed, 0, _sealed.Length);
        Span<byte> associated = stackalloc byte[ReadingKey.AssociatedDataBytes];
        key.WriteAssociatedData(associated);
        var content = default(ReadingContent);
        var isOpen = patient.Key.TryOpen(associated, _sealed.AsSpan(0, length), _plain, out var opened) && ReadingRecord.TryRead(_plain.AsSpan(0, opened), out content, out _);
        return new StoredRow(key, _devices[key.DeviceNumber], patient.Id, isOpen, content);
    }
}
