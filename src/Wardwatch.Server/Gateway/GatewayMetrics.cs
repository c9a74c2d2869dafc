using System.Diagnostics.Metrics;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>What the gateway counts.</summary>
internal sealed class GatewayMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _received;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _acknowledged;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _waits;
    private readonly Counter<long> _connectionsRefused;
    private readonly Counter<long> _deadlines;
    private readonly Counter<long> _takeOvers;
    private readonly Counter<long> _flaps;
    private readonly Counter<long> _slowedDown;
    private readonly Counter<long> _delayedAnswers;
    private readonly Counter<long> _fromBroker;
    private readonly Histogram<double> _acknowledgeSeconds;
    private readonly TimeProvider _time;
    private long _messages;
    private long _lastReadingMilliseconds;

    public GatewayMetrics(IMeterFactory meters, TimeProvider time, string meter = "Wardwatch.Gateway")
    {
        _time = time;
        _meter = meters.Create(meter);
        _accepted = _meter.CreateCounter<long>("wardwatch.gateway.sessions", "{session}", "Sessions accepted");
        _refused = _meter.CreateCounter<long>("wardwatch.gateway.sessions.refused", "{session}", "CONNECTs refused, by reason");
        _received = _meter.CreateCounter<long>("wardwatch.gateway.messages.received", "{message}", "Messages published by devices");
        _bytes = _meter.CreateCounter<long>("wardwatch.gateway.received", "By", "Bytes of topics and payloads published by devices");
        _acknowledged = _meter.CreateCounter<long>("wardwatch.gateway.messages.acknowledged", "{message}", "Messages acknowledged after their commit");
        _acknowledgeSeconds = _meter.CreateHistogram<double>("wardwatch.gateway.acknowledge.duration", "s", "Time from a PUBLISH to its PUBACK: of those that were read together, the first");
        _rejected = _meter.CreateCounter<long>("wardwatch.gateway.messages.rejected", "{message}", "Messages on topics that the device may not use");
        _closed = _meter.CreateCounter<long>("wardwatch.gateway.sessions.closed", "{session}", "Sessions closed by the server, by reason");
        _waits = _meter.CreateCounter<long>("wardwatch.gateway.waits", "{wait}", "Times a connection had to wait for room in its lane");
        _connectionsRefused = _meter.CreateCounter<long>("wardwatch.gateway.connections.refused", "{connection}", "Connections closed for a limit before they had a session, by limit");
        _deadlines = _meter.CreateCounter<long>("wardwatch.gateway.deadlines", "{connection}", "Connections closed because something took too long, by what");
        _takeOvers = _meter.CreateCounter<long>("wardwatch.gateway.takeovers", "{session}", "Sessions that a newer one of the same device ended");
        _flaps = _meter.CreateCounter<long>("wardwatch.gateway.takeovers.refused", "{connection}", "Connections refused because boxes with the same credentials put each other off too often");
        _slowedDown = _meter.CreateCounter<long>("wardwatch.gateway.slowdowns", "{wait}", "Times a connection that sent more than it may was not read for a while");
        _delayedAnswers = _meter.CreateCounter<long>("wardwatch.gateway.answers.delayed", "{answer}", "Refusals of wrong credentials that were kept back");
        _fromBroker = _meter.CreateCounter<long>("wardwatch.gateway.broker.messages", "{message}", "Messages received from the broker that is subscribed to");
        _meter.CreateObservableGauge("wardwatch.gateway.last_reading.age", () => AgeSeconds(time), "s", "Time since a device last published anything");
    }

    public void ObserveBroker(Func<int> connected) =>
        _meter.CreateObservableGauge("wardwatch.gateway.broker.connected", connected, "{connection}", "1 while subscribed to the broker, else 0");

    public void ObserveSessions(Func<int> count) =>
        _meter.CreateObservableUpDownCounter("wardwatch.gateway.sessions.open", count, "{session}", "Devices connected now");

    public void ObserveConnections(ConnectionLimits limits, WaitingBytes waiting)
    {
        _meter.CreateObservableUpDownCounter("wardwatch.gateway.connections.open", () => limits.Count, "{connection}", "Connections now, with a session or without");
        _meter.CreateObservableUpDownCounter("wardwatch.gateway.connections.unauthenticated", () => limits.Unauthenticated, "{connection}", "Connections now that have not said yet who they are");
        _meter.CreateObservableUpDownCounter("wardwatch.gateway.waiting", () => waiting.Count, "By", "Bytes of readings that wait for full lanes");
    }

    /// <summary>Messages that devices have published since the start.</summary>
    public long Messages => Interlocked.Read(ref _messages);

    /// <summary>When the last of them came; null if none has.</summary>
    public DateTimeOffset? LastMessageAt => Volatile.Read(ref _lastReadingMilliseconds) is > 0 and var last ? DateTimeOffset.FromUnixTimeMilliseconds(last) : null;

    public void ConnectionRefused(Refusal refusal) => _connectionsRefused.Add(1, new KeyValuePair<string, object?>("limit", refusal.ToString()));

    public void TookTooLong(Deadline deadline) => _deadlines.Add(1, new KeyValuePair<string, object?>("what", deadline.ToString()));

    public void TakenOver() => _takeOvers.Add(1);

    public void Flapped() => _flaps.Add(1);

    public void SlowedDown() => _slowedDown.Add(1);

    public void AnswerDelayed() => _delayedAnswers.Add(1);

    public void Accepted() => _accepted.Add(1);

    public void Refused(MqttReason reason) => _refused.Add(1, Tag(reason));

    public void Received(int messages, int bytes, long nowMilliseconds)
    {
        _received.Add(messages);
        Interlocked.Add(ref _messages, messages);
        _bytes.Add(bytes);
        Volatile.Write(ref _lastReadingMilliseconds, nowMilliseconds);
    }

    public void ReceivedFromBroker(int bytes, long nowMilliseconds)
    {
        _fromBroker.Add(1);
        Received(1, bytes, nowMilliseconds);
    }

    public void Acknowledged(int messages, long receivedAt)
    {
        _acknowledged.Add(messages);
        if (messages > 0)
        {
            _acknowledgeSeconds.Record(Math.Max(0, (_time.Microseconds() - receivedAt) / 1e6));
        }
    }

    public void Rejected() => _rejected.Add(1);

    public void Closed(MqttReason reason) => _closed.Add(1, Tag(reason));

    public void Waited() => _waits.Add(1);

    private double AgeSeconds(TimeProvider time)
    {
        var last = Volatile.Read(ref _lastReadingMilliseconds);
        return last == 0 ? double.NaN : Math.Max(0, (time.GetUtcNow().ToUnixTimeMilliseconds() - last) / 1000.0);
    }

    private static KeyValuePair<string, object?> Tag(MqttReason reason) => new("reason", reason.ToString());
}

/// <summary>What may take only so long.</summary>
internal enum Deadline
{
    /// <summary>TLS, from the acceptance of the connection.</summary>
    Tls,

    /// <summary>CONNECT, from the acceptance of the connection.</summary>
    Connect,

    /// <summary>A packet, from its first byte.</summary>
    Packet,

    /// <summary>The device's taking what it is sent.</summary>
    Send,
}
