using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>Which alerts are asked for.</summary>
/// <param name="Ward">Of this ward only.</param>
/// <param name="PatientNumber">Of this patient only.</param>
/// <param name="IsActive">Active or ended ones only.</param>
/// <param name="Since">Raised since then.</param>
/// <param name="Before">Those before this one.</param>
/// <param name="Limit">How many.</param>
internal sealed record AlertQuery(string? Ward, int? PatientNumber, bool? IsActive, DateTimeOffset? Since, long? Before, int Limit);

/// <summary>Alerts as a caller may see them: those of the patients in reach, and technical ones of the wards in reach. What is not the caller's is not there.</summary>
internal sealed class AlertReader(TenantDatabase database, AlertRows rows, IPatientDirectory patients)
{
    /// <summary>A page, newest first.</summary>
    public async Task<List<ReadAlert>> PageAsync(Caller caller, AlertQuery query, CancellationToken cancellation)
    {
        var (seen, technical) = (caller.ScopeOf(Permissions.ReadPatients), caller.ScopeOf(Permissions.TechnicalAlerts));
        string[] wardsOfTechnical = technical.WholeHospital ? [.. patients.Wards.Where(ward => ward.TenantId == caller.TenantId).Select(ward => ward.Id)] : [.. seen.Wards.Union(technical.Wards)];
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        await using var command = transaction.Command(AlertSql.Page, caller.TenantId, seen.WholeHospital, wardsOfTechnical, seen.Wards.ToArray(), seen.Patients.ToArray());
        command.Parameters.Add(new() { Value = (object?)query.Ward ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)query.PatientNumber ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = (object?)query.IsActive ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean });
        command.Parameters.Add(new() { Value = (object?)query.Since?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = (object?)query.Before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = query.Limit });
        return await rows.ReadAsync(command, cancellation);
    }

    /// <summary>One alert; null: there is none, or it is not the caller's.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="id">The alert's public id.</param>
    /// <param name="permission">What must reach the patient.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ReadAlert?> FindAsync(Caller caller, string id, string permission, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        return await FindAsync(transaction.Connection, caller, id, permission, cancellation);
    }

    /// <summary>The same, locked until the transaction ends.</summary>
    public async Task<ReadAlert?> LockAsync(NpgsqlConnection connection, Caller caller, string id, string permission, CancellationToken cancellation)
    {
        if (!Guid.TryParse(id, out var alert))
        {
            return null;
        }

        await using (var command = StaffActs.Command(connection, AlertSql.Lock, caller.TenantId, alert))
        {
            await command.ExecuteNonQueryAsync(cancellation);
        }

        return await FindAsync(connection, caller, id, permission, cancellation);
    }

    private async Task<ReadAlert?> FindAsync(NpgsqlConnection connection, Caller caller, string id, string permission, CancellationToken cancellation)
    {
        if (!Guid.TryParse(id, out var key))
        {
            return null;
        }

        await using var command = StaffActs.Command(connection, AlertSql.ById, caller.TenantId, new[] { key });
        return await rows.ReadAsync(command, cancellation) is [{ Canary: false } alert] && await IsReachedAsync(caller, alert, permission, cancellation) ? alert : null;
    }

    private async ValueTask<bool> IsReachedAsync(Caller caller, ReadAlert alert, string permission, CancellationToken cancellation)
    {
        var scope = caller.ScopeOf(permission);
        if (alert.PatientNumber is { } number)
        {
            var patient = patients.Find(number) ?? (alert.Document.Patient is { } id ? await patients.FindAsync(alert.TenantId, id, cancellation) : null);
            return patient is not null && scope.Covers(patient.TenantId, patient.Ward, number);
        }

        var technical = caller.ScopeOf(Permissions.TechnicalAlerts);
        return alert.Document.Ward is { } ward
            ? scope.CoversWard(alert.TenantId, ward) || technical.CoversWard(alert.TenantId, ward)
            : (scope.WholeHospital || technical.WholeHospital) && alert.TenantId == caller.TenantId;
    }
}
