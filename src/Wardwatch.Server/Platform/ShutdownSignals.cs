using System.Runtime.InteropServices;

namespace Wardwatch.Server.Platform;

/// <summary>SIGTERM and SIGINT ask for an orderly stop; the second one ends the process at once. What it leaves running, its watchers stop.</summary>
internal sealed class ShutdownSignals : IDisposable
{
    private const int ForcedExitCode = 130;

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _received;

    public ShutdownSignals() =>
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle), PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle)];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _received) > 1)
        {
            Environment.Exit(ForcedExitCode);
        }

        _ = _stop.CancelAsync();
    }
}

/// <summary>The host leaves signals to <see cref="ShutdownSignals"/>, which is there before the host and after it.</summary>
internal sealed class NoSignalsOfItsOwn : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
