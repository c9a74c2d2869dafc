using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Gateway;

/// <summary>How devices connect. Section <c>Wardwatch:Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>The section's path.</summary>
    public const string Section = "Wardwatch:Gateway";

    /// <summary>The TLS port for devices; 0 takes a free one.</summary>
    [Range(0, 65_535)]
    public int Port { get; set; } = 8883;

    /// <summary>The address to listen on; <c>*</c> for every address of this machine.</summary>
    [Required]
    public string Address { get; set; } = "*";

    /// <summary>The longest packet, header included. Announced to 5.0 clients, and enforced from a packet's header before its body is buffered.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int MaxPacketBytes { get; set; } = 64 * 1024;

    /// <summary>The longest CONNECT: what an unknown client may make the server hold.</summary>
    [Range(256, 64 * 1024)]
    public int MaxConnectBytes { get; set; } = 8 * 1024;

    /// <summary>Readings of one connection that may be unacknowledged at once. Announced to 5.0 clients as Receive Maximum; 3.1.1 clients are simply not read from beyond it.</summary>
    [Range(1, 65_535)]
    public int MaxInFlight { get; set; } = 1024;

    /// <summary>Bytes of readings that one connection may have waiting for room in its lane before its socket is no longer read.</summary>
    [Range(4096, 16 * 1024 * 1024)]
    public int MaxWaitingBytes { get; set; } = 128 * 1024;

    /// <summary>How long a new connection may take until its whole CONNECT is there, TLS included, in seconds.</summary>
    [Range(1, 120)]
    public int ConnectSeconds { get; set; } = 10;

    /// <summary>How long a packet may take from its first byte to its last, in seconds.</summary>
    [Range(1, 600)]
    public int PacketSeconds { get; set; } = 10;

    /// <summary>How long a device may leave what it is sent untaken, in seconds.</summary>
    [Range(1, 600)]
    public int SendSeconds { get; set; } = 20;

    /// <summary>The longest keep-alive that is granted to a 5.0 client (0 asks for none), in seconds.</summary>
    [Range(10, 65_535)]
    public int MaxKeepAliveSeconds { get; set; } = 300;

    /// <summary>At an orderly stop: how long acknowledgements of what was read already are waited for, in seconds.</summary>
    [Range(0, 300)]
    public int DrainSeconds { get; set; } = 15;

    /// <summary>Connections at once, in all; more are closed at once. Fewer, where the operating system lets the process have fewer files open.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>Connections at once from one address (of IPv6, one /64 network). Loose, since a hospital's gateway may put all its devices behind one.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnectionsPerAddress { get; set; } = 10_000;

    /// <summary>Connections at once that have not said yet who they are, in all.</summary>
    [Range(1, 1_000_000)]
    public int MaxUnauthenticated { get; set; } = 1024;

    /// <summary>Of these, those from one address.</summary>
    [Range(1, 1_000_000)]
    public int MaxUnauthenticatedPerAddress { get; set; } = 256;

    /// <summary>How often one device may connect in a minute, and as often in one go.</summary>
    [Range(1, 1_000_000)]
    public int ConnectsPerMinute { get; set; } = 120;

    /// <summary>How often in a minute, and as often in one go, a connection of a device may take over from another one of the same device.</summary>
    [Range(1, 1_000_000)]
    public int TakeOversPerMinute { get; set; } = 10;

    /// <summary>Wrong credentials from one address, or for one device, that are answered at once; each further one is answered half a second later than the one before.</summary>
    [Range(1, 100_000)]
    public int FailuresBeforeDelay { get; set; } = 5;

    /// <summary>The longest that the answer to wrong credentials is kept back, in seconds.</summary>
    [Range(0, 60)]
    public int MaxFailureDelaySeconds { get; set; } = 5;

    /// <summary>
    /// Packets a second of one connection. Beyond them its socket is not read for a while, so that it slows down; nothing is lost. A bedside monitor sends a few;
    /// this many are what a device may need that sends for a whole ward, or catches up with a day.
    /// </summary>
    [Range(10, 10_000_000)]
    public int MessagesPerSecond { get; set; } = 5000;

    /// <summary>Bytes a second of one connection; beyond them as with <see cref="MessagesPerSecond"/>.</summary>
    [Range(1024, 1_000_000_000)]
    public int BytesPerSecond { get; set; } = 4 * 1024 * 1024;

    /// <summary>How many seconds' worth of <see cref="MessagesPerSecond"/> and <see cref="BytesPerSecond"/> may come at once.</summary>
    [Range(1, 60)]
    public int BurstSeconds { get; set; } = 2;

    /// <summary>Bytes of readings that all connections together may have waiting for full lanes before none of them is read on.</summary>
    [Range(1024 * 1024, 1024L * 1024 * 1024 * 1024)]
    public long MaxWaitingBytesInAll { get; set; } = 256 * 1024 * 1024;

    /// <summary>
    /// A port on this machine only, in plain TCP, for third-party MQTT conformance suites: anybody may connect, and nothing is stored. None unless set.
    /// </summary>
    [Range(1, 65_535)]
    public int? ConformancePort { get; set; }
}
