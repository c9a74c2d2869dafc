using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Wardwatch.Server.Gateway.Sockets;

/// <summary>Accepts connections of devices until it is unbound.</summary>
internal sealed partial class DeviceListener(Socket socket, SocketPoll[] polls, ILogger<DeviceListener> logger) : IConnectionListener
{
    private static readonly TimeSpan WithoutFiles = TimeSpan.FromMilliseconds(50);

    private int _accepted;

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Socket? accepted = null;
            try
            {
                accepted = await socket.AcceptAsync(cancellationToken);
                return new DeviceConnection(accepted, polls.Length == 0 ? null : polls[(int)((uint)_accepted++ % polls.Length)]);
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.OperationAborted)
            {
                return null;
            }
            catch (SocketException e)
            {
                // It went again before it was accepted, and the next one must not wait for that; or there are no more files, and trying again at once would only
                // take the processor from those who could close some.
                accepted?.Dispose();
                LogNotAccepted(e.SocketErrorCode);
                if (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                {
                    await Task.Delay(WithoutFiles, cancellationToken);
                }
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        foreach (var poll in polls)
        {
            poll.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    [LoggerMessage(1526, LogLevel.Debug, "A connection could not be accepted: {Error}")]
    private partial void LogNotAccepted(SocketError error);
}
