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
    private readonly Dictionary<int, DataKey> _patients = [];

    private EventKeys(IKeyring keyring) => _keyring = keyring;

    /// <summary>The statement that reads the keys of these patients; its result goes to <see cref="ReadAsync"/>.</summary>
    public static NpgsqlBatchCommand Command(int[] patients)
    {
        var command = new NpgsqlBatchCommand(Select);
        command.Parameters.Add(new() { Value = patients, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        return command;
    }

    /// <summary>Reads the keys of these patients.</summary>
    public static async Task<EventKeys> LoadAsync(NpgsqlConnection connection, IKeyring keyring, IEnumerable<int?> patients, CancellationToken cancellation)
    {
        int[] numbers = [.. patients.OfType<int>().Distinct()];
        if (numbers.Length == 0)
        {
            return new(keyring);
        }

        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Command(numbers));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return await ReadAsync(reader, keyring, cancellation);
    }

    /// <summary>Reads the result of <see cref="Command"/>.</summary>
    public static async Task<EventKeys> ReadAsync(NpgsqlDataReader reader, IKeyring keyring, CancellationToken cancellation)
    {
        var keys = new EventKeys(keyring);
        while (await reader.ReadAsync(cancellation))
        {
            keys._patients[reader.GetInt32(0)] = keyring.OpenPatientKey(reader.GetInt32(1), reader.GetFieldValue<byte[]>(2));
        }

        return keys;
    }

    /// <summary>The key of a patient's events, or of a hospital's own; null if the patient was erased.</summary>
    public DataKey? Find(int tenantId, int? patientNumber) => patientNumber is { } patient ? _patients.GetValueOrDefault(patient) : _keyring.Tenant(tenantId);

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var key in _patients.Values)
        {
            key.Dispose();
        }
    }
}
