using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wardwatch.Benchmarks.Events;
using Wardwatch.Server.Events;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Events;

/// <summary>A hospital with patients in a database of its own, without a server: what events are about.</summary>
public sealed class EventHospital : IAsyncLifetime
{
    /// <summary>How many patients there are.</summary>
    public const int PatientCount = OutboxPatients + 120;

    /// <summary>From here on they are the outbox's own tests'.</summary>
    public const int OutboxPatients = 210;

    private Installation? _installation;

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
        var registry = DemoServer.Registry(Installation);
        await using var connection = await Installation.Database.OpenConnectionAsync(cancellation);
        Patients = [.. (await registry.InsertAsync(
            connection, DemoServer.By(Tenant), [.. Enumerable.Range(0, PatientCount).Select(i => new NewPatient($"Example, P{i}", $"55-{i:00000}", new(1950, 1, 2), "female"))], cancellation)).Select(patient => patient.Number)];
        await ExecuteAsync(RecordingConsumer.MakeTable, cancellation);
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

    /// <summary>Adds events in one transaction.</summary>
    public async Task AddAsync(IReadOnlyList<NewEvent> events, CancellationToken cancellation)
    {
        await using var transaction = await Installation.Tenants.BeginAsync(Tenant, cancellation);
        await Outbox.AddAsync(transaction.Connection, events, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Adds one event of a patient.</summary>
    public Task AddAsync(int patient, int step, string word, CancellationToken cancellation, EventKind<Stepped>? kind = null) =>
        AddAsync([NewEvent.Of(kind ?? Stepped.Kind, Of(patient), new(step, word))], cancellation);

    /// <summary>Does something as the database's owner.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var owner = NpgsqlDataSource.Create(Installation.ConnectionString + ";Pooling=false");
        await using var command = owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }

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
