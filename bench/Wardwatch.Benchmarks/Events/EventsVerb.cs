using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Spectre.Console;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Cli;
using Wardwatch.Server.Events;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform;

namespace Wardwatch.Benchmarks.Events;

/// <summary>What <c>bench events</c> measured.</summary>
/// <param name="Over">RabbitMQ, or the database alone.</param>
/// <param name="Events">Events written.</param>
/// <param name="Seconds">From the first one's writing until both consumers had handled the last one.</param>
/// <param name="PerSecond">Events a second through everything.</param>
/// <param name="NodeMicroseconds">Processor time of this process (writers, publisher and consumers) for each event.</param>
/// <param name="PostgresMicroseconds">That of PostgreSQL.</param>
/// <param name="BrokerMicroseconds">That of RabbitMQ.</param>
internal sealed record EventsResult(
    string Over, int Events, double Seconds, double PerSecond, double NodeMicroseconds, double PostgresMicroseconds, double BrokerMicroseconds);

/// <summary>
/// <c>bench events</c>: events through the outbox, the transport and two consumers, everything on this machine: PostgreSQL, RabbitMQ, writers, and one node. What each process
/// worked for an event says more than the rate does when others use the machine as well.
/// </summary>
internal static class EventsVerb
{
    private const int Patients = 1000;
    private const int PerTransaction = 100;
    private const int Writers = 2;
    private const double Wanted = 10_000;

    private static readonly TimeProvider Time = TimeProvider.System;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private static readonly Option<int> Count = new("--events") { Description = "Events", DefaultValueFactory = _ => 200_000 };
    private static readonly Option<int> WarmUp = new("--warm-up") { Description = "Events before those that are measured, while the programs warm up", DefaultValueFactory = _ => 40_000 };
    private static readonly Option<bool> WithoutBroker = new("--without-broker") { Description = "Within one process, without RabbitMQ" };
    private static readonly Option<int> Batch = new("--batch") { Description = "Events in one transaction", DefaultValueFactory = _ => 500 };
    private static readonly Option<int> Workers = new("--workers") { Description = "Transactions in which events are published, and handled by each consumer, at once", DefaultValueFactory = _ => 2 };

