using Wardwatch.Devices.Mqtt;
using Wardwatch.Simulator.Devices;

namespace Wardwatch.Simulator.Load;

/// <summary>What a run of load came to. Counts are of the measured time, after the warm-up.</summary>
internal sealed record LoadReport
{
    public required int Connections { get; init; }

    public required int InFlight { get; init; }

    /// <summary>The measured time.</summary>
    public required double Seconds { get; init; }

    public required long Sent { get; init; }

    public required long Acknowledged { get; init; }

    /// <summary>Sent over the whole run, warm-up included.</summary>
    public long SentInAll { get; init; }

    /// <summary>Of these, acknowledged with success: so many rows must be there.</summary>
    public long AcknowledgedInAll { get; init; }

    /// <summary>Refusals of the whole run, by reason.</summary>
    public IReadOnlyList<(MqttReason Reason, long Count)> Refused { get; init; } = [];

    /// <summary>Sent over the whole run and neither acknowledged nor refused until its end.</summary>
    public long Unanswered { get; init; }

    public long ConnectionsLost { get; init; }

    /// <summary>From PUBLISH to PUBACK.</summary>
    public required LatencyHistogram Latency { get; init; }

    public double AcknowledgedPerSecond => Seconds > 0 ? Acknowledged / Seconds : 0;
}
