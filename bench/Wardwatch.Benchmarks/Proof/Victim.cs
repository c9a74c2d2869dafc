using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Proof;

/// <summary>What is killed.</summary>
internal enum Victim
{
    /// <summary>The server.</summary>
    Server,

    /// <summary>PostgreSQL's postmaster.</summary>
    Postmaster,

    /// <summary>One of PostgreSQL's other processes, whereupon the postmaster ends them all and recovers.</summary>
    DatabaseProcess,

    /// <summary>The server and every process of PostgreSQL at once.</summary>
    Both,
}

/// <summary>Kills.</summary>
internal static class Killer
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan GoneWithin = TimeSpan.FromSeconds(60);

    /// <summary>Sends SIGKILL and waits until everything has gone that goes with it; answers what was killed, in words.</summary>
    public static async Task<string> KillAsync(HospitalUnderTest hospital, Victim victim, Random random, CancellationToken cancellation)
    {
        if (victim == Victim.Server)
        {
            await hospital.KillServerAsync(cancellation);
            return "server";
        }

        var postmaster = await PostmasterAsync(hospital, cancellation);
        var children = PostgresProcesses.Children(postmaster);
        switch (victim)
        {
            case Victim.Postmaster:
                Signals.Send(postmaster, Signals.Kill);
                await UntilGoneAsync([postmaster, .. children.Keys], cancellation);
                return "postmaster";
            case Victim.DatabaseProcess:
                // The one that writes the log is simply started again; at every other's death PostgreSQL ends all of them.
                var others = children.Where(child => !child.Value.Contains("logger", StringComparison.Ordinal)).OrderBy(child => child.Key).ToList();
                var (process, title) = others[random.Next(others.Count)];
                Signals.TrySend(process, Signals.Kill);
                await UntilGoneAsync([process], cancellation);
                return title.Replace("postgres: ", "PostgreSQL's ", StringComparison.Ordinal).Trim();
            default:
                Signals.Send(postmaster, Signals.Kill);
                foreach (var child in children.Keys) Signals.TrySend(child, Signals.Kill);
                await hospital.KillServerAsync(cancellation);
                await UntilGoneAsync([postmaster, .. children.Keys], cancellation);
                return "server and all of PostgreSQL";
        }
    }

    private static async Task<int> PostmasterAsync(HospitalUnderTest hospital, CancellationToken cancellation)
    {
        int? found;
        while ((found = PostgresProcesses.Postmaster(hospital.Data)) is null) await Task.Delay(Between, cancellation);
        return found.Value;
    }

    private static async Task UntilGoneAsync(IReadOnlyList<int> processes, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (processes.Any(PostgresProcesses.IsAlive))
        {
            if (TimeProvider.System.GetElapsedTime(began) > GoneWithin) throw new BenchmarkException("What was killed is still there after a minute.");
            await Task.Delay(Between, cancellation);
        }
    }
}
