using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wardwatch.Server.Events;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Events;

/// <summary>What the tests' events carry.</summary>
/// <param name="Step">Counts the events of a patient.</param>
/// <param name="Word">Something to look for in a dump.</param>
public sealed record Stepped(int Step, string Word);

/// <summary>A hospital with patients in a database of its own, without a server: what events are about.</summary>
public sealed class EventHospital : IAsyncLifetime
{
    /// <summary>How many patients there are.</summary>
    public const int PatientCount = 200;

    private Installation? _installation;

    /// <summary>The kind of event that the tests write.</summary>
    public static EventKind<Stepped> Kind { get; } = new("PatientStepped", 1, (JsonTypeInfo<Stepped>)WireJson.Options.GetTypeInfo(typeof(Stepped)));

    /// <summary>The same in a version that nobody knows.</summary>
    public static EventKind<Stepped> LaterKind { get; } = Kind with { Version = 9 };

    /// <summary>The data folder.</summary>
    public string Data { get; } = ServerProcess.NewFolder();

    /// <summary>The installation.</summary>
    public Installation Installation => _installation!;

    /// <summary>The hospital.</summary>
    public int Tenant { get; private set; }

    /// <summary>Another one in the same database.</summary>
    public int OtherTenant { get; private set; }

    /// <summary>The patients' numbers.</summary>
    public int[] Patients { get; private set; } = [];

    internal IOutbox Outbox => new Outbox(Installation.Keyring, TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        _installation = await Installation.OpenAsync(
            new PlatformOptions { DataFolder = Data }, new ConfigurationBuilder().Build(), TimeProvider.System, NullLoggerFactory.Instance, cancellation);
        var hospitals = new HospitalRegistry(Installation.Database, Installation.Keyring);
        Tenant = (await hospitals.EnsureAsync("north", "North", cancellation)).TenantId;
        OtherTenant = (await hospitals.EnsureAsync("south", "South", cancellation)).TenantId;
        var registry = new PatientRegistry(Installation.Database, Installation.Keyring);
        await using var connection = await Installation.Database.OpenConnectionAsync(cancellation);
        Patients = [.. await registry.InsertAsync(
            connection, Tenant, [.. Enumerable.Range(0, PatientCount).Select(i => new NewPatient($"Example, P{i}", $"55-{i:00000}", new(1950, 1, 2), "female"))], cancellation)];
    }

    public async ValueTask DisposeAsync()
    {
        if (_installation is not null)
        {
            await _installation.DisposeAsync();
        }

        await PostgresProcesses.WaitUntilNoneAsync(Data, CancellationToken.None);
        Directory.Delete(Data, recursive: true);
    }

    /// <summary>Where an event of a patient belongs.</summary>
    public EventOrigin Of(int patient, Guid? actor = null) => new(Tenant, patient, TimeProvider.System.GetUtcNow(), actor);

    /// <summary>The first value of a query as the database's owner.</summary>
    public async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellation)
    {
        await using var owner = NpgsqlDataSource.Create(Installation.ConnectionString + ";Pooling=false");
        await using var command = owner.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }
}

/// <summary>The tests that share one hospital's events; they run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class EventHospitalCollection : ICollectionFixture<EventHospital>
{
    public const string Name = "events";
}
