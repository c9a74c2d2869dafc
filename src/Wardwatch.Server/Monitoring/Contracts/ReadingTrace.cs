using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Monitoring.Contracts;

/// <summary>
/// The trace of one batch of readings from PUBLISH to PUBACK and to the first screen: a span for each stage, made when the stage has ended. Nearly every batch
/// has none, which costs its stages one comparison.
/// <code>
/// reading ─┬─ receive   PUBLISH … taken by the lane
///          ├─ lane      decrypted, checked, scored
///          ├─ commit    … on disk
///          ├─ puback
///          └─ frame     lane … written to a screen's socket
/// </code>
/// </summary>
public sealed class ReadingTrace
{
    /// <summary>The name of the source of activities.</summary>
    public const string SourceName = "Wardwatch.Readings";

    private static readonly ActivitySource Source = new(SourceName);

    [ThreadStatic]
    private static ReadingTrace? t_inLane;

    private readonly Activity _root;
    private readonly DateTimeOffset _received;
    private readonly TimeProvider _time;
    private DateTimeOffset _laneBegan;
    private DateTimeOffset _laneEnded;
    private DateTimeOffset _committed;
    private int _framed;

    private ReadingTrace(Activity root, DateTimeOffset received, TimeProvider time) => (_root, _received, _time) = (root, received, time);

    /// <summary>True if somebody listens at all.</summary>
    public static bool IsListenedTo => Source.HasListeners();

    /// <summary>The trace of what the lane on this thread is working on; null for nearly everything.</summary>
    public static ReadingTrace? InLane => t_inLane;

    /// <summary>The root's identity as W3C writes it, to go on with in another process.</summary>
    public string? Id => _root.Id;

    /// <summary>Begins a trace; null if nobody wants it.</summary>
    /// <param name="parent">Where the device's own trace stands; default: it has none.</param>
    /// <param name="receivedAt">When the batch came, in microseconds since the Unix epoch.</param>
    /// <param name="time">The clock.</param>
    public static ReadingTrace? Begin(ActivityContext parent, long receivedAt, TimeProvider time)
    {
        var before = Activity.Current;
        Activity.Current = null;
        var received = UnixTime.ToDateTimeOffset(receivedAt);
        var root = Source.StartActivity("reading", ActivityKind.Server, parent, startTime: received);
        Activity.Current = before;
        return root is null ? null : new ReadingTrace(root, received, time);
    }

    /// <summary>The lane begins; between this and <see cref="Processed"/> it is <see cref="InLane"/>.</summary>
    public void Taken()
    {
        t_inLane = this;
        _laneBegan = Now();
        Span("receive", _received, _laneBegan);
    }

    /// <summary>The lane is done with it.</summary>
    public void Processed()
    {
        t_inLane = null;
        _laneEnded = Now();
        Span("lane", _laneBegan, _laneEnded);
    }

    /// <summary>It is on disk, or cannot be.</summary>
    public void Committed(bool durable)
    {
        _committed = Now();
        Span("commit", _laneEnded == default ? _received : _laneEnded, _committed, failed: !durable);
    }

    /// <summary>It was answered; the trace ends, but for a screen that may still take its frame.</summary>
    /// <param name="readings">How many readings the batch held.</param>
    public void Acknowledged(int readings)
    {
        var now = Now();
        Span("puback", _committed == default ? now : _committed, now);
        _root.SetTag("wardwatch.readings", readings);
        _root.SetEndTime(now.UtcDateTime);
        Stop(_root);
    }

    /// <summary>A screen's connection took the state; only the first one is told of.</summary>
    /// <param name="channel">The kind of connection.</param>
    public void Framed(string channel)
    {
        if (Interlocked.Exchange(ref _framed, 1) == 0)
        {
            Span("frame", _laneBegan, Now(), channel: channel);
        }
    }

    private DateTimeOffset Now() => _time.GetUtcNow();

    private void Span(string name, DateTimeOffset from, DateTimeOffset until, bool failed = false, string? channel = null)
    {
        var before = Activity.Current;
        var span = Source.StartActivity(name, ActivityKind.Internal, _root.Context, startTime: from);
        if (span is not null)
        {
            if (failed)
            {
                span.SetStatus(ActivityStatusCode.Error);
            }

            if (channel is not null)
            {
                span.SetTag("wardwatch.channel", channel);
            }

            span.SetEndTime(until.UtcDateTime);
            span.Stop();
        }

        Activity.Current = before;
    }

    // Stopping sets the thread's current activity to the parent; none of these was ever current.
    private static void Stop(Activity activity)
    {
        var before = Activity.Current;
        activity.Stop();
        Activity.Current = before;
    }
}

/// <summary>Which readings are followed: those of devices that ask for it, and one now and then. Thread-safe.</summary>
public sealed class ReadingTraces(IOptions<TelemetryOptions> options, TimeProvider time)
{
    /// <summary>The user property of MQTT 5 by which a device hands its own trace on, as W3C writes it.</summary>
    private static ReadOnlySpan<byte> TraceParent => "traceparent"u8;

    private const int TraceParentBytes = 55;

    private readonly long _every = (long)(options.Value.ReadingSeconds * 1_000_000);
    private long _next;

    /// <summary>True if this reading is one of those that are followed now and then. Costs a comparison when it is not.</summary>
    /// <param name="receivedAt">When it came, in microseconds since the Unix epoch.</param>
    public bool IsDue(long receivedAt)
    {
        var next = Volatile.Read(ref _next);
        return receivedAt >= next && _every > 0 && ReadingTrace.IsListenedTo && Interlocked.CompareExchange(ref _next, receivedAt + _every, next) == next;
    }

    /// <summary>Begins the trace of a reading that is due.</summary>
    public ReadingTrace? Begin(long receivedAt) => ReadingTrace.Begin(default, receivedAt, time);

    /// <summary>Goes on with a device's own trace; null if the device's property is no trace, or one that is not recorded.</summary>
    /// <param name="name">The user property's name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="receivedAt">When the reading came.</param>
    public ReadingTrace? Join(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, long receivedAt) =>
        name.SequenceEqual(TraceParent) && value.Length == TraceParentBytes && ReadingTrace.IsListenedTo
            && ActivityContext.TryParse(Encoding.ASCII.GetString(value), traceState: null, isRemote: true, out var parent)
            && (parent.TraceFlags & ActivityTraceFlags.Recorded) != ActivityTraceFlags.None
            ? ReadingTrace.Begin(parent, receivedAt, time)
            : null;

    /// <summary>Goes on with the trace of the request that is being answered; null if it has none.</summary>
    public ReadingTrace? JoinRequest(long receivedAt) =>
        Activity.Current is { Recorded: true } request && ReadingTrace.IsListenedTo ? ReadingTrace.Begin(request.Context, receivedAt, time) : null;
}
