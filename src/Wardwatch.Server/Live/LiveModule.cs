using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.AlertPath.Contracts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Incidents.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>One broadcaster; the SignalR hub, server-sent events and the WebSocket are thin adapters of it.</summary>
public static class LiveModule
{
    /// <summary>Adds the broadcaster and the hub.</summary>
    public static void AddLive(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<LiveOptions>().BindConfiguration("Wardwatch:Live").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<LiveMetrics>();
        services.AddSingleton<EventLog>();
        services.AddSingleton<Audience>();
        services.AddSingleton<IErasureObserver>(provider => provider.GetRequiredService<Audience>());
        services.AddSingleton<LivePump>();
        services.AddSingleton<Heart>();
        services.AddSingleton<Broadcaster>();
        services.AddSingleton<IMonitoringObserver>(provider => provider.GetRequiredService<Broadcaster>());
        services.AddHostedService(provider => provider.GetRequiredService<Broadcaster>());
        services.AddSingleton<LiveNotices>();
        services.AddSingleton<IEmergencyObserver>(provider => provider.GetRequiredService<LiveNotices>());
        services.AddHostedService(provider => provider.GetRequiredService<LiveNotices>());
        services.AddSingleton<IEventObserver, LivePatients>();
        services.AddSingleton<IEventObserver, LiveNotifications>();
        services.AddSingleton<LiveAlerts>();
        services.AddSingleton<IAlertObserver>(provider => provider.GetRequiredService<LiveAlerts>());
        services.AddSingleton<IIncidentObserver>(provider => provider.GetRequiredService<LiveAlerts>());
        services.AddSingleton<ISoundObserver>(provider => provider.GetRequiredService<LiveAlerts>());
        services.AddSingleton<IAlertPathObserver, LiveAlertPaths>();
        services.AddSingleton<LiveFilters>();
        services.AddSingleton<VitalsSocket>();
        services.AddSingleton<EventStream>();
        services.AddSingleton<HubPumps>();
        services.AddSignalR(options => options.MaximumReceiveMessageSize = 4 * 1024)
            .AddJsonProtocol(options => WireJson.Apply(options.PayloadSerializerOptions));
        services.AddSingleton<WardConnections>();
        services.AddSingleton<HubLifetimeManager<WardHub>>(provider => provider.GetRequiredService<WardConnections>());
    }

    /// <summary>Maps the three ways to listen.</summary>
    public static void MapLive(IEndpointRouteBuilder routes)
    {
        var sendTimeout = routes.ServiceProvider.GetRequiredService<IOptions<LiveOptions>>().Value.SendTimeoutSeconds;

        // Our own limit comes first, so that whoever is cut off is counted, with the reason.
        routes.MapHub<WardHub>("/hubs/ward", hub => hub.TransportSendTimeout = TimeSpan.FromSeconds(2 * sendTimeout));
        routes.Map("/ws/vitals", ServeSocketAsync).RequireAuthorization(Policies.SeePatients).ExcludeFromDescription();
        routes.MapGet("/sse/events", ServeStreamAsync).RequireAuthorization(Policies.FollowLive).WithTags("Live")
            .WithSummary("Server-sent events: status, storage, heartbeat; resumes after Last-Event-ID");
        routes.MapGet("/sse/alert-path", ServeProbeAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task ServeProbeAsync(HttpContext context, ProbeToken token, EventStream stream)
    {
        if (!token.Matches(context.Request.Headers[ProbeToken.Header].FirstOrDefault()))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
        else if (!await stream.ServeProbeAsync(context))
        {
            await TooMany().ExecuteAsync(context);
        }
    }

    private static ProblemHttpResult TooMany() => TypedResults.Problem(
        statusCode: StatusCodes.Status503ServiceUnavailable, type: "urn:wardwatch:too-many-live-connections", title: "There are too many live connections");

    private static async Task ServeSocketAsync(HttpContext context, LiveFilters filters, VitalsSocket socket)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await TypedResults.Problem(statusCode: StatusCodes.Status426UpgradeRequired, type: "urn:wardwatch:websocket-required",
                title: "This address speaks WebSocket only").ExecuteAsync(context);
            return;
        }

        var (filter, refusal) = await filters.ReadAsync(context, VitalsSocket.Kinds, context.RequestAborted);
        await (filter is null ? refusal!.ExecuteAsync(context) : socket.ServeAsync(context, filter));
    }

    private static async Task ServeStreamAsync(HttpContext context, LiveFilters filters, EventStream stream)
    {
        var lastEventId = context.Request.Headers["Last-Event-ID"].FirstOrDefault();
        var (filter, refusal) = await filters.ReadAsync(context, EventStream.Kinds, context.RequestAborted);
        if (filter is null)
        {
            await refusal!.ExecuteAsync(context);
        }
        else if (!await stream.ServeAsync(context, filter, lastEventId))
        {
            await TooMany().ExecuteAsync(context);
        }
    }
}
