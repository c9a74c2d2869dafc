using System.Runtime.InteropServices;

namespace Wardwatch.Server.Gateway.Sockets;

/// <summary>
/// Waits for many sockets on one thread and reads them right there (Linux: epoll, edge-triggered). The platform's own sockets hand each readable socket to a
/// thread of the pool; with a thousand devices that send one reading at a time, waking that thread costs as much as the reading does.
/// </summary>
internal sealed class SocketPoll : IDisposable
{
    private const int MostEvents = 256;

    // Only for the end: what is readable wakes at once.
    private const int WakeMilliseconds = 500;

    private readonly SafeEpollHandle _epoll;
    private readonly List<DeviceSocketStream> _again = [];
    private readonly Lock _gate = new();
    private readonly Dictionary<long, DeviceSocketStream> _streams = [];
    private readonly Thread _thread;
    private long _lastNumber;
    private volatile bool _stopping;

    /// <param name="name">Of the thread.</param>
    public SocketPoll(string name)
    {
        _epoll = Epoll.Create();
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>False where there is no such thing: the platform's own sockets do as well, at a higher price.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>True on the thread that waits.</summary>
    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Watches a socket until it is closed; answers its number here.</summary>
    public long Add(DeviceSocketStream stream, SafeHandle socket)
    {
        long number;
        lock (_gate)
        {
            number = ++_lastNumber;
            _streams.Add(number, stream);
        }

        try
        {
            Epoll.Watch(_epoll, socket, number);
            return number;
        }
        catch
        {
            Remove(number);
            throw;
        }
    }

    /// <summary>Forgets a socket. The kernel does so by itself when it is closed.</summary>
    public void Remove(long number)
    {
        lock (_gate)
        {
            _streams.Remove(number);
        }
    }

    /// <summary>On this thread: looks at the stream again after all others have had their turn.</summary>
    public void After(DeviceSocketStream stream) => _again.Add(stream);

    /// <inheritdoc />
    public void Dispose()
    {
        _stopping = true;
        if (!IsCurrent)
        {
            _thread.Join();
        }

        _epoll.Dispose();
    }

    private void Run()
    {
        var events = new byte[MostEvents * Epoll.EventBytes];
        var ready = new List<(DeviceSocketStream Stream, bool PeerHasEnded)>(MostEvents);
        while (!_stopping)
        {
            foreach (var stream in _again)
            {
                ready.Add((stream, false));
            }

            _again.Clear();
            var count = Epoll.Wait(_epoll, events, ready.Count > 0 ? 0 : WakeMilliseconds);
            lock (_gate)
            {
                for (var i = 0; i < count; i++)
                {
                    if (_streams.TryGetValue(Epoll.NumberOf(events, i), out var stream))
                    {
                        ready.Add((stream, Epoll.HasEnded(events, i)));
                    }
                }
            }

            foreach (var (stream, peerHasEnded) in ready)
            {
                stream.BecameReadable(peerHasEnded);
            }

            ready.Clear();
        }
    }
}
