using Wardwatch.Server.Access;
using Wardwatch.Server.Analytics;
using Wardwatch.Server.Audit;
using Wardwatch.Server.Devices;
using Wardwatch.Server.Events;
using Wardwatch.Server.Gateway;
using Wardwatch.Server.History;
using Wardwatch.Server.Live;
using Wardwatch.Server.Models;
using Wardwatch.Server.Monitoring;
using Wardwatch.Server.Operations;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff;

namespace Wardwatch.Server;

/// <summary>
/// Which modules a process runs: a table from role to modules. A process takes the union of its roles; <c>all</c> is the union of every role.
/// The order within the table is the order in which modules start; they stop in the reverse order.
/// </summary>
public static class Roles
{
    /// <summary>The role that stands for all of them.</summary>
    public const string All = "all";

    // The same object in each role, so that a process of several roles takes it once; they stand above the table, which is made from them.
    private static Module Patients { get; } = new(PatientsModule.AddPatients, PatientsModule.MapPatients);

    private static Module Devices { get; } = new(DevicesModule.AddDevices, DevicesModule.MapDevices);

    private static Module Models { get; } = new(ModelsModule.AddModels, ModelsModule.MapModels);

    private static Module History { get; } = new(HistoryModule.AddHistory, HistoryModule.MapHistory);

    private static Module Monitoring { get; } = new(MonitoringModule.AddMonitoring, MonitoringModule.MapMonitoring);

    private static Module Live { get; } = new(LiveModule.AddLive, LiveModule.MapLive);

    private static Module Gateway { get; } = new(GatewayModule.AddGateway, GatewayModule.MapGateway);

    private static Module Access { get; } = new(AccessModule.AddAccess, AccessModule.MapAccess);

    private static Module Audit { get; } = new(AuditModule.AddAudit, AuditModule.MapAudit);

    private static Module Events { get; } = new(EventsModule.AddEvents);

    private static Module Analytics { get; } = new(AnalyticsModule.AddAnalytics, AnalyticsModule.MapAnalytics);

    private static Module Operations { get; } = new(OperationsModule.AddOperations, OperationsModule.MapOperations);

    private static Module Staff { get; } = new(StaffModule.AddStaff, StaffModule.MapStaff);

    private static readonly Dictionary<string, Module[]> Table = new(StringComparer.Ordinal)
    {
        ["monitor"] = [Access, Audit, Events, Patients, Devices, Models, History, Monitoring],
        ["web"] = [Access, Audit, Events, Patients, Devices, Models, History, Staff, Live, Operations, Analytics],
        ["gateway"] = [Access, Audit, Events, Patients, Devices, Staff, Gateway],
        ["worker"] = [Access, Audit, Events],
    };

    /// <summary>The modules of the named roles, each once, in their order.</summary>
    /// <param name="names">Role names separated by commas: <c>all</c>, or <c>gateway,web</c>.</param>
    /// <exception cref="StartupException">A name is unknown, or the roles do not make a whole server.</exception>
    public static IReadOnlyList<Module> Select(string names)
    {
        var wanted = names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
        if (wanted.FirstOrDefault(name => name != All && !Table.ContainsKey(name)) is { } unknown)
        {
            throw new StartupException($"There is no role '{unknown}'.", $"The roles are: {All}, {string.Join(", ", Table.Keys)}.");
        }

        if (!wanted.Contains(All) && !Table.Keys.All(wanted.Contains))
        {
            throw new StartupException("The roles of this server cannot be split over processes: without a message broker between them, they must share one.", $"Start it with --roles {All}.");
        }

        return Table.Values.SelectMany(modules => modules).Distinct().ToList();
    }

    /// <summary>A module as the program sees it: what it registers and what it maps.</summary>
    /// <param name="Add">Registers its services; hosted services start in this order.</param>
    /// <param name="Map">Maps its routes; null if it has none.</param>
    public sealed record Module(Action<IHostApplicationBuilder> Add, Action<IEndpointRouteBuilder>? Map = null);
}
