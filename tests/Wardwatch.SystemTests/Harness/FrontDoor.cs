using System.Net;
using System.Net.Sockets;

namespace Wardwatch.SystemTests.Harness;

/// <summary>
/// One address for several servers, as a balancer gives it: a connection goes to the first of them that takes it, and ends when that server does. Whoever comes again is led to the next.
/// </summary>
public sealed class FrontDoor : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly int[] _ports;
    private readonly Task _open;

    /// <param name="ports">Of the servers, on this machine: the preferred one first.</param>
    public FrontDoor(params int[] ports)
    {
        _ports = ports;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _open = OpenAsync();
    }

    /// <summary>Where it is.</summary>
    public int Port { get; }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _open;
        _listener.Dispose();
        _ended.Dispose();
    }

    private async Task OpenAsync()
    {
        var visits = new List<Task>();
        try
        {
            while (true)
            {
                var visitor = await _listener.AcceptTcpClientAsync(_ended.Token);
                visits.RemoveAll(static visit => visit.IsCompleted);
                visits.Add(LeadAsync(visitor));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(visits);
        }
    }

    private async Task LeadAsync(TcpClient visitor)
    {
        using (visitor)
        {
            using var server = await FindAsync();
            if (server is null)
            {
                return;
            }

            (visitor.NoDelay, server.NoDelay) = (true, true);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
            var (there, back) = (CarryAsync(visitor, server, ended.Token), CarryAsync(server, visitor, ended.Token));
            await Task.WhenAny(there, back);
            await ended.CancelAsync();
            await Task.WhenAll(there, back);
        }
    }

    private async Task<TcpClient?> FindAsync()
    {
        foreach (var port in _ports)
        {
            var server = new TcpClient();
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, port, _ended.Token);
                return server;
            }
            catch (Exception away) when (away is SocketException or OperationCanceledException)
            {
                server.Dispose();
            }
        }

        return null;
    }

    // Until one of both says that it has nothing more to say.
    private static async Task CarryAsync(TcpClient from, TcpClient to, CancellationToken ended)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream(), ended);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // A connection that ends, however it does.
        }
    }
}
