using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Events;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Incidents;
using Wardwatch.Server.Incidents.Contracts;
using Wardwatch.Server.Incidents.Lifecycle;
using Wardwatch.Server.Notifications.Contracts;
using Wardwatch.Server.OnCall.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Contracts;
using Wardwatch.Server.Timers;
using Wardwatch.SystemTests.Events;
using Wardwatch.SystemTests.Harness;

namespace Wardwatch.SystemTests.Incidents;

/// <summary>What surrounds incidents in a test: who is on duty, who is told, what is done to alerts. The same for every node.</summary>
internal sealed class Surroundings(int tenant) : IColleagues, INotifier, IReceipts, IAlerts, IOnCall, IEventObserver, IAuditTrail, IPatientDirectory
{
    private int _noted;

    /// <summary>Who is on duty, for ever: role and tier.</summary>
    public List<(string Name, string Role, int Tier)> Duty { get; } = [];

    /// <summary>What was queued in transactions that may not have committed: for whom and why.</summary>
    public ConcurrentQueue<NewNotification> Notifications { get; } = new();

    /// <summary>What was done to alerts.</summary>
    public ConcurrentQueue<string> Acts { get; } = new();

    /// <summary>What the world was told.</summary>
    public ConcurrentQueue<IncidentChanged> Told { get; } = new();

    /// <summary>How often each transaction called the outbox.</summary>
    public ConcurrentDictionary<string, int> OutboxCalls { get; } = new(StringComparer.Ordinal);

    /// <summary>How much was put on record.</summary>
    public int Noted => _noted;

    public static Guid IdOf(string name) => new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name))[..16]);

    public IReadOnlyCollection<EventKind> Kinds { get; } = [IncidentEvents.Changed];

    public void Happened(DeliveredEvent delivered) => Told.Enqueue(System.Text.Json.JsonSerializer.Deserialize(delivered.Content, IncidentEvents.Changed.Json)!);

    public Task<IReadOnlyList<Colleague>> ReadAsync(NpgsqlConnection connection, int tenantId, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Colleague>>([
            new(IdOf("Nora"), "nora", "Nora", AccountRoles.Nurse, FrozenSet.Create("ward-9"), IsDisabled: false),
            new(IdOf("Gone"), "gone", "Gone", AccountRoles.Nurse, FrozenSet.Create("ward-9"), IsDisabled: true),
        ]);

    public async Task<IReadOnlyList<Guid>> QueueAsync(NpgsqlConnection connection, IReadOnlyList<NewNotification> notifications, CancellationToken cancellation)
    {
        foreach (var notification in notifications)
        {
            await using var insert = new NpgsqlCommand("insert into test_notifications (incident, account, kind) values ($1, $2, $3)", connection)
            {
                Parameters = { new() { Value = notification.Incident ?? Guid.Empty }, new() { Value = notification.AccountId }, new() { Value = notification.Kind } },
            };
            await insert.ExecuteNonQueryAsync(cancellation);
            Notifications.Enqueue(notification);
        }

        return [.. notifications.Select(_ => Guid.NewGuid())];
    }

    public async Task<IReadOnlyList<Guid>> QueueAsync(NpgsqlConnection connection, IReadOnlyList<NewNotification> notifications, ICollection<NewEvent> events, CancellationToken cancellation)
    {
        foreach (var notification in notifications)
        {
            var posted = new NotificationPosted(
                Guid.NewGuid(), notification.AccountId, notification.Kind, "high", notification.Title, notification.Text, notification.Incident, notification.Ward, TimeProvider.System.GetUtcNow());
            events.Add(NewEvent.Of(NotificationEvents.Posted, new(notification.TenantId, notification.PatientNumber, posted.At), posted));
        }

        return await QueueAsync(connection, notifications, cancellation);
    }

    public Task WithdrawAsync(NpgsqlConnection connection, int tenantId, Guid incident, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>When a screen first showed what was queued of an incident.</summary>
    public ConcurrentDictionary<Guid, DateTimeOffset> Shown { get; } = new();

    public Task<IReadOnlyDictionary<Guid, DateTimeOffset>> FirstShownAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<Guid> incidents, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyDictionary<Guid, DateTimeOffset>>(Shown.Where(shown => incidents.Contains(shown.Key)).ToDictionary(shown => shown.Key, shown => shown.Value));

    public Task<string> RaiseAsync(NpgsqlConnection connection, OwnCondition condition, DateTimeOffset at, CancellationToken cancellation) => DoneAsync($"raise {condition.Type} {condition.Subject}: {condition.Text}");

    public async Task<bool> EndAsync(NpgsqlConnection connection, int tenantId, string type, string subject, DateTimeOffset at, CancellationToken cancellation) => (await DoneAsync($"end {type} {subject}")).Length > 0;

    public Task AcknowledgeAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<string> alerts, Guid account, string name, DateTimeOffset at, ICollection<NewEvent> events, CancellationToken cancellation) =>
        DoneAsync($"acknowledge {string.Join(' ', alerts)} by {name}");

    public Task JoinAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<(string Alert, Guid Incident)> joined, CancellationToken cancellation) => Task.CompletedTask;

    public Task JudgeAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<string> alerts, string judgement, Guid account, DateTimeOffset at, ICollection<NewEvent> events, CancellationToken cancellation) =>
        DoneAsync($"judge {string.Join(' ', alerts)} {judgement}");

    /// <summary>What is wrong with patients' devices.</summary>
    public ConcurrentBag<AlertSummary> Technical { get; } = [];

    public Task<IReadOnlyList<AlertSummary>> TechnicalOfAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<int> patients, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<AlertSummary>>([.. Technical.Where(alert => alert.PatientNumber is { } patient && patients.Contains(patient))]);

    public Task<ILookup<Guid, AlertDocument>> DocumentsAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<Guid> incidents, CancellationToken cancellation) =>
        Task.FromResult(Array.Empty<AlertDocument>().ToLookup(_ => Guid.Empty));

    public Task<WardStand> StandOfWardAsync(NpgsqlConnection connection, int tenantId, string ward, DateTimeOffset at, CancellationToken cancellation) => Task.FromResult(new WardStand(0, 0));

    public Task<IReadOnlyList<OnDuty>> WhoAsync(NpgsqlConnection connection, int tenantId, string? ward, string role, DateTimeOffset at, CancellationToken cancellation) =>
        Task.FromResult(new Table([.. Duty]).Who(ward, role, at));

    Task<IDutyTable> IOnCall.ReadAsync(NpgsqlConnection connection, int tenantId, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation) => Task.FromResult<IDutyTable>(new Table([.. Duty]));

    public Task RecordAsync(AuditEntry entry, CancellationToken cancellation) => Task.FromResult(Interlocked.Increment(ref _noted));

    public void Note(AuditEntry entry) => Interlocked.Increment(ref _noted);

    public Task RecordAsync(NpgsqlConnection connection, AuditEntry entry, CancellationToken cancellation) => Task.FromResult(Interlocked.Increment(ref _noted));

    public PatientEntry? Find(string id) => null;

    public PatientEntry? Find(int number) => null;

    public IReadOnlyList<PatientEntry> Present => [];

    public ValueTask<PatientEntry?> FindAsync(int tenantId, string id, CancellationToken cancellation) => default;

    public IReadOnlyList<WardEntry> Wards { get; } = [new(tenant, "ward-1", "One", ["1"]), new(tenant, "ward-9", "Nine", ["1"])];

    public IReadOnlyList<HospitalEntry> Hospitals { get; } = [new(tenant, "north", "North")];

    private Task<string> DoneAsync(string act)
    {
        Acts.Enqueue(act);
        return Task.FromResult(act);
    }

    // Everybody is on duty on every ward but the ninth.
    private sealed class Table((string Name, string Role, int Tier)[] people) : IDutyTable
    {
        public IReadOnlyList<OnDuty> Who(string? ward, string role, DateTimeOffset at) =>
            ward == "ward-9" ? [] : [.. people.Where(person => person.Role == role).OrderBy(person => person.Tier).Select(person => new OnDuty(IdOf(person.Name), person.Name, role, person.Tier, at, at.AddHours(1), "rotation", "s"))];

        public IReadOnlyList<DateTimeOffset> Changes(string? ward, string role) => [];
    }
}

