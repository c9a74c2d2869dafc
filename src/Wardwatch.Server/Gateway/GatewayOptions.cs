using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Gateway;

/// <summary>How devices connect. Section <c>Wardwatch:Gateway</c>.</summary>
public sealed class GatewayOptions
{
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

    /// <summary>How long TLS may take, in seconds.</summary>
    [Range(1, 120)]
    public int HandshakeSeconds { get; set; } = 10;

    /// <summary>How long CONNECT may take after TLS, in seconds.</summary>
    [Range(1, 120)]
    public int ConnectSeconds { get; set; } = 10;

    /// <summary>The longest keep-alive that is granted to a 5.0 client (0 asks for none), in seconds.</summary>
    [Range(10, 65_535)]
    public int MaxKeepAliveSeconds { get; set; } = 300;

    /// <summary>At an orderly stop: how long acknowledgements of what was read already are waited for, in seconds.</summary>
    [Range(0, 300)]
    public int DrainSeconds { get; set; } = 15;

    /// <summary>Connections at once, in all; more are closed at once.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>
    /// A port on this machine only, in plain TCP, for third-party MQTT conformance suites: anybody may connect, and nothing is stored. None unless set.
    /// </summary>
    [Range(1, 65_535)]
    public int? ConformancePort { get; set; }
}
