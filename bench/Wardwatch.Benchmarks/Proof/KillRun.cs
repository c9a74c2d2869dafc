using System.Globalization;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Proof;

/// <summary>One kill.</summary>
/// <param name="At">Seconds since the load began.</param>
/// <param name="What">What was killed.</param>
/// <param name="RecoverySeconds">From the signal to the first acknowledgement of a reading that was made after everything that had to die was gone.</param>
internal sealed record KillEvent(double At, string What, double RecoverySeconds);

/// <summary>What a run of kills has shown.</summary>
/// <param name="Seed">Repeats the run's choices, though not its scheduling.</param>
/// <param name="Kills">Each kill.</param>
/// <param name="Account">Acknowledged against stored.</param>
/// <param name="LivePatients">How often a patient's live state was compared with the database after a start.</param>
/// <param name="LiveFaults">Where it did not agree.</param>
/// <param name="DatabaseBytes">What the database takes in the end.</param>
internal sealed record KillResult(int Seed, IReadOnlyList<KillEvent> Kills, Account Account, int LivePatients, IReadOnlyList<string> LiveFaults, long DatabaseBytes)
{
    /// <summary>True if nothing is lost, doubled, wrong or shown otherwise than it is stored.</summary>
    public bool IsClean => Account.IsClean && LiveFaults.Count == 0 && Account.Acknowledged > 0;
}

/// <summary>Load, a kill at a moment that nobody chose, recovery; again and again; then the account.</summary>
internal sealed class KillRun(HospitalUnderTest hospital, int devices, Random random, Report report)
{
    private const int MostAcknowledgementsBefore = 600;
    private const int MostMillisecondsBefore = 800;
    private static readonly Victim[] Rotation = [Victim.Server, Victim.Postmaster, Victim.DatabaseProcess, Victim.Both];

    private readonly List<KillEvent> _events = [];
    private readonly List<string> _liveFaults = [];
    private int _livePatients;

    /// <summary>Runs it.</summary>
    public async Task<KillResult> RunAsync(int kills, int seed, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var fleet = Fleet.Start(hospital, devices, random, ended.Token);
        try
        {
            for (var number = 1; number <= kills; number++)
            {
                await LoadAsync(fleet, cancellation);
                var at = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
                var happened = await KillAsync(fleet, Rotation[(number - 1) % Rotation.Length], at, cancellation);
                _events.Add(happened);
                Report.Line(string.Create(CultureInfo.InvariantCulture,
                    $"kill {number}/{kills} at {at:0.0} s: {happened.What}; acknowledges again after {happened.RecoverySeconds:0.0} s; {fleet.Acknowledged:N0} acknowledged"));
            }

            await LoadAsync(fleet, cancellation);
            await fleet.FinishAsync(cancellation);
        }
        finally
        {
            await ended.CancelAsync();
        }

        // With nothing under way, what a killed and started server shows must be what is stored.
        await hospital.KillServerAsync(cancellation);
        await hospital.RestartAsync(cancellation);
        await CompareLiveAsync(cancellation);
        var account = await Accountant.TakeAsync(hospital.Data, fleet.Devices, cancellation);
        return new KillResult(seed, _events, account, _livePatients, _liveFaults, await hospital.DatabaseBytesAsync(cancellation));
    }

    private async Task LoadAsync(Fleet fleet, CancellationToken cancellation)
    {
        await fleet.LoadAsync(1 + random.Next(MostAcknowledgementsBefore), cancellation);
        await Task.Delay(random.Next(MostMillisecondsBefore), cancellation);
    }

    private async Task<KillEvent> KillAsync(Fleet fleet, Victim victim, double at, CancellationToken cancellation)
    {
        // After the hardest kill the devices stay away until live state was looked at; after the others they storm the server while it starts.
        if (victim == Victim.Both) fleet.Hold();
        var killed = TimeProvider.System.GetTimestamp();
        var what = await Killer.KillAsync(hospital, victim, random, cancellation);
        if (victim is Victim.Server or Victim.Both) await hospital.RestartAsync(cancellation);
        var looking = TimeProvider.System.GetTimestamp();
        if (victim == Victim.Both) await CompareLiveAsync(cancellation);
        var looked = TimeProvider.System.GetElapsedTime(looking);
        fleet.Release();
        await fleet.RecoverAsync(cancellation);
        return new KillEvent(at, what, (TimeProvider.System.GetElapsedTime(killed) - looked).TotalSeconds);
    }

    private async Task CompareLiveAsync(CancellationToken cancellation)
    {
        var (patients, faults) = await LiveAgreement.CheckAsync(hospital, cancellation);
        _livePatients += patients;
        _liveFaults.AddRange(faults);
        foreach (var fault in faults) report.Note($"Live state differs from what is stored: {fault}");
    }
}
