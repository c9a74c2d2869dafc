using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using Wardwatch.Server.Staff.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>The SignalR hub <c>/hubs/ward</c>. Clients listen; there is nothing to call.</summary>
[Authorize(Permissions.ReadPatients)]
internal sealed class WardHub(HubPumps pumps, LiveFilters filters) : Hub
{
    public override Task OnConnectedAsync()
    {
        var context = Context.GetHttpContext()!;
        if (!filters.TryRead(context, out var filter))
        {
            throw new HubException("There is no such patient.");
        }

        pumps.Start(Context, filter);
        return Task.CompletedTask;
    }

    public override Task OnDisconnectedAsync(Exception? exception) => pumps.StopAsync(Context.ConnectionId);
}

/// <summary>Carries messages from mailboxes to hub connections, one task a connection. Owns these tasks.</summary>
internal sealed partial class HubPumps(Broadcaster broadcaster, IHubContext<WardHub> hub, ILogger<HubPumps> logger)
{
    private readonly ConcurrentDictionary<string, (Task Task, CancellationTokenSource Stop)> _pumps = new(StringComparer.Ordinal);
    private readonly ILogger<HubPumps> _logger = logger;

    /// <summary>Begins to send to a connection.</summary>
    public void Start(HubCallerContext connection, LiveFilter filter)
    {
        var subscription = broadcaster.Subscribe(filter) ?? throw new HubException("There are too many live connections.");
        var stop = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionAborted);
        _pumps[connection.ConnectionId] = (PumpAsync(connection.ConnectionId, subscription, stop.Token), stop);
    }

    /// <summary>Ends sending, and waits for it.</summary>
    public async Task StopAsync(string connectionId)
    {
        if (_pumps.TryRemove(connectionId, out var pump))
        {
            await pump.Stop.CancelAsync();
            await pump.Task;
            pump.Stop.Dispose();
        }
    }

    private async Task PumpAsync(string connectionId, Subscription subscription, CancellationToken stop)
    {
        using var _ = subscription;
        var client = hub.Clients.Client(connectionId);
        var messages = new List<LiveMessage>();
        try
        {
            while (true)
            {
                await subscription.Mailbox.WaitAsync(stop);
                messages = subscription.Mailbox.Take(messages);
                foreach (var message in messages)
                {
                    await client.SendAsync(Method(message.Kind), new RawJson(message.Json), stop);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The connection ended.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogPumpEnded(e);
        }
    }

    private static string Method(LiveKind kind) => kind switch
    {
        LiveKind.VitalsUpdated => "VitalsUpdated",
        LiveKind.StatusUpdated => "StatusUpdated",
        LiveKind.StorageChanged => "StorageChanged",
        _ => "Heartbeat",
    };

    [LoggerMessage(4010, LogLevel.Warning, "Sending to a live connection ended.")]
    private partial void LogPumpEnded(Exception e);
}

/// <summary>A document that was serialised before, once for all receivers.</summary>
[JsonConverter(typeof(Converter))]
internal readonly record struct RawJson(byte[] Utf8)
{
    private sealed class Converter : JsonConverter<RawJson>
    {
        public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Clients send no documents to the hub.");

        public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Utf8, skipInputValidation: true);
    }
}
