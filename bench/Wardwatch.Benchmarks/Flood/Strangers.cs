using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Wardwatch.Benchmarks.Flood;

/// <summary>Plain TCP connections of clients that mean no good. On this machine each address of 127.0.0.0/8 is a source of its own.</summary>
internal sealed class Strangers(int port) : IDisposable
{
    private const int AtOnce = 64;

    private readonly ConcurrentBag<Socket> _sockets = [];
    private int _opened;

    /// <summary>Connections that were open, if only for a moment.</summary>
    public int Opened => _opened;

    /// <summary>Opens connections.</summary>
    /// <param name="count">How many.</param>
    /// <param name="addresses">From how many addresses, in turn.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task ConnectAsync(int count, int addresses, CancellationToken cancellation) => Parallel.ForEachAsync(
        Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
        async (number, token) =>
        {
            var from = new IPAddress([127, 1, (byte)(number % addresses / 250), (byte)(1 + (number % addresses % 250))]);
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            _sockets.Add(socket);
            try
            {
                socket.Bind(new IPEndPoint(from, 0));
                await socket.ConnectAsync(IPAddress.Loopback, port, token);
            }
            catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionReset)
            {
                // It was open, and refused before we could see it.
            }

            Interlocked.Increment(ref _opened);
        });

    /// <summary>Has each of them send bytes, one a second, until the server has closed all of them.</summary>
    /// <param name="bytes">What they send; empty: they only listen.</param>
    /// <param name="within">The most that it may take.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How many the server left open.</returns>
    public async Task<int> TrickleUntilClosedAsync(ReadOnlyMemory<byte> bytes, TimeSpan within, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(within);
        var open = _sockets.Select(socket => IsClosedAsync(socket, deadline.Token)).ToArray();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var all = Task.WhenAll(open);
        for (var at = 0; at < bytes.Length && !all.IsCompleted; at++)
        {
            foreach (var socket in _sockets)
                await TrySendAsync(socket, bytes.Slice(at, 1), cancellation);
            await Task.WhenAny(all, timer.WaitForNextTickAsync(cancellation).AsTask());
        }

        return (await all).Count(closed => !closed);
    }

    public void Dispose()
    {
        foreach (var socket in _sockets) socket.Dispose();
    }

    private static async Task TrySendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await socket.SendAsync(bytes, cancellation);
        }
        catch (SocketException)
        {
            // closed
        }
    }

    private static async Task<bool> IsClosedAsync(Socket socket, CancellationToken cancellation)
    {
        var space = new byte[16];
        try
        {
            while (await socket.ReceiveAsync(space, cancellation) > 0)
            {
                // an alert of TLS, perhaps
            }

            return true;
        }
        catch (SocketException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
