using Microsoft.Extensions.Options;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>All lanes of this process: rebuilds them at the start, spreads batches over them, and stops them after the last batch.</summary>
internal sealed partial class Lanes : IHostedService, IEnvelopeQueue, IOwnPatients, INodeFigures, IDisposable
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    private readonly Lane[] _lanes;
    private readonly int _capacity;
    private readonly PatientStates _states;
    private readonly Rebuild _rebuild;
    private readonly TimeProvider _time;
    private readonly ILogger<Lanes> _logger;
    private readonly CancellationTokenSource _abandon = new();
    private readonly CancellationTokenSource _stopTicks = new();
    private Task[] _running = [];

    public Lanes(LaneFactory factory, PatientStates states, Rebuild rebuild, MonitoringMetrics metrics, IOptions<MonitoringOptions> options, TimeProvider time, ILogger<Lanes> logger)
    {
        (_states, _rebuild, _time, _logger) = (states, rebuild, time, logger);
        var settings = options.Value;
        var count = settings.Lanes > 0 ? settings.Lanes : Math.Max(1, Environment.ProcessorCount / 2);
        _capacity = count * settings.QueuedBatches;
        _lanes = [.. Enumerable.Range(0, count).Select(lane => factory.Create(lane, count))];
        metrics.ObserveDepth(() => _lanes.Sum(static lane => lane.Depth));
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var readings = await _rebuild.RunAsync(number => LaneOf(number).Processor, cancellationToken);
        LogRebuilt(readings, _time.GetElapsedTime(started).TotalMilliseconds, _lanes.Length);
        _running = [.. _lanes.Select(lane => Task.Run(() => lane.RunAsync(_abandon.Token), CancellationToken.None)), TickAsync()];
    }

    /// <summary>Processes what waits, then ends. The gateway has stopped before, so that nothing new comes.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var giveUp = cancellationToken.Register(static state => ((CancellationTokenSource)state!).Cancel(), _abandon);
        await _stopTicks.CancelAsync();
        foreach (var lane in _lanes)
        {
            lane.Close();
        }

        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _abandon.Dispose();
        _stopTicks.Dispose();
    }

    public bool TryPublish(EnvelopeBatch batch) => LaneOf(batch.Device, batch.ReceivedAt).TryPublish(batch);

    public ValueTask<bool> WaitForRoomAsync(EnvelopeBatch batch, CancellationToken cancellation) =>
        LaneOf(batch.Device, batch.ReceivedAt).WaitForRoomAsync(cancellation);

    public IReadOnlyCollection<int> Numbers => _states.Numbers;

    public bool TryView(int patientNumber, out PatientView view)
    {
        var state = _states.Find(patientNumber);
        view = state?.Copy() ?? default;
        return state is not null;
    }

    public IReadOnlyList<RecentReading> Recent(int patientNumber) => _states.Find(patientNumber)?.Recent() ?? [];

    public void Tell(NodeFigures figures) => figures.Queues.Add(new("lanes", _lanes.Sum(static lane => lane.Depth), _capacity, null));

    // By the patient who wears the device now, so that all devices of one patient meet in one lane.
    private Lane LaneOf(DeviceEntry device, long at) => LaneOf(EnvelopeWay.PatientOf(device, at));

    private Lane LaneOf(int patientNumber) => _lanes[EnvelopeWay.ShareOf(patientNumber, _lanes.Length)];

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(TickInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopTicks.Token))
            {
                var now = _time.Microseconds();
                foreach (var lane in _lanes)
                {
                    lane.Tick(now);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    [LoggerMessage(2010, LogLevel.Information, "{Lanes} lanes are ready; {Readings} readings came back from the history in {Milliseconds:0} ms.")]
    private partial void LogRebuilt(int readings, double milliseconds, int lanes);
}
