using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;

namespace Wardwatch.Server.Live;

/// <summary><c>/sse/events</c>: status, storage and heartbeats as server-sent events, for plain clients. Readings go over the sockets.</summary>
internal sealed class EventStream(Broadcaster broadcaster, EventLog log, IHostApplicationLifetime lifetime)
{
    /// <summary>Begins a stream, or answers null if there are too many subscribers.</summary>
    /// <param name="filter">What is wanted.</param>
    /// <param name="lastEventId">The client's Last-Event-ID, or null.</param>
    /// <param name="cancellation">Ends the stream.</param>
    public IAsyncEnumerable<SseItem<string>>? Open(LiveFilter filter, string? lastEventId, CancellationToken cancellation) =>
        broadcaster.Subscribe(filter) is { } subscription ? ReadAsync(subscription, lastEventId, cancellation) : null;

    private async IAsyncEnumerable<SseItem<string>> ReadAsync(Subscription subscription, string? lastEventId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var _ = subscription;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        var replayed = 0L;
        if (lastEventId is not null)
        {
            if (log.After(lastEventId) is { } missed)
            {
                foreach (var message in missed.Where(subscription.Filter.Wants))
                {
                    yield return ToItem(message);
                    replayed = message.EventNumber;
                }
            }
            else
            {
                // The server was restarted, or too much has happened: load the dashboard anew.
                yield return new SseItem<string>("{}", "reset") { EventId = log.LastId };
            }
        }

        var messages = new List<LiveMessage>();
        while (await subscription.Mailbox.TryWaitAsync(ended.Token))
        {
            messages = subscription.Mailbox.Take(messages);
            foreach (var message in messages)
            {
                if (message.Kind != LiveKind.VitalsUpdated && (message.EventNumber == 0 || message.EventNumber > replayed))
                {
                    yield return ToItem(message);
                }
            }
        }
    }

    private SseItem<string> ToItem(LiveMessage message) => new(Encoding.UTF8.GetString(message.Json), message.Kind switch
    {
        LiveKind.StatusUpdated => "status",
        LiveKind.StorageChanged => "storage",
        _ => "heartbeat",
    })
    {
        EventId = message.EventNumber > 0 ? log.IdOf(message.EventNumber) : null,
    };
}
