using Npgsql;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>Registers synthetic patients.</summary>
internal sealed class CanaryPatients(IKeyring keyring) : ICanaryPatients
{
    /// <inheritdoc />
    public async Task<CanaryPatient> EnsureAsync(NpgsqlConnection connection, int tenantId, string ward, CancellationToken cancellation)
    {
        if (await FindAsync(connection, tenantId, ward, cancellation) is { } there)
        {
            return there;
        }

        // Nobody types this record number, and it is the same for nobody else.
        var id = PatientRegistry.DrawId();
        var row = PatientSeal.Make(keyring, tenantId, id, new NewPatient($"Alert path, {ward}", $"alert-path/{id}", new DateOnly(2000, 1, 1), "unknown"));
        await using (var insert = PatientMoves.Command(connection, PatientSql.RegisterCanary, tenantId, row.Id, row.WrappedKey, row.Identity, row.RecordNumberIndex, PatientSearch.Version, ward))
        {
            if (await insert.ExecuteScalarAsync(cancellation) is int number)
            {
                await DirectoryChanges.NotifyAsync(connection, PatientDirectory.Topic, number, cancellation);
            }
        }

        return await FindAsync(connection, tenantId, ward, cancellation) ?? throw new InvalidOperationException("The synthetic patient was registered and is not there.");
    }

    private static async Task<CanaryPatient?> FindAsync(NpgsqlConnection connection, int tenantId, string ward, CancellationToken cancellation)
    {
        await using var command = PatientMoves.Command(connection, PatientSql.FindCanary, tenantId, ward);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new(reader.GetInt32(0), reader.GetString(1), reader.GetString(2)) : null;
    }
}
