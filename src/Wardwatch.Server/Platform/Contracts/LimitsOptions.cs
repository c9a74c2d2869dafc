using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>What HTTP takes, and how much of it: configuration section <c>Wardwatch:Limits</c>. Those of devices are the gateway's own.</summary>
public sealed class LimitsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:Limits";

    /// <summary>Requests to the interface a minute from one address (of IPv6, one /64 network) by whoever is not signed in.</summary>
    [Range(1, 1_000_000)]
    public int AnonymousPerMinute { get; set; } = 100;

    /// <summary>Sign-ins and renewals of sessions a minute from one address, apart from the above: a whole hospital may stand behind one address, and come back at once after a power cut.</summary>
    [Range(1, 1_000_000)]
    public int EntrancesPerMinute { get; set; } = 600;

    /// <summary>Requests a minute by one patient's account.</summary>
    [Range(1, 1_000_000)]
    public int PatientPerMinute { get; set; } = 60;

    /// <summary>Requests a minute by one account of staff or of a program, over time.</summary>
    [Range(1, 1_000_000)]
    public int StaffPerMinute { get; set; } = 1200;

    /// <summary>How many of these may come in one go.</summary>
    [Range(1, 1_000_000)]
    public int StaffBurst { get; set; } = 300;

    /// <summary>Sockets, streams and hub connections of one account at once.</summary>
    [Range(1, 100_000)]
    public int LiveConnectionsPerAccount { get; set; } = 16;

    /// <summary>The longest body of a request, in bytes.</summary>
    [Range(1024, 1L << 30)]
    public long MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>How deep JSON may be nested.</summary>
    [Range(4, 64)]
    public int MaxJsonDepth { get; set; } = 32;

    /// <summary>Bytes a second that a body must bring, once five seconds have passed.</summary>
    [Range(1, 1_000_000)]
    public double MinBodyBytesPerSecond { get; set; } = 240;

    /// <summary>Seconds within which a request's line and headers must be there.</summary>
    [Range(1, 600)]
    public int HeaderSeconds { get; set; } = 10;

    /// <summary>Seconds that an answer may take; streams are exempt.</summary>
    [Range(1, 3600)]
    public int RequestSeconds { get; set; } = 30;

    /// <summary>The longest request line, in bytes.</summary>
    [Range(1024, 64 * 1024)]
    public int MaxRequestLineBytes { get; set; } = 8 * 1024;

    /// <summary>The headers of a request together, in bytes.</summary>
    [Range(1024, 256 * 1024)]
    public int MaxHeaderBytes { get; set; } = 16 * 1024;

    /// <summary>Connections over HTTP and HTTPS at once, in all.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 8192;

    /// <summary>Of these, from one address (of IPv6, one /64 network); proxies that are believed are exempt.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnectionsPerAddress { get; set; } = 2048;
}
