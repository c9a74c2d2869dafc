using System.Net.WebSockets;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Dashboards;

/// <summary>A screen with one ward on it, on <c>/ws/vitals</c> or <c>/hubs/ward</c>. It takes every frame and looks only at its time, so that it is not what is measured.</summary>
internal sealed class Dashboard : IAsyncDisposable
{
    private static readonly byte[] Handshake = [.. "{\"protocol\":\"json\",\"version\":1}"u8, 0x1E];
    private static readonly byte[] Ping = [.. "{\"type\":6}"u8, 0x1E];

    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _end = new();
    private readonly List<double> _milliseconds = [];
    private readonly Lock _gate = new();
    private readonly PublishClock _clock;
    private readonly bool _isHub;
    private Task _reading = Task.CompletedTask;
    private long _bytes;

    private Dashboard(PublishClock clock, string ward, bool isHub) => (_clock, Ward, _isHub) = (clock, ward, isHub);

    /// <summary>The ward that it shows.</summary>
    public string Ward { get; }

    /// <summary>Bytes of frames up to now.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether its connection is still there.</summary>
    public bool IsOpen => _socket.State == WebSocketState.Open && !_reading.IsCompleted;

    /// <summary>The ages of the frames that were measured, in milliseconds.</summary>
    public List<double> Milliseconds
    {
        get
        {
            lock (_gate) return [.. _milliseconds];
        }
    }

    /// <summary>Opens the connection, for the hub with its handshake.</summary>
    public static async Task<Dashboard> OpenAsync(HospitalUnderTest hospital, string token, string ward, bool isHub, PublishClock clock, CancellationToken cancellation)
    {
        var dashboard = new Dashboard(clock, ward, isHub);
        dashboard._socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        var address = new UriBuilder(hospital.HttpAddress) { Scheme = "ws", Path = isHub ? "/hubs/ward" : "/ws/vitals", Query = $"ward={ward}" }.Uri;
        await dashboard._socket.ConnectAsync(address, cancellation);
        if (isHub) await dashboard._socket.SendAsync(Handshake, WebSocketMessageType.Text, endOfMessage: true, cancellation);
        dashboard._reading = dashboard.ReadAsync();
        return dashboard;
    }

    /// <summary>What a page says to the hub now and then; without it the hub takes it for gone.</summary>
    public Task KeepAliveAsync(CancellationToken cancellation) => _isHub && IsOpen ? _socket.SendAsync(Ping, WebSocketMessageType.Text, endOfMessage: true, cancellation) : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _end.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[8 << 10];
        var filled = 0;
        while (true)
        {
            if (filled == buffer.Length) Array.Resize(ref buffer, 2 * buffer.Length);
            var part = await _socket.ReceiveAsync(buffer.AsMemory(filled), _end.Token);
            if (part.MessageType == WebSocketMessageType.Close) return;
            filled += part.Count;
            if (!part.EndOfMessage) continue;
            Take(buffer.AsSpan(0, filled), _clock.NowMicros);
            filled = 0;
        }
    }

    private void Take(ReadOnlySpan<byte> message, long now)
    {
        Volatile.Write(ref _bytes, _bytes + message.Length);
        if (!_isHub)
        {
            Add(FrameScan.TimeOf(message), now);
            return;
        }

        while (FrameScan.NextRecord(ref message, out var micros)) Add(micros, now);
    }

    private void Add(long? micros, long now)
    {
        if (micros is not { } at || !_clock.Measures(at)) return;
        lock (_gate) _milliseconds.Add((now - at) / 1000.0);
    }
}
