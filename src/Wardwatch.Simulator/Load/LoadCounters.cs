using Wardwatch.Devices.Mqtt;
using Wardwatch.Simulator.Devices;

namespace Wardwatch.Simulator.Load;

/// <summary>
/// What all load connections count together: over the whole run, by which rows in a database can be checked, and over the measured part of it. A connection adds up
/// what one read brought, so that threads meet here once per batch and not once per message.
/// </summary>
internal sealed class LoadCounters
{
    private Stretch _measured = new();
    private long _lost;

    /// <summary>From the first message to the last.</summary>
    public Stretch Whole { get; } = new();

    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Begins the measurement; what was counted so far was the warm-up.</summary>
    public void Restart() => Volatile.Write(ref _measured, new Stretch());

    /// <summary>What was measured since the last restart; later answers are counted in the whole only.</summary>
    public Stretch Take() => Interlocked.Exchange(ref _measured, new Stretch());

    public void CountSent(long count)
    {
        Whole.CountSent(count);
        Volatile.Read(ref _measured).CountSent(count);
    }

    public void CountAcknowledged(long count)
    {
        Whole.CountAcknowledged(count);
        Volatile.Read(ref _measured).CountAcknowledged(count);
    }

    public void CountLatency(TimeSpan latency) => Volatile.Read(ref _measured).Latency.Record(latency);

    public void CountRefused(MqttReason reason)
    {
        Whole.CountRefused(reason);
        Volatile.Read(ref _measured).CountRefused(reason);
    }

    public void CountLost() => Interlocked.Increment(ref _lost);

    /// <summary>One stretch of time.</summary>
    internal sealed class Stretch
    {
        private readonly long[] _refused = new long[256];
        private long _sent;
        private long _acknowledged;

        public long Sent => Interlocked.Read(ref _sent);

        public long Acknowledged => Interlocked.Read(ref _acknowledged);

        /// <summary>From PUBLISH to PUBACK; recorded while measuring only.</summary>
        public LatencyHistogram Latency { get; } = new();

        /// <summary>PUBACKs with a reason of 0x80 or more, and DISCONNECTs of the server, by reason.</summary>
        public IReadOnlyList<(MqttReason Reason, long Count)> Refused
        {
            get
            {
                var counts = new List<(MqttReason, long)>();
                for (var reason = 0; reason < _refused.Length; reason++)
                {
                    var count = Interlocked.Read(ref _refused[reason]);
                    if (count > 0) counts.Add(((MqttReason)reason, count));
                }

                return counts;
            }
        }

        public void CountSent(long count) => Interlocked.Add(ref _sent, count);

        public void CountAcknowledged(long count) => Interlocked.Add(ref _acknowledged, count);

        public void CountRefused(MqttReason reason) => Interlocked.Increment(ref _refused[(byte)reason]);
    }
}
