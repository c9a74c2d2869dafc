using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.AlertPath.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Live;

/// <summary><c>/sse/events</c>: status, storage and heartbeats as server-sent events, for plain clients. Readings go over the sockets.</summary>
internal sealed class EventStream(
    Audience audience, EventLog log, LivePump pump, ISessionWatch sessions, IOptions<LiveOptions> options, NodeDrain drain)
{
    /// <summary>What it carries; for those who look after them, security events as well.</summary>
    public const LiveKinds Kinds = LiveKinds.Events | LiveKinds.Heartbeats;

    /// <summary>Serves one stream until it ends; false if there are too many subscribers, and nothing was answered yet.</summary>
    /// <param name="context">The request.</param>
    /// <param name="filter">What is wanted.</param>
    /// <param name="lastEventId">The client's Last-Event-ID, or null.</param>
    public async Task<bool> ServeAsync(HttpContext context, LiveFilter filter, string? lastEventId)
    {
        // Subscribed first, looked up in the log after: what happens between is in both, and left out of one.
        using var subscription = audience.Subscribe(filter, LiveFilters.KindsFor(context, filter, Kinds));
        if (subscription is null)
        {
            return false;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, drain.Begun);
        using var watch = sessions.Watch(context.User.Caller(), ended.Cancel);
        try
        {
            await BeginAsync(context, ended.Token);
            var replayed = lastEventId is null ? 0 : await ReplayAsync(context, subscription.Filter, lastEventId, ended.Token);
            await pump.RunAsync(subscription, new ServerSentEventsChannel(context), message => message.EventNumber == 0 || message.EventNumber > replayed, ended.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client went, or the server stops.
        }

        return true;
    }

    /// <summary>Serves the server's own receiver, which proved who it is by <see cref="ProbeToken"/>, until it ends.</summary>
    public async Task<bool> ServeProbeAsync(HttpContext context)
    {
        using var subscription = audience.Subscribe(LiveFilter.Probe, LiveKinds.Events | LiveKinds.Heartbeats);
        if (subscription is null)
        {
            return false;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, drain.Begun);
        try
        {
            await BeginAsync(context, ended.Token);
            await pump.RunAsync(subscription, new ServerSentEventsChannel(context), static _ => true, ended.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The server stops, or the receiver begins anew.
        }

        return true;
    }

    private async Task BeginAsync(HttpContext context, CancellationToken cancellation)
    {
        LiveSocket.Limit(context, options.Value.SocketBufferBytes);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        // The web server would cut a slow client by a rule of its own, and nobody would count it.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache,no-store";
        context.Response.Headers.Pragma = "no-cache";
        context.Response.Headers.ContentEncoding = "identity";
        await context.Response.StartAsync(cancellation);
        await context.Response.BodyWriter.FlushAsync(cancellation);
    }

    /// <summary>Sends what the client missed, or says that it is too much. Answers up to which number it knows everything.</summary>
    private async Task<long> ReplayAsync(HttpContext context, LiveFilter filter, string lastEventId, CancellationToken cancellation)
    {
        var writer = context.Response.BodyWriter;
        if (log.After(lastEventId) is not { } missed)
        {
            // The server was restarted, or too much has happened: load the dashboard anew.
            await writer.WriteAsync(Encoding.UTF8.GetBytes($"event: reset\nid: {log.LastId}\ndata: {{}}\n\n"), cancellation);
            return 0;
        }

        var replayed = 0L;
        foreach (var message in missed.Where(filter.Wants))
        {
            await writer.WriteAsync(message.ServerSentEvent, cancellation);
            replayed = message.EventNumber;
        }

        return replayed;
    }
}
