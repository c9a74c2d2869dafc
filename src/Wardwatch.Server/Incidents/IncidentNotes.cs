using Npgsql;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Incidents;

/// <summary>Seals what is said about incidents: under the patient's key, or the hospital's where there is no patient.</summary>
internal sealed class IncidentNotes(IKeyring keyring, IPatientDirectory patients, NpgsqlConnection connection, int tenantId) : IDisposable
{
    private readonly Dictionary<int, (DataKey? Key, bool IsOurs)> _keys = [];

    /// <summary>Seals a note; null if there is nothing to seal, or the patient was erased.</summary>
    public async Task<byte[]?> SealAsync(int? patient, Guid entry, string? note, CancellationToken cancellation) =>
        string.IsNullOrWhiteSpace(note) || await KeyAsync(patient, cancellation) is not { } key ? null : key.SealText(Place(entry), note.Trim());

    /// <summary>Opens a note; null if there is none, or it cannot be opened (any more).</summary>
    public async Task<string?> OpenAsync(int? patient, Guid entry, byte[]? note, CancellationToken cancellation) =>
        note is null || await KeyAsync(patient, cancellation) is not { } key ? null : key.OpenText(Place(entry), note);

    /// <summary>Whether there is anything left to be said about a patient: false once they were erased.</summary>
    public async Task<bool> IsThereAsync(int? patient, CancellationToken cancellation) => patient is null || await KeyAsync(patient, cancellation) is not null;

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var (key, isOurs) in _keys.Values)
        {
            if (isOurs)
            {
                key?.Dispose();
            }
        }
    }

    private string Place(Guid entry) => $"wardwatch/incidents.note/1/{tenantId}/{entry:D}";

    private async Task<DataKey?> KeyAsync(int? patient, CancellationToken cancellation)
    {
        if (patient is not { } number)
        {
            return keyring.Tenant(tenantId);
        }

        if (!_keys.TryGetValue(number, out var held))
        {
            held = patients.Find(number) is { } known && known.TenantId == tenantId ? (known.Key, false) : (await ReadAsync(number, cancellation), true);
            _keys.Add(number, held);
        }

        return held.Key;
    }

    private async Task<DataKey?> ReadAsync(int number, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(IncidentSql.Key, connection) { Parameters = { new() { Value = number } } };
        return await command.ExecuteScalarAsync(cancellation) is byte[] wrapped ? keyring.OpenPatientKey(tenantId, wrapped) : null;
    }
}
