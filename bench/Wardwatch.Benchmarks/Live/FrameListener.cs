using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Payloads;

namespace Wardwatch.Benchmarks.Live;

/// <summary>A screen on <c>/ws/vitals</c>, of a ward or of the hospital. It knows each frame by patient and measurement time.</summary>
internal sealed class FrameListener : IAsyncDisposable
{
    private static readonly TimeProvider Time = TimeProvider.System;

    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _end = new();
    private readonly List<double> _milliseconds = [];
    private readonly Lock _gate = new();
    private readonly FrameClock _clock;
    private Task _reading = Task.CompletedTask;

    private FrameListener(FrameClock clock, string? ward)
    {
        _clock = clock;
        Ward = ward;
    }

    /// <summary>The ward that is watched; null: the whole hospital.</summary>
    public string? Ward { get; }

    /// <summary>What was measured since the last restart, in milliseconds.</summary>
    public List<double> Milliseconds
    {
        get
        {
            lock (_gate) return [.. _milliseconds];
        }
    }

    /// <summary>Opens the socket.</summary>
    /// <param name="hospital">The server.</param>
    /// <param name="token">The access token.</param>
    /// <param name="ward">The ward to watch; null: the whole hospital.</param>
    /// <param name="clock">Knows when each reading was published.</param>
    /// <param name="reads">False: it never takes a frame out of its socket, which is small.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<FrameListener> OpenAsync(HospitalUnderTest hospital, string token, string? ward, FrameClock clock, bool reads, CancellationToken cancellation)
    {
        var listener = new FrameListener(clock, ward);
        listener._socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        var address = new UriBuilder(hospital.HttpAddress) { Scheme = "ws", Path = "/ws/vitals", Query = ward is null ? "" : $"ward={ward}" }.Uri;
        using var invoker = reads ? null : new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = ConnectNarrowAsync });
        await listener._socket.ConnectAsync(address, invoker, cancellation);
        if (reads) listener._reading = listener.ReadAsync();
        return listener;
    }

    /// <summary>Forgets what was measured, for the end of a warm-up.</summary>
    public void Restart()
    {
        lock (_gate) _milliseconds.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _end.Dispose();
    }

    private static async ValueTask<Stream> ConnectNarrowAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(context.DnsEndPoint, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[64 << 10];
        var filled = 0;
        while (true)
        {
            var result = await _socket.ReceiveAsync(buffer.AsMemory(filled), _end.Token);
            if (result.MessageType == WebSocketMessageType.Close) return;
            filled += result.Count;
            if (!result.EndOfMessage) continue;
            Take(buffer.AsSpan(0, filled), Time.GetTimestamp());
            filled = 0;
        }
    }

    // Patient and time stand first in a frame; the rest is not read, so that the screen takes little from what is measured.
    private void Take(ReadOnlySpan<byte> frame, long receivedAt)
    {
        var json = new Utf8JsonReader(frame);
        string? patient = null;
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName) continue;
            if (json.ValueTextEquals("patient"u8))
            {
                json.Read();
                patient = json.GetString();
            }
            else if (json.ValueTextEquals("at"u8))
            {
                json.Read();
                if (Timestamp.TryRead(json.ValueSpan, out var measuredAt) && _clock.MillisecondsSince(patient!, measuredAt, receivedAt) is { } milliseconds)
                {
                    lock (_gate) _milliseconds.Add(milliseconds);
                }

                return;
            }
        }
    }
}
