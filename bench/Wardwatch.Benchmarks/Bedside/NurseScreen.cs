using System.Net.WebSockets;
using System.Text.Json;

namespace Wardwatch.Benchmarks.Bedside;

/// <summary>What came to a screen that has to do with an alert.</summary>
/// <param name="Kind">AlertRaised, AlertChanged, IncidentChanged or Notification.</param>
/// <param name="At">When it came, as a timestamp of the clock.</param>
/// <param name="Content">The document. It lives as long as the call.</param>
internal readonly record struct ScreenEvent(string Kind, long At, JsonElement Content);

/// <summary>Somebody's page: a connection to <c>/hubs/ward</c> that takes every frame, and looks into those that tell of alerts, incidents and notifications.</summary>
internal sealed class NurseScreen : IAsyncDisposable
{
    private const byte RecordEnd = 0x1E;
    private const int TargetWithin = 64;

    private static readonly byte[] Handshake = [.. "{\"protocol\":\"json\",\"version\":1}"u8, RecordEnd];
    private static readonly byte[] Ping = [.. "{\"type\":6}"u8, RecordEnd];
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(10);
    private static readonly (byte[] Target, string Kind)[] Wanted =
        [.. new[] { "AlertRaised", "AlertChanged", "IncidentChanged", "Notification" }.Select(kind => (System.Text.Encoding.UTF8.GetBytes($"\"target\":\"{kind}\""), kind))];

    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Action<ScreenEvent> _take;
    private Task _reading = Task.CompletedTask;
    private Task _pinging = Task.CompletedTask;
    private long _records;

    private NurseScreen(Action<ScreenEvent> take) => _take = take;

    /// <summary>Whether the connection is still there.</summary>
    public bool IsOpen => _socket.State == WebSocketState.Open && !_reading.IsCompleted;

    /// <summary>How many messages came, of whatever kind.</summary>
    public long Records => Interlocked.Read(ref _records);

    /// <summary>Opens the connection and shakes hands.</summary>
    /// <param name="address">The server, over HTTP.</param>
    /// <param name="token">The access token.</param>
    /// <param name="take">Takes what tells of alerts, one after the other.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<NurseScreen> OpenAsync(Uri address, string token, Action<ScreenEvent> take, CancellationToken cancellation)
    {
        var screen = new NurseScreen(take);
        try
        {
            screen._socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
            await screen._socket.ConnectAsync(new UriBuilder(address) { Scheme = "ws", Path = "/hubs/ward" }.Uri, cancellation);
            await screen._socket.SendAsync(Handshake, WebSocketMessageType.Text, endOfMessage: true, cancellation);
        }
        catch
        {
            await screen.DisposeAsync();
            throw;
        }

        screen._reading = screen.ReadAsync();
        screen._pinging = screen.KeepAliveAsync();
        return screen;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_reading, _pinging).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _end.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[64 << 10];
        var filled = 0;
        while (true)
        {
            if (filled == buffer.Length) Array.Resize(ref buffer, 2 * buffer.Length);
            var part = await _socket.ReceiveAsync(buffer.AsMemory(filled), _end.Token);
            if (part.MessageType == WebSocketMessageType.Close) return;
            filled += part.Count;
            if (!part.EndOfMessage) continue;
            Take(buffer.AsMemory(0, filled), TimeProvider.System.GetTimestamp());
            filled = 0;
        }
    }

    private void Take(ReadOnlyMemory<byte> message, long at)
    {
        while (!message.IsEmpty)
        {
            var end = message.Span.IndexOf(RecordEnd);
            var record = end < 0 ? message : message[..end];
            message = end < 0 ? default : message[(end + 1)..];
            Interlocked.Increment(ref _records);
            var head = record.Span[..Math.Min(record.Length, TargetWithin)];
            foreach (var (target, kind) in Wanted)
            {
                if (head.IndexOf(target) < 0) continue;
                using var document = JsonDocument.Parse(record);
                _take(new(kind, at, document.RootElement.GetProperty("arguments")[0]));
                break;
            }
        }
    }

    // What a page says to the hub now and then; without it the hub takes it for gone.
    private async Task KeepAliveAsync()
    {
        using var timer = new PeriodicTimer(PingEvery);
        while (await timer.WaitForNextTickAsync(_end.Token) && IsOpen) await _socket.SendAsync(Ping, WebSocketMessageType.Text, endOfMessage: true, _end.Token);
    }
}
