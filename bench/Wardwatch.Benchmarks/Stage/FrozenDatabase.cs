namespace Wardwatch.Benchmarks.Stage;

/// <summary>A private PostgreSQL whose every process is stopped (SIGSTOP): it holds its connections and answers nothing. Dispose lets it go on.</summary>
internal sealed class FrozenDatabase : IDisposable
{
    private readonly List<int> _stopped = [];

    private FrozenDatabase()
    {
    }

    /// <summary>Stops it.</summary>
    public static FrozenDatabase Freeze(string data)
    {
        var postmaster = PostgresProcesses.Postmaster(data) ?? throw new BenchmarkException("The private PostgreSQL does not run.");
        var frozen = new FrozenDatabase();
        frozen.Stop(postmaster);
        foreach (var child in PostgresProcesses.Children(postmaster).Keys) frozen.Stop(child);
        return frozen;
    }

    /// <summary>Lets it go on.</summary>
    public void Dispose()
    {
        foreach (var process in _stopped) Signals.TrySend(process, Signals.Continue);
        _stopped.Clear();
    }

    private void Stop(int process)
    {
        if (Signals.TrySend(process, Signals.Stop)) _stopped.Add(process);
    }
}
