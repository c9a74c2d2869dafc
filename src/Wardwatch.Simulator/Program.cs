using System.CommandLine;
using System.Runtime.InteropServices;
using Wardwatch.Simulator;

var parsed = CommandLine.Create(TimeProvider.System).Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync(error.Message);
    await Console.Error.WriteLineAsync("wardwatch-simulator --help lists the options.");
    return (int)ExitCode.Usage;
}

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true; // the devices say good-bye first
    stop.Cancel();
}

using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    // Signals are handled here, and exceptions below: the parser's own handling would answer both with its own exit codes.
    var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
    return await parsed.InvokeAsync(invocation, stop.Token);
}
catch (SimulatorException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return (int)problem.Code;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return (int)ExitCode.Success;
}
