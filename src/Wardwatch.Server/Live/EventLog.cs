using Microsoft.Extensions.Options;

namespace Wardwatch.Server.Live;

/// <summary>
/// The latest events, for clients that come back with the id of the last one they saw. Ids are <c>start-number</c>: an id of an earlier run of the server is
/// recognised as such, and the client is told to load everything anew.
/// </summary>
internal sealed class EventLog(IOptions<LiveOptions> options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Queue<LiveMessage> _events = new();
    private readonly string _run = time.GetUtcNow().ToUnixTimeMilliseconds().ToString();
    private long _last;

    /// <summary>The id of the newest event.</summary>
    public string LastId
    {
        get
        {
            lock (_gate)
            {
                return IdOf(_last);
            }
        }
    }

    /// <summary>The id of an event's number.</summary>
    public string IdOf(long number) => $"{_run}-{number}";

    /// <summary>Keeps an event and answers it with its number.</summary>
    public LiveMessage Add(LiveMessage message)
    {
        lock (_gate)
        {
            var numbered = message.AsEvent(++_last, IdOf(_last));
            _events.Enqueue(numbered);
            while (_events.Count > options.Value.ReplayedEvents)
            {
                _events.Dequeue();
            }

            return numbered;
        }
    }

    /// <summary>Takes out what concerns a patient. Whoever comes back across the gap is told to load everything anew.</summary>
    public void Forget(int patientNumber)
    {
        lock (_gate)
        {
            // Numbers without a gap are how a known id is told from one that is gone: what stands before the gap goes as well.
            var kept = _events.Reverse().TakeWhile(message => message.PatientNumber != patientNumber).Reverse().ToList();
            if (kept.Count == _events.Count)
            {
                return;
            }

            _events.Clear();
            kept.ForEach(_events.Enqueue);
        }
    }

    /// <summary>The events after <paramref name="lastEventId"/>; null if it is not known (any more).</summary>
    public IReadOnlyList<LiveMessage>? After(string lastEventId)
    {
        lock (_gate)
        {
            var dash = lastEventId.IndexOf('-', StringComparison.Ordinal);
            if (dash < 0 || lastEventId[..dash] != _run || !long.TryParse(lastEventId.AsSpan(dash + 1), out var number)
                || number > _last || number < _last - _events.Count)
            {
                return null;
            }

            return [.. _events.Where(message => message.EventNumber > number)];
        }
    }
}
