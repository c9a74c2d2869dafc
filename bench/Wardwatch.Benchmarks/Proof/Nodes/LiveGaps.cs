using System.Net.WebSockets;
using System.Text.Json;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Proof.Nodes;

/// <summary>A screen of the whole hospital that measures, for each patient, the longest time between two frames.</summary>
internal sealed class LiveGaps : IAsyncDisposable
{
    private static readonly TimeProvider Time = TimeProvider.System;

    private readonly HospitalUnderTest _hospital;
    private readonly CancellationTokenSource _end = new();
    private readonly Dictionary<string, long> _last = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Task _watching;
    private TimeSpan _longest;

    /// <param name="hospital">The server whose screen it is; it serves pages.</param>
    public LiveGaps(HospitalUnderTest hospital)
    {
        _hospital = hospital;
        _watching = WatchAsync();
    }

    /// <summary>Why it lost its connection last; null: it did not.</summary>
    public string? Problem { get; private set; }

    /// <summary>How many patients were seen, and the longest that one of them was not, up to now.</summary>
    public (int Patients, TimeSpan Longest) Read()
    {
        var now = Time.GetTimestamp();
        lock (_gate)
        {
            return (_last.Count, _last.Values.Select(last => Time.GetElapsedTime(last, now)).Append(_longest).Max());
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    // A lost connection is part of the gap.
    private async Task WatchAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await WatchOnceAsync();
            }
            catch (Exception problem) when (!_end.IsCancellationRequested)
            {
                Problem = problem.Message;
                await Task.Delay(TimeSpan.FromSeconds(1), _end.Token);
            }
        }
    }

    private async Task WatchOnceAsync()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + await _hospital.SignInAsync(_end.Token));
        await socket.ConnectAsync(new UriBuilder(_hospital.HttpAddress) { Scheme = "ws", Path = "/ws/vitals" }.Uri, _end.Token);
        var buffer = new byte[64 << 10];
        var filled = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(filled), _end.Token);
            if (part.MessageType == WebSocketMessageType.Close) return;
            filled += part.Count;
            if (!part.EndOfMessage) continue;
            Take(buffer.AsSpan(0, filled));
            filled = 0;
        }
    }

    private void Take(ReadOnlySpan<byte> frame)
    {
        var json = new Utf8JsonReader(frame);
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName || !json.ValueTextEquals("patient"u8)) continue;
            json.Read();
            Seen(json.GetString()!, Time.GetTimestamp());
            return;
        }
    }

    private void Seen(string patient, long now)
    {
        lock (_gate)
        {
            if (_last.TryGetValue(patient, out var last) && Time.GetElapsedTime(last, now) is var gap && gap > _longest) _longest = gap;
            _last[patient] = now;
        }
    }
}
