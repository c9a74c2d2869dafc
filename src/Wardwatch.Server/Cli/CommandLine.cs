using System.CommandLine;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cli;

/// <summary>The command-line tool <c>ward</c>: one file per verb in this folder.</summary>
public static class CommandLine
{
    /// <summary>A verb did its work.</summary>
    public const int Success = 0;

    /// <summary>A verb could not do its work; standard error says why.</summary>
    public const int Failure = 1;

    /// <summary>Runs one command line and returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        using var signals = new ShutdownSignals();
        var root = new RootCommand("Wardwatch: real-time patient monitoring.")
        {
            ServeVerb.Create(),
            DemoVerb.Create(),
            HealthVerb.Create(),
            MigrateVerb.Create(),
            PsqlVerb.Create(),
            SeedVerb.Create(),
            UserVerb.Create(),
            DeviceVerb.Create(),
            PatientVerb.Create(),
            ImportVerb.Create(),
            KeysVerb.Create(),
            TrainVerb.Create(),
            VerifyAuditVerb.Create(),
            AnalyticsVerb.Create(),
            DrainVerb.Create(),
        };

        try
        {
            // Signals and exceptions are ours: the library would force an end two seconds after a signal, and print stack traces.
            var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await root.Parse(args).InvokeAsync(invocation, signals.Stop);
        }
        catch (StartupException error)
        {
            await Console.Error.WriteLineAsync($"{error.Message}\n{error.Remedy}");
            return Failure;
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            return Success;
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync($"Wardwatch ended through a defect of its own; please report it with these lines.\n{error}");
            return Failure;
        }
    }
}
