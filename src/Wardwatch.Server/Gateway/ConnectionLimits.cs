using System.Diagnostics.CodeAnalysis;

namespace Wardwatch.Server.Gateway;

/// <summary>Why a connection was not let in, or had to go.</summary>
internal enum Refusal
{
    /// <summary>It was let in.</summary>
    None,

    /// <summary>There are as many connections as there may be.</summary>
    All,

    /// <summary>Too many have not said yet who they are.</summary>
    Unauthenticated,

    /// <summary>One address has as many connections as it may have.</summary>
    Address,

    /// <summary>Too many of one address have not said yet who they are.</summary>
    AddressUnauthenticated,

    /// <summary>It had not said who it is when another one needed its place.</summary>
    GaveWay,
}

/// <summary>
/// How many connections there may be: in all, of one address, and of those that have not said yet who they are. Decided before TLS, so that refusing costs
/// little. A connection that has lingered unauthenticated makes room for a newcomer, so that silent ones cannot keep devices out; one that has just come
/// does not, so that a ward that comes back after a power cut finishes its handshakes instead of throwing one another out.
/// </summary>
internal sealed class ConnectionLimits(GatewayOptions options, int mostInAll, TimeProvider time)
{
    // Authenticating takes milliseconds; several hundred at once on a small machine take a second.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<SourceAddress, Source> _sources = [];
    private readonly LinkedList<Connection> _unauthenticated = []; // oldest first
    private int _count;

    /// <summary>Open connections.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Those of them that have not said yet who they are.</summary>
    public int Unauthenticated
    {
        get
        {
            lock (_gate)
            {
                return _unauthenticated.Count;
            }
        }
    }

    /// <summary>Lets a connection in, or says why not.</summary>
    /// <param name="address">Where it comes from.</param>
    /// <param name="abort">Ends it at once, should it have to give way.</param>
    /// <param name="connection">The place it takes; to be disposed of at its end.</param>
    /// <param name="lingerer">Another one that had to give way, and was aborted; null if none had to.</param>
    public Refusal TryAdmit(SourceAddress address, Action abort, out Connection? connection, out Connection? lingerer)
    {
        (connection, lingerer) = (null, null);
        lock (_gate)
        {
            if (_count >= mostInAll)
            {
                return Refusal.All;
            }

            if (!_sources.TryGetValue(address, out var source))
            {
                source = new Source();
            }

            if (source.Count >= options.MaxConnectionsPerAddress)
            {
                return Refusal.Address;
            }

            if (source.Unauthenticated.Count >= options.MaxUnauthenticatedPerAddress)
            {
                if (!TryMakeRoom(source.Unauthenticated, out lingerer))
                {
                    return Refusal.AddressUnauthenticated;
                }
            }
            else if (_unauthenticated.Count >= options.MaxUnauthenticated && !TryMakeRoom(_unauthenticated, out lingerer))
            {
                return Refusal.Unauthenticated;
            }

            connection = new Connection(this, address, source, abort, time.GetTimestamp());
            _sources[address] = source;
            source.Count++;
            _count++;
            _unauthenticated.AddLast(connection.InAll);
            source.Unauthenticated.AddLast(connection.InSource);
        }

        lingerer?.Abort();
        return Refusal.None;
    }

    private bool TryMakeRoom(LinkedList<Connection> waiting, [NotNullWhen(true)] out Connection? lingerer)
    {
        lingerer = waiting.First?.Value;
        if (lingerer is null || time.GetElapsedTime(lingerer.AcceptedAt) < Grace)
        {
            lingerer = null;
            return false;
        }

        NoLongerWaits(lingerer);
        return true;
    }

    /// <summary>Under the gate; may be called twice.</summary>
    private void NoLongerWaits(Connection connection)
    {
        if (connection.InAll.List is not null)
        {
            _unauthenticated.Remove(connection.InAll);
            connection.Source.Unauthenticated.Remove(connection.InSource);
        }
    }

    private void Leave(Connection connection)
    {
        lock (_gate)
        {
            NoLongerWaits(connection);
            _count--;
            if (--connection.Source.Count == 0)
            {
                _sources.Remove(connection.Address);
            }
        }
    }

    /// <summary>The connections of one address.</summary>
    internal sealed class Source
    {
        public int Count { get; set; }

        public LinkedList<Connection> Unauthenticated { get; } = [];
    }

    /// <summary>The place that one connection takes, from its acceptance to its end.</summary>
    internal sealed class Connection : IDisposable
    {
        private readonly ConnectionLimits _limits;
        private int _left;

        public Connection(ConnectionLimits limits, SourceAddress address, Source source, Action abort, long acceptedAt)
        {
            (_limits, Address, Source, Abort, AcceptedAt) = (limits, address, source, abort, acceptedAt);
            (InAll, InSource) = (new(this), new(this));
        }

        /// <summary>Where it comes from.</summary>
        public SourceAddress Address { get; }

        /// <summary>When it was accepted, as a timestamp of the clock that only goes forward.</summary>
        public long AcceptedAt { get; }

        /// <summary>Set when TLS is up.</summary>
        public bool IsSecured { get; set; }

        internal Source Source { get; }

        internal Action Abort { get; }

        internal LinkedListNode<Connection> InAll { get; }

        internal LinkedListNode<Connection> InSource { get; }

        /// <summary>It has said who it is, and is no longer one that gives way.</summary>
        public void Authenticated()
        {
            lock (_limits._gate)
            {
                _limits.NoLongerWaits(this);
            }
        }

        /// <inheritdoc />
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                _limits.Leave(this);
            }
        }
    }
}
