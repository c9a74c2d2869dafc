using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Spectre.Console;
using Wardwatch.Server.Audit;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cli;

/// <summary><c>ward verify-audit</c>: reads the whole audit trail and tells whether it is unbroken.</summary>
internal static class VerifyAuditVerb
{
    public static Command Create()
    {
        var data = VerbOptions.Data();
        var json = VerbOptions.Json();
        var hospital = CommandHospital.Option();
        var command = new Command("verify-audit", "Read the audit trail from its first entry to its end and tell whether it is unbroken.") { hospital, data, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            await using var installation = await CommandInstallation.OpenAsync(arguments.GetValue(data), cancellation);
            var place = await CommandHospital.FindAsync(installation, arguments.GetValue(hospital), cancellation);
            var verifier = new AuditVerifier(installation.Database, new AuditSeals(installation.Keyring), new InstallationFiles(installation.Data));
            var began = Stopwatch.GetTimestamp();
            var verdict = await WithProgressAsync(progress => verifier.VerifyAsync(place.TenantId, progress, cancellation));
            Print(verdict, Stopwatch.GetElapsedTime(began), arguments.GetValue(json));
            return verdict.Fault is null ? CommandLine.Success : CommandLine.Failure;
        });
        return command;
    }

    private static Task<AuditVerdict> WithProgressAsync(Func<Action<long, long>, Task<AuditVerdict>> verify)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().StartAsync(progress =>
        {
            var task = progress.AddTask("Reading the audit trail");
            return verify((read, all) =>
            {
                task.MaxValue = Math.Max(1, all);
                task.Value = read;
            });
        });
    }

    private static void Print(AuditVerdict verdict, TimeSpan took, bool json)
    {
        var rate = took > TimeSpan.Zero ? (long)(verdict.Rows / took.TotalSeconds) : 0;
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    whole = verdict.Fault is null,
                    rows = verdict.Rows,
                    fault = verdict.Fault is { } fault ? new { no = fault.Number, what = fault.What } : null,
                    checkpoint = verdict.Checkpoint is { } signed ? new { no = signed.Number, at = signed.At } : null,
                    seconds = Math.Round(took.TotalSeconds, 3),
                    rowsPerSecond = rate,
                },
                JsonSerializerOptions.Web));
            return;
        }

        Console.WriteLine(verdict.Fault is null
            ? $"The audit trail is whole: {verdict.Rows:N0} entries, {took.TotalSeconds:F1} s ({rate:N0} a second)."
            : $"The audit trail is BROKEN at entry {verdict.Fault.Number:N0}: {verdict.Fault.What}");
        Console.WriteLine(verdict.Checkpoint is { } checkpoint
            ? $"Signed up to entry {checkpoint.Number:N0} on {checkpoint.At:u}."
            : "No signed checkpoint stands against it.");
    }
}
