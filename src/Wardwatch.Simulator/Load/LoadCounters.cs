using Wardwatch.Devices.Mqtt;
using Wardwatch.Simulator.Devices;

namespace Wardwatch.Simulator.Load;

/// <summary>What all load connections count together. Answers of the warm-up are told apart by replacing the measured part at its end.</summary>
internal sealed class LoadCounters
{
    private Measured _measured = new();
    private long _lost;

    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Begins the measurement anew; what was counted so far was the warm-up.</summary>
    public void Restart() => Volatile.Write(ref _measured, new Measured());

    /// <summary>What was measured since the last restart; later answers are counted apart.</summary>
    public Measured Take() => Interlocked.Exchange(ref _measured, new Measured());

    public void CountSent(long count) => Interlocked.Add(ref Volatile.Read(ref _measured).Sent, count);

    public void CountAnswer(MqttReason reason, TimeSpan latency)
    {
        var measured = Volatile.Read(ref _measured);
        measured.Answers.CountAnswer(reason);
        measured.Answers.Latency.Record(latency);
    }

    public void CountLost() => Interlocked.Increment(ref _lost);

    /// <summary>A DISCONNECT of the server is part of the answer: it says why the connection ends.</summary>
    public void CountServerDisconnect(MqttReason reason) => Volatile.Read(ref _measured).Answers.CountConnectRefused(reason);

    /// <summary>One stretch of measuring.</summary>
    internal sealed class Measured
    {
        public long Sent;

        public DeviceStatistics Answers { get; } = new();
    }
}
