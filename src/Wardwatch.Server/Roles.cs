using Wardwatch.Server.Access;
using Wardwatch.Server.AlertPath;
using Wardwatch.Server.Alerts;
using Wardwatch.Server.Analytics;
using Wardwatch.Server.Audit;
using Wardwatch.Server.Cluster;
using Wardwatch.Server.Devices;
using Wardwatch.Server.Events;
using Wardwatch.Server.Gateway;
using Wardwatch.Server.History;
using Wardwatch.Server.Incidents;
using Wardwatch.Server.Live;
using Wardwatch.Server.Models;
using Wardwatch.Server.Monitoring;
using Wardwatch.Server.Notifications;
using Wardwatch.Server.OnCall;
using Wardwatch.Server.Operations;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff;
using Wardwatch.Server.Timers;

namespace Wardwatch.Server;

/// <summary>
/// Which modules a process runs: a table from role to what it adds and which routes it maps. A process takes the union of its roles; <c>all</c> is the union of every role.
/// The order within the table is the order in which modules start; they stop in the reverse order.
/// </summary>
public static class Roles
{
    /// <summary>The role that stands for all of them.</summary>
    public const string All = "all";

    // What every process knows: who may do what, what is recorded of it, what happened, and the hospital's directories.
    private static readonly Action<IHostApplicationBuilder>[] Base =
    [
        AccessModule.AddAccess, AuditModule.AddAudit, EventsModule.AddEvents, ClusterModule.AddCluster, PatientsModule.AddPatients, DevicesModule.AddDevices, TimersModule.AddTimers, AlertsModule.AddAlerts, AlertPathModule.AddAlertPath,
    ];

    // What staff are told and do about alerts: asked by those who look, done by those who work.
    private static readonly Action<IHostApplicationBuilder>[] Responding =
        [StaffModule.AddColleagues, OnCallModule.AddOnCall, NotificationsModule.AddNotifications, IncidentsModule.AddIncidents];

    private static readonly Dictionary<string, Role> Table = new(StringComparer.Ordinal)
    {
        ["monitor"] = new([.. Base, ModelsModule.AddModels, HistoryModule.AddHistory, MonitoringModule.AddMonitoring, ClusterModule.AddReceiving, ClusterModule.AddFeed], []),
        ["web"] = new(
            [.. Base, .. Responding, AlertsModule.AddActiveAlerts, IncidentsModule.AddShownIncidents, ModelsModule.AddModels, HistoryModule.AddHistory, MonitoringModule.AddTrends, ClusterModule.AddSending, StaffModule.AddStaff, ClusterModule.AddMirror, LiveModule.AddLive, OperationsModule.AddOperations, AnalyticsModule.AddAnalytics, AlertPathModule.AddReceiver],
            [
                PatientsModule.MapPatients, DevicesModule.MapDevices, ModelsModule.MapModels, HistoryModule.MapHistory, MonitoringModule.MapMonitoring, LiveModule.MapLive, AccessModule.MapAccess,
                AuditModule.MapAudit, AnalyticsModule.MapAnalytics, OperationsModule.MapOperations, StaffModule.MapStaff,
                AlertsModule.MapAlerts, IncidentsModule.MapIncidents, OnCallModule.MapOnCall, NotificationsModule.MapNotifications, AlertPathModule.MapAlertPath,
            ]),
        ["gateway"] = new([.. Base, ClusterModule.AddSending, StaffModule.AddStaff, ClusterModule.AddPresence, GatewayModule.AddGateway, AlertPathModule.AddProbe], [GatewayModule.MapGateway]),
        ["worker"] = new([.. Base, .. Responding, AnalyticsModule.AddAnalytics, AnalyticsModule.AddAnalyticsWork, AlertsModule.AddAlertWork, IncidentsModule.AddIncidentWork, NotificationsModule.AddNotificationWork, TimersModule.AddTimerWork, EventsModule.AddEventWork, AlertPathModule.AddWatch], []),
    };

    /// <summary>What a process of the named roles takes, each once, in its order.</summary>
    /// <param name="names">Role names separated by commas: <c>all</c>, or <c>gateway,web</c>.</param>
    /// <param name="overBroker">Whether there is a broker between processes, without which one must do everything.</param>
    /// <exception cref="StartupException">A name is unknown, or the roles do not make a whole server.</exception>
    public static Selection Select(string names, bool overBroker)
    {
        var wanted = names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
        if (wanted.FirstOrDefault(name => name != All && !Table.ContainsKey(name)) is { } unknown)
        {
            throw new StartupException($"There is no role '{unknown}'.", $"The roles are: {All}, {string.Join(", ", Table.Keys)}.");
        }

        var whole = wanted.Contains(All) || Table.Keys.All(wanted.Contains);
        if (!whole && (!overBroker || wanted.Count == 0))
        {
            throw new StartupException(
                "The roles of this server cannot be split over processes: without a message broker between them, they must share one.",
                $"Start it with --roles {All}, or give every process the same {BrokerOptions.Section}:{nameof(BrokerOptions.Url)} and database.");
        }

        var (taken, roles) = whole ? ([.. Table.Keys], Table.Values) : (Table.Keys.Where(wanted.Contains).ToList(), Table.Where(role => wanted.Contains(role.Key)).Select(role => role.Value));
        return new(new(taken, whole), [.. roles.SelectMany(role => role.Adds).Distinct()], [.. roles.SelectMany(role => role.Maps).Distinct()]);
    }

    /// <summary>What a process takes.</summary>
    /// <param name="Roles">Its roles.</param>
    /// <param name="Adds">Registers its services; hosted services start in this order.</param>
    /// <param name="Maps">Maps its routes.</param>
    public sealed record Selection(ProcessRoles Roles, IReadOnlyList<Action<IHostApplicationBuilder>> Adds, IReadOnlyList<Action<IEndpointRouteBuilder>> Maps);

    private sealed record Role(Action<IHostApplicationBuilder>[] Adds, Action<IEndpointRouteBuilder>[] Maps);
}
