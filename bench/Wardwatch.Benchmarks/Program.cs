using System.CommandLine;
using Wardwatch.Benchmarks;
using Wardwatch.Benchmarks.Alerts;
using Wardwatch.Benchmarks.Analytics;
using Wardwatch.Benchmarks.Api;
using Wardwatch.Benchmarks.Audit;
using Wardwatch.Benchmarks.Bedside;
using Wardwatch.Benchmarks.Cluster;
using Wardwatch.Benchmarks.Dashboards;
using Wardwatch.Benchmarks.Events;
using Wardwatch.Benchmarks.Flood;
using Wardwatch.Benchmarks.History;
using Wardwatch.Benchmarks.Ingest;
using Wardwatch.Benchmarks.Live;
using Wardwatch.Benchmarks.Micro;
using Wardwatch.Benchmarks.Patients;
using Wardwatch.Benchmarks.Proof;
using Wardwatch.Benchmarks.Proof.Planted;
using Wardwatch.Benchmarks.Registry;
using Wardwatch.Benchmarks.SignIn;
using Wardwatch.Benchmarks.Soak;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Simulator;

// A server's command line is its own, and so is what it does with signals.
if (args is [PlantedServer.Verb, .. var serverArguments]) return await PlantedServer.RunAsync(serverArguments);
if (args is [EventNode.Verb, .. var nodeArguments]) return await EventNode.RunAsync(nodeArguments);

var json = new Option<bool>("--json") { Description = "Write the result as JSON", Recursive = true };
var root = new RootCommand("Measures Wardwatch: what it stores and acknowledges, how soon it shows it, how fast it answers, and what each step costs.")
{
    json, IngestVerb.Create(json), LiveVerb.Create(json), PatientsVerb.Create(json), HistoryVerb.Create(json), MicroVerb.Create(),
    AllocationsVerb.Create(json), ProveVerb.Create(json), SoakVerb.Create(json), FloodVerb.Create(json), StagesVerb.Create(json),
    AuditVerb.Create(json), ChecksVerb.Create(json), SignInVerb.Create(json), RegistryVerb.Create(json), EventsVerb.Create(json), ClusterVerb.Create(json),
    ApiVerb.Create(json), DashboardsVerb.Create(json), AnalyticsVerb.Create(json), AlertsVerb.Create(json), StaysVerb.Create(json), AlertPathVerb.Create(json), EscalationVerb.Create(json), StormVerb.Create(json),
};
using var signals = new ShutdownSignals();
try
{
    // Signals and exceptions are ours: what was started must be stopped, and a plain line says what went wrong.
    var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
    return await root.Parse(args).InvokeAsync(invocation, signals.Stop);
}
catch (Exception problem) when (problem is BenchmarkException or StartupException or SimulatorException)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 1;
}
catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("Stopped.");
    return 1;
}
