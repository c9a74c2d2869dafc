using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Wardwatch.Server.Notifications.Channels;

namespace Wardwatch.Server.Notifications.Sending;

/// <summary>
/// One receiver: a push service, a webhook, the mail server. It has so many attempts at once and no more; one that mostly fails rests, and is then tried with one. What is slow
/// holds up nothing elsewhere, and what is urgent finds room that was kept for it.
/// </summary>
internal sealed class Destination
{
    private readonly Lock _gate = new();
    private readonly CircuitBreakerStateProvider _circuit = new();
    private readonly ResiliencePipeline<SendResult> _pipeline;
    private readonly TimeProvider _time;
    private readonly int _most;
    private int _underWay;
    private long _restsUntil;

    public Destination(string channel, NotificationsOptions options, TimeProvider time)
    {
        (_time, _most) = (time, channel == ChannelNames.Mail ? options.MailParallel : options.Parallel);
        _pipeline = new ResiliencePipelineBuilder<SendResult> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<SendResult>
            {
                FailureRatio = 0.5,
                MinimumThroughput = 4,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = TimeSpan.FromSeconds(options.BreakSeconds),
                StateProvider = _circuit,
                OnOpened = opened =>
                {
                    // The circuit itself stays open until somebody tries.
                    Volatile.Write(ref _restsUntil, (time.GetUtcNow() + opened.BreakDuration).UtcTicks);
                    return default;
                },
                ShouldHandle = static arguments => new(arguments.Outcome.Exception is TimeoutRejectedException || arguments.Outcome.Result.Outcome == SendOutcome.Again),
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = options.TimeOf(channel) })
            .Build();
    }

    /// <summary>Whether it rests, since most of what was sent to it failed.</summary>
    public bool IsResting => _time.GetUtcNow().UtcTicks < Volatile.Read(ref _restsUntil);

    /// <summary>Attempts under way.</summary>
    public int UnderWay
    {
        get
        {
            lock (_gate)
            {
                return _underWay;
            }
        }
    }

    /// <summary>How many attempts may begin.</summary>
    /// <param name="high">Those of high priority may take the quarter that is kept for them.</param>
    public int Room(bool high)
    {
        if (IsResting)
        {
            return 0;
        }

        // After a rest one shows whether the others may follow.
        var most = _circuit.CircuitState != CircuitState.Closed ? 1 : high ? _most : Math.Max(1, _most - (_most / 4));
        return Math.Max(0, most - UnderWay);
    }

    /// <summary>An attempt begins; it counts until <see cref="End"/>.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _underWay++;
        }
    }

    /// <summary>An attempt is over.</summary>
    public void End()
    {
        lock (_gate)
        {
            _underWay--;
        }
    }

    /// <summary>Makes an attempt, within its time.</summary>
    public async Task<SendResult> SendAsync(IChannelSender sender, ClaimedAttempt attempt, CancellationToken cancellation)
    {
        try
        {
            return await _pipeline.ExecuteAsync(static async (call, stop) => await call.Sender.SendAsync(call.Attempt, stop), (Sender: sender, Attempt: attempt), cancellation);
        }
        catch (TimeoutRejectedException)
        {
            return SendResult.Again("timed-out");
        }
        catch (BrokenCircuitException)
        {
            return SendResult.NotTried;
        }
    }
}

/// <summary>Every receiver that this process has to do with.</summary>
internal sealed class Destinations(IOptions<NotificationsOptions> options, TimeProvider time)
{
    private const int MostIdle = 1000;

    private readonly Dictionary<string, Destination> _known = new(StringComparer.Ordinal);

    /// <summary>One of them. The sending loop's alone: not thread-safe.</summary>
    public Destination Of(string name)
    {
        if (!_known.TryGetValue(name, out var known))
        {
            Forget();
            var channel = name == Routing.MailDestination ? ChannelNames.Mail : name.StartsWith("push:", StringComparison.Ordinal) ? ChannelNames.Push : ChannelNames.Webhook;
            _known.Add(name, known = new(channel, options.Value, time));
        }

        return known;
    }

    /// <summary>How many rest.</summary>
    public int Resting() => _known.Values.Count(known => known.IsResting);

    // Webhooks come and go.
    private void Forget()
    {
        if (_known.Count >= MostIdle)
        {
            foreach (var idle in _known.Where(known => known.Value.UnderWay == 0).Select(known => known.Key).ToList())
            {
                _known.Remove(idle);
            }
        }
    }
}
