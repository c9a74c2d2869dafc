using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Incidents;

/// <summary>
/// Which incidents somebody may see: those of the patients they may see, those of their wards that are about no patient, technical ones with that permission, and whatever they were
/// told of: who is called to a patient must be able to look.
/// </summary>
internal static class IncidentReach
{
    /// <summary>Adds $1 to $7 of the statements that read.</summary>
    public static void Add(NpgsqlParameterCollection parameters, Caller caller)
    {
        var clinical = caller.ScopeOf(Permissions.ReadPatients);
        var technical = caller.ScopeOf(Permissions.TechnicalAlerts);
        parameters.Add(new() { Value = caller.TenantId });
        parameters.Add(new() { Value = clinical.WholeHospital });
        parameters.Add(new() { Value = clinical.Wards.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        parameters.Add(new() { Value = clinical.Patients.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        parameters.Add(new() { Value = technical.WholeHospital });
        parameters.Add(new() { Value = technical.Wards.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        parameters.Add(new() { Value = caller.AccountId });
    }

    /// <summary>One incident, if the caller may see it.</summary>
    public static async Task<Incident?> FindAsync(NpgsqlConnection connection, Caller caller, Guid incident, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(IncidentSql.One, connection);
        Add(command.Parameters, caller);
        command.Parameters.Add(new() { Value = incident });
        return await IncidentStore.ReadAsync(command, IncidentRows.Default.Incident, cancellation) is [var found] ? found : null;
    }

    /// <summary>Whether the caller may act on an incident that they may see: with <c>alerts.act</c>, or, where it is technical, with <c>alerts.technical</c>.</summary>
    public static bool MayAct(Caller caller, Incident incident) =>
        caller.May(Permissions.ActOnAlerts) || (incident.Subject is not null && incident.Technical && caller.May(Permissions.TechnicalAlerts));
}
