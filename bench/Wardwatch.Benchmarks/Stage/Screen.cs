using System.Buffers;
using System.Net.WebSockets;

namespace Wardwatch.Benchmarks.Stage;

/// <summary>Is given each frame of a screen, whole; the bytes are the screen's again afterwards.</summary>
internal delegate void FrameTaken(ReadOnlySpan<byte> frame);

/// <summary>A screen of the whole hospital that takes every frame. Where its connection ends, as with its access token, it signs in again, as a page does.</summary>
internal sealed class Screen : IAsyncDisposable
{
    private static readonly TimeSpan TriedAgainAfter = TimeSpan.FromSeconds(1);

    private readonly HospitalUnderTest _hospital;
    private readonly FrameTaken? _taken;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _watching;
    private long _frames;

    /// <param name="hospital">The server whose screen it is; it serves pages.</param>
    /// <param name="taken">Looks at each frame; null: nobody does.</param>
    public Screen(HospitalUnderTest hospital, FrameTaken? taken = null)
    {
        (_hospital, _taken) = (hospital, taken);
        _watching = WatchAsync();
    }

    /// <summary>Frames up to now.</summary>
    public long Frames => Interlocked.Read(ref _frames);

    /// <summary>Why it lost its connection last; null: it did not.</summary>
    public string? Problem { get; private set; }

    /// <inheritdoc />
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
            catch (Exception problem) when (!_end.IsCancellationRequested && problem is WebSocketException or HttpRequestException or IOException or BenchmarkException)
            {
                Problem = problem.Message;
                await Task.Delay(TriedAgainAfter, _end.Token);
            }
        }
    }

    private async Task WatchOnceAsync()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + await _hospital.SignInAsync(_end.Token));
        await socket.ConnectAsync(new UriBuilder(_hospital.HttpAddress) { Scheme = "ws", Path = "/ws/vitals" }.Uri, _end.Token);
        var frame = new ArrayBufferWriter<byte>(64 << 10);
        while (true)
        {
            var part = await socket.ReceiveAsync(frame.GetMemory(4096), _end.Token);
            if (part.MessageType == WebSocketMessageType.Close) return;
            frame.Advance(part.Count);
            if (!part.EndOfMessage) continue;
            Interlocked.Increment(ref _frames);
            _taken?.Invoke(frame.WrittenSpan);
            frame.ResetWrittenCount();
        }
    }
}
