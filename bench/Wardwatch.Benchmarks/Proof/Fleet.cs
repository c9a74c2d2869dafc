using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Mqtt;

namespace Wardwatch.Benchmarks.Proof;

/// <summary>The devices of a proof, all running. Half speak 5.0 and half 3.1.1; every third sometimes starts anew.</summary>
internal sealed class Fleet
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromMinutes(2);

    private readonly List<Task> _running;
    private TaskCompletionSource? _held;
    private int _round;

    private Fleet(IReadOnlyList<ProofDevice> devices, CancellationToken cancellation)
    {
        Devices = devices;
        _running = [.. devices.Select(device => device.RunAsync(cancellation))];
    }

    /// <summary>The devices.</summary>
    public IReadOnlyList<ProofDevice> Devices { get; }

    /// <summary>Acknowledgements up to now.</summary>
    public long Acknowledged => Devices.Sum(device => (long)device.Acknowledged);

    /// <summary>Starts devices of a hospital.</summary>
    public static Fleet Start(HospitalUnderTest hospital, int count, Random random, CancellationToken cancellation)
    {
        var address = hospital.MqttAddress();
        return new Fleet(
            [.. hospital.Devices().Take(count).Select((credentials, index) => new ProofDevice(
                credentials, address.DialAsync, new DeviceHabits(index % 2 == 0 ? MqttVersion.V500 : MqttVersion.V311, random.Next(), MayForget: index % 3 == 0)))],
            cancellation);
    }

    /// <summary>Waits until so many more readings are acknowledged.</summary>
    /// <exception cref="BenchmarkException">They are not, for minutes.</exception>
    public async Task LoadAsync(int acknowledgements, CancellationToken cancellation)
    {
        var wanted = Acknowledged + acknowledgements;
        await UntilAsync(() => Acknowledged >= wanted, "readings are acknowledged", cancellation);
    }

    /// <summary>Waits until a reading is acknowledged that was made after this call.</summary>
    /// <exception cref="BenchmarkException">None is, for minutes.</exception>
    public async Task RecoverAsync(CancellationToken cancellation)
    {
        var round = ++_round;
        foreach (var device in Devices) device.BeginRound(round);
        await UntilAsync(() => Devices.Any(device => device.AcknowledgedRound >= round), "a new reading is acknowledged", cancellation);
    }

    /// <summary>Keeps devices that lose their connection from coming back until <see cref="Release"/>.</summary>
    public void Hold()
    {
        _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var device in Devices) device.ConnectAfter(_held.Task);
    }

    /// <summary>Lets them come back.</summary>
    public void Release() => _held?.TrySetResult();

    /// <summary>Makes no more readings and waits until all that were made are acknowledged.</summary>
    /// <exception cref="BenchmarkException">They are not, for minutes.</exception>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        foreach (var device in Devices) device.Finish();
        try
        {
            await Task.WhenAll(_running).WaitAsync(AnswersWithin, cancellation);
        }
        catch (TimeoutException late)
        {
            throw new BenchmarkException($"{_running.Count(task => !task.IsCompleted)} devices still have unacknowledged readings after {AnswersWithin.TotalMinutes:0} minutes.", late);
        }
    }

    private async Task UntilAsync(Func<bool> condition, string what, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (_running.Find(task => task.IsFaulted) is { } broken) await broken;
            if (TimeProvider.System.GetElapsedTime(began) > AnswersWithin) throw new BenchmarkException($"Not within {AnswersWithin.TotalMinutes:0} minutes: {what}.");
            await Task.Delay(Between, cancellation);
        }
    }
}
