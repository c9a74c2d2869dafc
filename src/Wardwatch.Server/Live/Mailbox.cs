using System.Threading.Channels;

namespace Wardwatch.Server.Live;

/// <summary>
/// What waits for one subscriber. One that keeps up gets every message in order. One that does not gets every event, in order, and of each patient the newest
/// vitals at the moment of sending, never a backlog:
/// <code>
/// keeps up    v1 v2 s1 v1 v2 …                            at most as many as fit
/// behind      events: s1 s3 s2 …    patients: {1, 2, 7}   at most so many bytes of events; a patient is one reference, however many readings come
/// </code>
/// Events are never left out. A subscriber for whom too many bytes of them wait is to be cut off (<see cref="Overrun"/>): it comes back and resumes.
/// </summary>
internal sealed class Mailbox(int capacity, long mostEventBytes)
{
    // Little at once, so that what is taken is still new when its turn comes.
    private const int StatesAtOnce = 64;

    private readonly Lock _gate = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly TaskCompletionSource _overrun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<NewestState> _states = [];
    private readonly Queue<NewestState> _stateOrder = new();
    private List<LiveMessage> _messages = [];
    private LiveMessage? _heartbeat;
    private long _eventBytes;
    private long _conflated;
    private bool _behind;

    /// <summary>Completes when more waits than may: the subscriber is to be cut off.</summary>
    public Task Overrun => _overrun.Task;

    /// <summary>How many messages wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _messages.Count + _stateOrder.Count + (_heartbeat is null ? 0 : 1);
            }
        }
    }

    /// <summary>Adds a message; never blocks.</summary>
    public void Offer(LiveMessage message)
    {
        bool wasEmpty;
        lock (_gate)
        {
            wasEmpty = IsEmpty;
            if (_behind)
            {
                Join(message);
            }
            else
            {
                _messages.Add(message);
                if (_messages.Count > capacity)
                {
                    FallBehind();
                }
            }
        }

        if (wasEmpty)
        {
            _signal.Writer.TryWrite(true);
        }
    }

    /// <summary>Waits until there is something. May also end when there is nothing any more: then wait again.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellation) => await _signal.Reader.ReadAsync(cancellation);

    /// <summary>Takes what is next, in exchange for an empty list: everything, or of a backlog its events and a few patients. Nothing: it is empty.</summary>
    /// <param name="empty">A list to fill or to swap in.</param>
    /// <param name="conflated">How many messages were left out since the last time, because newer ones say everything.</param>
    public List<LiveMessage> Take(List<LiveMessage> empty, out long conflated)
    {
        empty.Clear();
        lock (_gate)
        {
            (conflated, _conflated) = (_conflated, 0);
            (var taken, _messages) = (_messages, empty);
            if (_behind)
            {
                TakeBacklog(taken);
            }

            return taken;
        }
    }

    private bool IsEmpty => _messages.Count == 0 && _stateOrder.Count == 0 && _heartbeat is null;

    /// <summary>
    /// Behind the events come the patients: a patient's newest vitals were offered after every event of that patient which is older, so that nobody sees
    /// a state go back.
    /// </summary>
    private void TakeBacklog(List<LiveMessage> taken)
    {
        _eventBytes = 0;
        if (_heartbeat is { } heartbeat)
        {
            taken.Add(heartbeat);
            _heartbeat = null;
        }

        for (var i = 0; i < StatesAtOnce && _stateOrder.TryDequeue(out var state); i++)
        {
            _states.Remove(state);
            taken.Add(state.Message!);
        }

        _behind = _stateOrder.Count > 0;
    }

    private void FallBehind()
    {
        _behind = true;
        var all = _messages;
        _messages = [];
        foreach (var message in all)
        {
            Join(message);
        }
    }

    private void Join(LiveMessage message)
    {
        if (_overrun.Task.IsCompleted)
        {
            return; // nobody will read it
        }

        if (message.Newest is { } state)
        {
            if (_states.Add(state))
            {
                _stateOrder.Enqueue(state);
            }
            else
            {
                _conflated++;
            }
        }
        else if (message.Kind == LiveKind.Heartbeat)
        {
            _conflated += _heartbeat is null ? 0 : 1;
            _heartbeat = message;
        }
        else
        {
            _messages.Add(message);
            _eventBytes += message.Json.Length;
            if (_eventBytes > mostEventBytes)
            {
                GiveUp();
            }
        }
    }

    /// <summary>Lets go of everything at once: whoever does not read must not hold memory until somebody notices.</summary>
    private void GiveUp()
    {
        _messages.Clear();
        _states.Clear();
        _stateOrder.Clear();
        _heartbeat = null;
        _overrun.TrySetResult();

        // Whoever was awake already, and finds nothing to take, must not go back to sleep.
        _signal.Writer.TryWrite(true);
    }
}
