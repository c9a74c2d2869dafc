using System.Net.WebSockets;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Soak;

/// <summary>A screen that takes every frame and looks at none. Its connection ends with its access token; it signs in again, as a page does.</summary>
internal sealed class Screen : IAsyncDisposable
{
    private readonly HospitalUnderTest _hospital;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _watching;
    private long _frames;

    public Screen(HospitalUnderTest hospital)
    {
        _hospital = hospital;
        _watching = WatchAsync();
    }

    /// <summary>Frames up to now.</summary>
    public long Frames => Interlocked.Read(ref _frames);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await WatchOnceAsync();
            }
            catch (Exception problem) when (problem is WebSocketException or HttpRequestException or BenchmarkException)
            {
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
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), _end.Token);
            if (part.MessageType == WebSocketMessageType.Close) return;
            if (part.EndOfMessage) Interlocked.Increment(ref _frames);
        }
    }
}
