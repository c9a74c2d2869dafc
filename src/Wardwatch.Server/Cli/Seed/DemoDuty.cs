using System.Security.Cryptography;
using System.Text;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.OnCall;
using Wardwatch.Server.OnCall.Calculation;
using Wardwatch.Server.OnCall.People;
using Wardwatch.Server.OnCall.Schedules;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.People;

namespace Wardwatch.Server.Cli.Seed;

/// <summary>
/// Who is on duty in the demo hospital: nurses in three shifts, everybody else by the week, around the clock, in two tiers wherever a duty has two people. A schedule is
/// made once; whatever is changed of it afterwards stays.
/// </summary>
internal static class DemoDuty
{
    private const string Zone = "Europe/Berlin";

    // A Monday; from then on everybody takes turns.
    private static readonly DateOnly Start = new(2026, 1, 5);
    private static readonly TimeOnly Early = new(7, 0), Late = new(15, 0), Night = new(23, 0);

    private static readonly Planned[] Plan =
    [
        .. Ward("ward-1", "Ward 1", ["nurse.falk", "nurse.brandt", "nurse.castell", "nurse.adeyemi"], "charge.keane", "charge.duarte"),
        .. Ward("ward-2", "Ward 2", ["nurse.rahimi", "nurse.halloran", "nurse.soto", "nurse.petit"], "charge.duarte", "charge.keane"),
        new("Nurses, hospital", null, DutyRoles.Nurse, 3, [Weekly("charge.keane", "charge.duarte")]),
        .. Hospital("Physicians", DutyRoles.Physician, "dr.osei", "dr.arvidsson", "dr.mbatha"),
        .. Hospital("Intensive care", DutyRoles.Intensivist, "dr.vance", "dr.oyelaran"),
        .. Hospital("Cardiology", DutyRoles.Cardiologist, "dr.tanaka", "dr.imhof"),
        .. Hospital("Respiratory medicine", DutyRoles.RespiratoryPhysician, "dr.salvesen", "dr.prior"),
        .. Hospital("Neurology", DutyRoles.Neurologist, "dr.abboud", "dr.lasker"),
        .. Hospital("Diabetology", DutyRoles.Diabetologist, "dr.quint", "dr.mbatha"),
        .. Hospital("Rapid response", DutyRoles.RapidResponse, "dr.oyelaran", "dr.vance"),
        .. Hospital("Technicians", DutyRoles.Technician, "tech.ivers", "tech.demir"),
    ];

    /// <summary>Makes the schedules that are missing, and gives their members the duties for them.</summary>
    public static async Task EnsureAsync(Installation installation, int tenantId, TimeProvider time, CancellationToken cancellation)
    {
        var (colleagues, audit) = (new Colleagues(), new ToolAudit(installation));
        Dictionary<string, Guid> accounts;
        ILookup<Guid, Duty> duties;
        HashSet<Guid> known;
        await using (var transaction = await installation.Tenants.BeginAsync(tenantId, cancellation))
        {
            accounts = (await colleagues.ReadAsync(transaction.Connection, tenantId, cancellation)).ToDictionary(colleague => colleague.User, colleague => colleague.Id, StringComparer.Ordinal);
            duties = await Duties.ReadAsync(transaction.Connection, tenantId, account: null, cancellation);
            known = [.. (await OnCallChange.ListAsync(transaction.Connection, tenantId, id: null, ended: true, ward: null, cancellation)).Select(schedule => schedule.Id)];
        }

        var missing = Plan.Where(planned => !known.Contains(IdOf(tenantId, planned))).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        var staff = new DutyStaff(installation.Tenants, colleagues, audit, time);
        foreach (var (user, wanted) in DutiesOf(missing))
        {
            // Beside those that somebody has already, as after a seeding that was cut off.
            Duty[] all = [.. duties[accounts[user]].Where(had => !wanted.Exists(duty => (duty.Role, duty.Tier) == (had.Role, had.Tier))), .. wanted];
            Require(await staff.SetAsync(Planner.OfTool(tenantId, AuditActions.SetDuties), accounts[user], IfMatch.Any, (null, all, ["in-app", "push"]), cancellation), user);
        }

        var registry = new ScheduleRegistry(installation.Tenants, colleagues, audit, time);
        foreach (var planned in missing)
        {
            var layers = planned.Layers.Select(layer => new Layer(Layer.Weekly, 1, Unit: null, Early, Start, [.. layer.Members.Select(user => accounts[user])], layer.Restrictions));
            var data = new ScheduleData(planned.Name, Zones.Stored(Zone), [.. layers]);
            Require(await registry.AddAsync(Planner.OfTool(tenantId, AuditActions.AddSchedule), IdOf(tenantId, planned), planned.Ward, planned.Role, planned.Tier, data, cancellation), planned.Name);
        }
    }

