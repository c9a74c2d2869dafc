using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Wardwatch.Server.Gateway.Sockets;

/// <summary>Accepts connections of devices until it is unbound.</summary>
internal sealed partial class DeviceListener(Socket socket, SocketPoll[] polls, ILogger<DeviceListener> logger) : IConnectionListener
{
    private int _accepted;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(50);

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var accepted = await socket.AcceptAsync(cancellationToken);
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
                // It went again before it was accepted, which is nothing; or there are no more files, and trying again at once would only take the processor from
                // those who could close some.
                LogNotAccepted(e.SocketErrorCode);
                await Task.Delay(AfterFailure, cancellationToken);
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