/// <summary>Events, timers and incidents as one node has them, on a database of the test.</summary>
internal sealed class IncidentNode(IHost host, EventHospital hospital) : IAsyncDisposable
{
    /// <summary>The node's services.</summary>
    public IServiceProvider Services => host.Services;

    /// <summary>Starts one.</summary>
    public static async Task<IncidentNode> StartAsync(EventHospital hospital, Surroundings around, IReadOnlyDictionary<string, string> settings, CancellationToken cancellation)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"{IncidentsOptions.Section}:{setting.Key}", (string?)setting.Value))
            .Append(new($"{EventsOptions.Section}:RetrySeconds", "0.05")).Append(new($"{TimersOptions.Section}:RetrySeconds", "0.05")));
        var services = builder.Services;
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
        services.AddMetrics();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(hospital.Installation.Database);
        services.AddSingleton(hospital.Installation.Tenants);
        services.AddSingleton(hospital.Installation.Keyring);
        services.AddSingleton<IColleagues>(around);
        services.AddSingleton<INotifier>(around);
        services.AddSingleton<IReceipts>(around);
        services.AddSingleton<IAlerts>(around);
        services.AddSingleton<IOnCall>(around);
        services.AddSingleton<IAuditTrail>(around);
        services.AddSingleton<IPatientDirectory>(around);
        services.AddSingleton<IEventObserver>(around);
        EventsModule.AddEvents(builder);
        var outbox = services.Last(service => service.ServiceType == typeof(IOutbox));
        services.AddSingleton<IOutbox>(provider => new CountedOutbox((IOutbox)ActivatorUtilities.CreateInstance(provider, outbox.ImplementationType!), around));
        TimersModule.AddTimers(builder);
        IncidentsModule.AddIncidents(builder);
        IncidentsModule.AddIncidentWork(builder);
        TimersModule.AddTimerWork(builder);
        EventsModule.AddEventWork(builder);
        var host = builder.Build();
        await host.StartAsync(cancellation);
        return new(host, hospital);
    }

    /// <summary>Somebody takes a step. All of them may see and act on everything.</summary>
    public Task<StepResult> TakeAsync(string name, Guid incident, IncidentStep step, string? note = null, string? outcome = null)
    {
        var caller = new Caller
        {
            AccountId = Surroundings.IdOf(name),
            TenantId = hospital.Tenant,
            User = name,
            Name = name,
            Role = AccountRoles.Nurse,
            SessionId = Guid.NewGuid(),
            Wards = FrozenSet.Create("ward-1", "ward-9"),
            Until = DateTimeOffset.MaxValue,
        };
        var context = new DefaultHttpContext { User = new CallerPrincipal(caller, "test") };
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        return Services.GetRequiredService<IncidentActions>().TakeAsync(context, incident, new(step, note, outcome), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(Poll.Patience);
        await host.StopAsync(deadline.Token);
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}