    private static void Require(OnCallResult result, string what)
    {
        if (!result.IsDone)
        {
            throw new StartupException($"The duty of the demo cannot be set up ({what}): {result.Outcome}. {result.Detail}", "Remove the demo's folder and start again.");
        }
    }

    // The same at each seeding, whatever the schedule is called meanwhile.
    private static Guid IdOf(int tenantId, Planned planned) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"wardwatch/demo-duty/{tenantId}/{planned.Ward}/{planned.Role}/{planned.Tier}")).AsSpan(0, 16));

    private static Dictionary<string, List<Duty>> DutiesOf(IEnumerable<Planned> schedules) => schedules
        .SelectMany(planned => planned.Layers.SelectMany(layer => layer.Members).Distinct(StringComparer.Ordinal).Select(user => (User: user, Planned: planned)))
        .GroupBy(member => member.User, StringComparer.Ordinal)
        .ToDictionary(
            member => member.Key,
            member => member.GroupBy(duty => (duty.Planned.Role, duty.Planned.Tier))
                .Select(duty => new Duty(duty.Key.Role, duty.Key.Tier, duty.Any(place => place.Planned.Ward is null) ? null : [.. duty.Select(place => place.Planned.Ward!)])).ToList(),
            StringComparer.Ordinal);

    // Four nurses: each week three of them work in shifts, and the fourth stands behind them.
    private static IEnumerable<Planned> Ward(string ward, string name, string[] nurses, string charge, string deputy) =>
    [
        new($"Nurses, {name}", ward, DutyRoles.Nurse, 1, [Shift(nurses, 0, Early, Late), Shift(nurses, 1, Late, Night), Shift(nurses, 2, Night, Early)]),
        new($"Nurses, {name}, second", ward, DutyRoles.Nurse, 2, [Weekly(From(nurses, 3))]),
        new($"Charge nurse, {name}", ward, DutyRoles.ChargeNurse, 1, [Weekly(charge)]),
        new($"Charge nurse, {name}, second", ward, DutyRoles.ChargeNurse, 2, [Weekly(deputy)]),
    ];

    private static IEnumerable<Planned> Hospital(string name, string role, params string[] users)
    {
        yield return new(name, null, role, 1, [Weekly(users)]);
        if (users.Length > 1)
        {
            yield return new($"{name}, second", null, role, 2, [Weekly(From(users, 1))]);
        }
    }

    private static PlannedLayer Weekly(params string[] users) => new(users, []);

    private static PlannedLayer Shift(string[] users, int first, TimeOnly from, TimeOnly until) => new(From(users, first), [new(Enum.GetValues<DayOfWeek>(), from, until)]);

    private static string[] From(string[] users, int first) => [.. users[first..], .. users[..first]];

    private sealed record PlannedLayer(string[] Members, IReadOnlyList<Restriction> Restrictions);

    private sealed record Planned(string Name, string? Ward, string Role, int Tier, PlannedLayer[] Layers);
}
