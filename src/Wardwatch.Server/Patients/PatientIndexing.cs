using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>
/// Makes the hashes by which patients are found for those who have none: who was registered by a release that made none, or was changed by one that could not. Runs
/// at the start, before anything listens, and finds nothing to do at most of them.
/// </summary>
internal sealed partial class PatientIndexing(NpgsqlDataSource database, IKeyring keyring, ILogger<PatientIndexing> log) : IHostedService
{
    private const int AtOnce = 500;

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var all = 0;
        while (await SomeAsync(cancellationToken) is > 0 and var some)
        {
            all += some;
        }

        if (all > 0)
        {
            LogIndexed(log, all);
        }
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<int> SomeAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var patients = new List<(int Number, int TenantId, byte[][] Tokens)>();
        await using (var command = PatientMoves.Command(connection, PatientSql.WithoutTokens, AtOnce))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var (number, tenantId) = (reader.GetInt32(0), reader.GetInt32(1));
                using var key = keyring.OpenPatientKey(tenantId, reader.GetFieldValue<byte[]>(3));
                var identity = PatientIdentity.Open(key, tenantId, reader.GetString(2), reader.GetFieldValue<byte[]>(4));
                patients.Add((number, tenantId, PatientSearch.TokensOf(keyring.Tenant(tenantId), identity.Name, identity.RecordNumber)));
            }
        }

        foreach (var (number, tenantId, tokens) in patients)
        {
            await PatientCorrections.IndexAsync(connection, tenantId, number, tokens, cancellation);
        }

        await using var made = PatientMoves.Command(connection, PatientSql.TokensMade, patients.Select(patient => patient.Number).ToArray(), PatientSearch.Version);
        await made.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return patients.Count;
    }

    [LoggerMessage(1041, LogLevel.Information, "{Patients} patients can be found by name and record number now")]
    private static partial void LogIndexed(ILogger log, int patients);
}
