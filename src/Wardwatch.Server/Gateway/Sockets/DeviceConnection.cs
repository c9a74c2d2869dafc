using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Wardwatch.Server.Gateway.Sockets;

/// <summary>One device's connection as Kestrel sees it. There is nothing to read before <see cref="DeviceTls"/> has made its transport.</summary>
internal sealed class DeviceConnection : DefaultConnectionContext, IConnectionSocketFeature
{
    private readonly CancellationTokenSource _closed = new();
    private int _aborted;

    public DeviceConnection(Socket socket, SocketPoll? poll)
        : base(Guid.NewGuid().ToString("N"))
    {
        (Socket, Poll) = (socket, poll);
        socket.NoDelay = true;
        socket.SendTimeout = 1; // of sends that a thread would wait for; there is one, of a few bytes, where TLS fails
        RemoteEndPoint = socket.RemoteEndPoint;
        LocalEndPoint = socket.LocalEndPoint;
        ConnectionClosed = _closed.Token;
        Transport = new Nothing();
        Features.Set<IConnectionSocketFeature>(this);
    }

    public Socket Socket { get; }

    /// <summary>Which thread reads it; null where the platform does.</summary>
    public SocketPoll? Poll { get; }

    /// <summary>Ends the connection at once, with a reset: whoever is cut off may not take a good-bye either.</summary>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        if (Interlocked.Exchange(ref _aborted, 1) == 0)
        {
            Socket.Close(0);

            // Not on this thread: it may hold locks, and those who listen do more than note it.
            ThreadPool.UnsafeQueueUserWorkItem(static closed => Cancel(closed), _closed, preferLocal: false);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _aborted, 1) == 0)
        {
            try
            {
                Socket.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException)
            {
                // It has gone already.
            }

            Socket.Dispose();
            await _closed.CancelAsync();
        }

        await base.DisposeAsync();
    }

    private static void Cancel(CancellationTokenSource closed) => closed.Cancel();

    /// <summary>Before TLS nothing is read and nothing is sent.</summary>
    private sealed class Nothing : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(Stream.Null);

        public PipeWriter Output { get; } = PipeWriter.Create(Stream.Null);
    }
}
