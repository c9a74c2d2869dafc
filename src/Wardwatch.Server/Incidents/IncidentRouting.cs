using Npgsql;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Incidents.Routing;
using Wardwatch.Server.OnCall.Contracts;
using Wardwatch.Server.Staff.Contracts;

namespace Wardwatch.Server.Incidents;

/// <summary>Asks the router for the incidents of one transaction: who is on duty is read once, and whoever is assigned something counts as busier for the next.</summary>
internal sealed class IncidentRouting(IncidentWork work)
{
    // Enough for what happens in one transaction.
    private static readonly TimeSpan Stretch = TimeSpan.FromMinutes(1);
    private static readonly string[] ClinicalRoles = [AccountRoles.Nurse, AccountRoles.ChargeNurse, AccountRoles.Physician];

    private readonly ResponderLoads _loads = new();
    private readonly HashSet<Guid> _loaded = [];
    private IDutyTable? _duty;
    private IReadOnlyList<Colleague>? _colleagues;

    /// <summary>Finds who is asked next.</summary>
    /// <param name="incident">About what.</param>
    /// <param name="step">The step to begin with.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<RoutedStep> FindAsync(Incident incident, int step, CancellationToken cancellation)
    {
        _duty ??= await work.Tools.OnCall.ReadAsync(work.Connection, work.TenantId, work.Now, work.Now + Stretch, cancellation);
        var question = new RouteQuestion(incident.Role, incident.Technical, incident.WardId, work.Now);
        var there = Router.Everybody(question, _duty);
        await LoadAsync(there, cancellation);
        var staff = there.Count > 0 ? [] : await StaffAsync(incident, cancellation);
        return Router.Find(question, step, _duty, _loads, incident.Asked, staff);
    }

    /// <summary>The charge nurses on duty on an incident's ward.</summary>
    public async Task<IReadOnlyList<OnDuty>> ChargeNursesAsync(Incident incident, CancellationToken cancellation)
    {
        _duty ??= await work.Tools.OnCall.ReadAsync(work.Connection, work.TenantId, work.Now, work.Now + Stretch, cancellation);
        return _duty.Who(incident.WardId, DutyRoles.ChargeNurse, work.Now);
    }

    /// <summary>Somebody has more to do now.</summary>
    public void Assigned(Guid account, AlertPriority priority) => _loads.Add(account, ResponderLoads.Weight(priority) + 1);

    // Nobody is on duty: those who work on the ward, or in the hospital if the ward has nobody either.
    private async Task<IReadOnlyList<OnDuty>> StaffAsync(Incident incident, CancellationToken cancellation)
    {
        _colleagues ??= await work.Tools.Colleagues.ReadAsync(work.Connection, work.TenantId, cancellation);
        string[] roles = incident.Technical ? [.. ClinicalRoles, AccountRoles.Technician] : ClinicalRoles;
        Colleague[] able = [.. _colleagues.Where(colleague => !colleague.IsDisabled && roles.Contains(colleague.Role, StringComparer.Ordinal))];
        Colleague[] ofWard = [.. able.Where(colleague => incident.WardId is { } ward && colleague.Wards.Contains(ward))];
        return [.. (ofWard.Length > 0 ? ofWard : able).Select(colleague => new OnDuty(colleague.Id, colleague.Name, colleague.Role, 9, work.Now, work.Now, "account", ""))];
    }

    private async Task LoadAsync(IEnumerable<OnDuty> people, CancellationToken cancellation)
    {
        Guid[] accounts = [.. people.Select(person => person.AccountId).Where(_loaded.Add)];
        if (accounts.Length == 0)
        {
            return;
        }

        await using var batch = new NpgsqlBatch(work.Connection);
        batch.BatchCommands.Add(new(IncidentSql.OpenLoads) { Parameters = { new() { Value = work.TenantId }, new() { Value = accounts } } });
        batch.BatchCommands.Add(new(IncidentSql.RecentLoads) { Parameters = { new() { Value = work.TenantId }, new() { Value = accounts }, new() { Value = (work.Now - ResponderLoads.Recent).UtcDateTime } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            _loads.Add(reader.GetGuid(0), ResponderLoads.Weight((AlertPriority)reader.GetInt16(1)) * (int)reader.GetInt64(2));
        }

        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            _loads.Add(reader.GetGuid(0), (int)reader.GetInt64(1));
        }
    }
}
