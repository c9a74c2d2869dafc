using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>
/// The keys under which a batch of events is sealed. Patients' keys are read from the database with each batch and let go with it: a patient who was registered in
/// this very transaction has one already, and one who was erased has none any more.
/// </summary>
internal sealed class EventKeys : IDisposable
{
    private const string Select = "select patient_no, tenant_id, wrapped_key from patient_keys where patient_no = any($1)";

    private readonly IKeyring _keyring;
    private readonly OpenedKeys? _opened;
    private readonly Dictionary<int, OpenedKeys.Lent> _patients = [];

    private EventKeys(IKeyring keyring, OpenedKeys? opened) => (_keyring, _opened) = (keyring, opened);

    /// <summary>The statement that reads the keys of these patients; its result goes to <see cref="ReadAsync"/>.</summary>
    public static NpgsqlBatchCommand Command(int[] patients)
    {
        var command = new NpgsqlBatchCommand(Select);
        command.Parameters.Add(new() { Value = patients, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        return command;
    }

    /// <summary>The different patients among those of some events.</summary>
    public static int[] Different(IEnumerable<int?> patients) => [.. patients.OfType<int>().Distinct()];

    /// <summary>Reads the keys of these patients.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="keyring">Opens them.</param>
    /// <param name="opened">Those that were opened a moment ago; null: each is opened for this batch alone.</param>
    /// <param name="patients">Whose.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<EventKeys> LoadAsync(NpgsqlConnection connection, IKeyring keyring, OpenedKeys? opened, IEnumerable<int?> patients, CancellationToken cancellation)
    {
        var numbers = Different(patients);
        if (numbers.Length == 0)
        {
            return new(keyring, opened);
        }

        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Command(numbers));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return await ReadAsync(reader, keyring, opened, numbers, cancellation);
    }

    /// <summary>Reads the result of <see cref="Command"/> for the same patients.</summary>
    public static async Task<EventKeys> ReadAsync(NpgsqlDataReader reader, IKeyring keyring, OpenedKeys? opened, int[] patients, CancellationToken cancellation)
    {
        var keys = new EventKeys(keyring, opened);
        try
        {
            while (await reader.ReadAsync(cancellation))
            {
                var (patient, tenant, wrapped) = (reader.GetInt32(0), reader.GetInt32(1), reader.GetFieldValue<byte[]>(2));
                keys._patients.Add(patient, opened?.Borrow(patient, tenant, wrapped) ?? new(patient, tenant, wrapped, keyring.OpenPatientKey(tenant, wrapped)));
            }
        }
        catch
        {
            keys.Dispose();
            throw;
        }

        foreach (var patient in patients.Where(patient => !keys._patients.ContainsKey(patient)))
        {
            opened?.Forget(patient);
        }

        return keys;
    }

    /// <summary>The key of a patient's events, or of a hospital's own; null if the patient was erased.</summary>
    public DataKey? Find(int tenantId, int? patientNumber) => patientNumber is { } patient ? _patients.GetValueOrDefault(patient)?.Key : _keyring.Tenant(tenantId);

    /// <inheritdoc />
    public void Dispose()
    {
        if (_opened is not null)
        {
            _opened.Return(_patients.Values);
            return;
        }

        foreach (var own in _patients.Values)
        {
            own.Key.Dispose();
        }
    }
}