    public static Command Create(Option<bool> json)
    {
        var command = new Command("events", "Events a second through outbox, RabbitMQ and two consumers; fails below 10,000") { Count, WarmUp, WithoutBroker, Batch, Workers };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var (events, withBroker) = (Math.Clamp(parsed.GetValue(Count), 1_000, 100_000_000), !parsed.GetValue(WithoutBroker));
        if (withBroker && !RabbitBroker.IsInstalled) throw new BenchmarkException("RabbitMQ is not installed (package rabbitmq-server).");
        var folder = Programs.NewFolder();
        try
        {
            await using var installation = await report.DoAsync("Starting a database", () => Installation.OpenAsync(
                new PlatformOptions { DataFolder = Path.Combine(folder, "data") }, new ConfigurationBuilder().Build(), Time, NullLoggerFactory.Instance, cancellation));
            await using var broker = withBroker ? await report.DoAsync("Starting a broker", () => RabbitBroker.StartNewAsync(cancellation)) : null;
            var settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Batch"] = parsed.GetValue(Batch).ToString(),
                ["Publishers"] = parsed.GetValue(Workers).ToString(),
                ["Workers"] = parsed.GetValue(Workers).ToString(),
            };
            var consumers = new[] { new CountingConsumer("first"), new CountingConsumer("second") };
            await using var node = await EventNode.StartAsync(installation, broker?.Address, settings, consumers, [], cancellation);
            var patients = await SetUpAsync(installation, cancellation);
            var outbox = node.Services.GetRequiredService<IOutbox>();
            var before = Math.Clamp(parsed.GetValue(WarmUp), 0, events);
            await report.DoAsync("Warming up", () => MeasureAsync(installation, outbox, patients, before, before, consumers, cancellation));
            var use = ProcessTree.Read();
            var took = await report.DoAsync($"{events:N0} events", () => MeasureAsync(installation, outbox, patients, events, before + events, consumers, cancellation));
            var used = ProcessTree.Read();
            double Micros(string name) => (used.CpuSeconds(Environment.ProcessId, name) - use.CpuSeconds(Environment.ProcessId, name)) * 1e6 / events;
            var result = new EventsResult(
                broker is null ? "database" : "RabbitMQ", events, took.TotalSeconds, events / took.TotalSeconds, Micros(used.NameOf(Environment.ProcessId)), Micros("postgres"), Micros("beam.smp"));
            report.Result(
                new Table().AddColumns("Over", "Events", "Seconds", "Events/s", "Node, µs an event", "PostgreSQL", "RabbitMQ")
                    .AddRow(result.Over, $"{events:N0}", Report.Number(result.Seconds), Report.Number(result.PerSecond), Report.Number(result.NodeMicroseconds), Report.Number(result.PostgresMicroseconds), Report.Number(result.BrokerMicroseconds)),
                result);
            return result.PerSecond >= Wanted ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int Tenant, int[] Patients)> SetUpAsync(Installation installation, CancellationToken cancellation)
    {
        var tenant = (await new HospitalRegistry(installation.Database, installation.Keyring).EnsureAsync("bench", "Bench", cancellation)).TenantId;
        var by = new Actor(AuditEntry.OfTool(tenant, AuditActions.RegisterPatient), null);
        var registry = new PatientRegistry(installation.Tenants, installation.Keyring, new ToolAudit(installation), new Outbox(installation.Keyring, Time), Time);
        await using var connection = await installation.Database.OpenConnectionAsync(cancellation);
        NewPatient[] added = [.. Enumerable.Range(0, Patients).Select(i => new NewPatient($"Example, P{i}", $"55-{i:00000}", new(1950, 1, 2), "female"))];
        return (tenant, [.. (await registry.InsertAsync(connection, by, added, cancellation)).Select(patient => patient.Number)]);
    }

    private static async Task<TimeSpan> MeasureAsync(
        Installation installation, IOutbox outbox, (int Tenant, int[] Numbers) patients, int events, int until, CountingConsumer[] consumers, CancellationToken cancellation)
    {
        var began = Time.GetTimestamp();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(
            async () =>
            {
                while (Interlocked.Add(ref next, PerTransaction) - PerTransaction is var first && first < events)
                {
                    NewEvent[] some = [.. Enumerable.Range(first, Math.Min(PerTransaction, events - first)).Select(i =>
                        NewEvent.Of(Stepped.Kind, new(patients.Tenant, patients.Numbers[i % Patients], Time.GetUtcNow()), new Stepped(i, "measured")))];
                    await using var transaction = await installation.Tenants.BeginAsync(patients.Tenant, cancellation);
                    await outbox.AddAsync(transaction.Connection, some, cancellation);
                    await transaction.CommitAsync(cancellation);
                }
            },
            cancellation)));
        var deadline = Time.GetTimestamp();
        while (consumers.Any(consumer => consumer.Handled < until))
        {
            if (Time.GetElapsedTime(deadline) > Longest) throw new BenchmarkException($"Only {string.Join(" and ", consumers.Select(consumer => $"{consumer.Handled:N0}"))} were handled.");
            await Task.Delay(10, cancellation);
        }

        return Time.GetElapsedTime(began);
    }

    // What a consumer does with an event is its own; here it only counts, so that what is measured is the way to it, with the inbox.
    private sealed class CountingConsumer(string name) : IEventConsumer
    {
        private int _handled;

        public int Handled => Volatile.Read(ref _handled);

        public string Name => name;

        public IReadOnlyCollection<EventKind> Kinds { get; } = [Stepped.Kind];

        public Task HandleAsync(DeliveredEvent delivered, NpgsqlConnection connection, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _handled);
            return Task.CompletedTask;
        }
    }
}
