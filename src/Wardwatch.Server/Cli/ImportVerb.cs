using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Events;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Patients.Import;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cli;

/// <summary><c>ward import</c>: brings in what another system has.</summary>
internal static class ImportVerb
{
    public static Command Create() => new("import", "Bring in what another system has.") { Patients() };

    private static Command Patients()
    {
        var data = VerbOptions.Data();
        var json = VerbOptions.Json();
        var hospital = CommandHospital.Option();
        var file = new Argument<FileInfo>("file") { Description = "A table (.csv, UTF-8): record_number,name,date_of_birth,sex and, if they lie in a bed, ward,bed,status." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only look whether it could be done." };
        var command = new Command("patients", "Register the patients of a table: all of them or none. Rows that say what is registered already change nothing.") { file, dryRun, hospital, data, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            var table = arguments.GetValue(file)!;
            if (!table.Exists)
            {
                throw new StartupException($"There is no file {table.FullName}.", "Name a table of patients: ward import patients patients.csv");
            }

            await using var installation = await CommandInstallation.OpenAsync(arguments.GetValue(data), cancellation);
            var place = await CommandHospital.FindAsync(installation, arguments.GetValue(hospital), cancellation);
            var import = new PatientImport(installation.Tenants, installation.Keyring, new ToolAudit(installation), new Outbox(installation.Keyring, TimeProvider.System), TimeProvider.System);
            var by = new Actor(AuditEntry.OfTool(place.TenantId, AuditActions.ImportPatients), null);
            await using var stream = table.OpenRead();
            var report = arguments.GetValue(json)
                ? await import.RunAsync(by, stream, arguments.GetValue(dryRun), null, cancellation)
                : await WithProgressAsync(stream, progress => import.RunAsync(by, stream, arguments.GetValue(dryRun), progress, cancellation));
            Print(report, arguments.GetValue(dryRun), arguments.GetValue(json));
            return report.ProblemCount == 0 ? CommandLine.Success : CommandLine.Failure;
        });
        return command;
    }

    private static Task<ImportReport> WithProgressAsync(FileStream stream, Func<IProgress<ImportProgress>, Task<ImportReport>> import)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().StartAsync(async progress =>
        {
            var task = progress.AddTask("Reading", maxValue: Math.Max(1, stream.Length));
            var report = await import(new Told(now =>
            {
                task.Description = now.Phase == "reading" ? $"Reading, {now.Rows:N0} rows" : $"{char.ToUpperInvariant(now.Phase[0])}{now.Phase[1..]} {now.Rows:N0} rows";
                task.Value = stream.Position;
                task.IsIndeterminate = now.Phase != "reading";
            }));
            task.IsIndeterminate = false;
            task.Value = task.MaxValue;
            return report;
        });
    }

    private static void Print(ImportReport report, bool dryRun, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, JsonSerializerOptions.Web));
            return;
        }

        foreach (var problem in report.Problems)
        {
            Console.Error.WriteLine($"Row {problem.Row}{(problem.Field is null ? "" : $", {problem.Field}")}: {problem.Problem}");
        }

        Console.WriteLine(report.ProblemCount > 0
            ? $"{report.Rows:N0} rows, {report.ProblemCount:N0} problems: nothing was registered."
            : $"{report.Rows:N0} rows: {report.Registered:N0} {(dryRun ? "could be registered" : "registered")}, {report.Unchanged:N0} were registered already.");
    }

    private sealed class Told(Action<ImportProgress> tell) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => tell(value);
    }
}
