using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Payloads;

namespace Wardwatch.Benchmarks.Live;

/// <summary>
/// A screen on <c>/ws/vitals</c>. It knows each frame by patient and measurement time, and takes the time from just before the reading's publish to just after the
/// frame was received; both are taken in this process, from one clock.
/// </summary>
internal sealed class FrameListener : IAsyncDisposable
{
    private static readonly TimeProvider Time = TimeProvider.System;

    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<(string Patient, long MeasuredAt), long> _expected = new();
    private readonly List<double> _milliseconds = [];
    private readonly Lock _gate = new();
    private Task _reading = Task.CompletedTask;

    /// <summary>Readings that no frame has shown yet, or that a newer one has replaced on its way.</summary>
    public int Missing => _expected.Count;

    /// <summary>Opens the socket.</summary>
    public static async Task<FrameListener> OpenAsync(HospitalUnderTest hospital, CancellationToken cancellation)
    {
        var listener = new FrameListener();
        listener._socket.Options.SetRequestHeader("Authorization", "Bearer " + await hospital.SignInAsync(cancellation));
        await listener._socket.ConnectAsync(new UriBuilder(hospital.HttpAddress) { Scheme = "ws", Path = "/ws/vitals" }.Uri, cancellation);
        listener._reading = listener.ReadAsync();
        return listener;
    }

    /// <summary>A reading is about to be published.</summary>
    public void Expect(string patient, long measuredAtMicros) => _expected[(patient, measuredAtMicros)] = Time.GetTimestamp();

    /// <summary>Forgets what was measured, for the end of a warm-up.</summary>
    public void Restart()
    {
        _expected.Clear();
        lock (_gate) _milliseconds.Clear();
    }

    /// <summary>What was measured since the last restart.</summary>
    public Distribution Latencies()
    {
        lock (_gate) return Distribution.Of([.. _milliseconds]);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _end.Dispose();
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
            Take(buffer.AsMemory(0, filled), Time.GetTimestamp());
            filled = 0;
        }
    }

    private void Take(ReadOnlyMemory<byte> frame, long receivedAt)
    {
        using var document = JsonDocument.Parse(frame);
        var measuredAt = DateTimeOffset.Parse(document.RootElement.GetProperty("at").GetString()!, CultureInfo.InvariantCulture);
        var patient = document.RootElement.GetProperty("patient").GetString()!;
        if (!_expected.TryRemove((patient, MeasurementTimes.ToUnixMicroseconds(measuredAt)), out var publishedAt)) return;
        lock (_gate) _milliseconds.Add(Time.GetElapsedTime(publishedAt, receivedAt).TotalMilliseconds);
    }
}
