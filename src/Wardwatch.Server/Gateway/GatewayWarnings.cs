namespace Wardwatch.Server.Gateway;

/// <summary>What an operator should see of connections and devices that go beyond what they may: each subject once a minute, however often it happens.</summary>
internal sealed partial class GatewayWarnings(GatewayMetrics metrics, ILogger<GatewayWarnings> logger, TimeProvider time)
{
    private readonly OncePerMinute<(SourceAddress, Refusal)> _connections = new();
    private readonly OncePerMinute<(string Device, ConnectAnswer Answer)> _connects = new();
    private readonly OncePerMinute<string> _floods = new();
    private readonly OncePerMinute<SourceAddress> _failures = new();
    private readonly OncePerMinute<string> _nobodys = new();
    private readonly ILogger<GatewayWarnings> _logger = logger;

    private long Now => Monotonic.Milliseconds(time);

    /// <summary>A connection was not let in, or had to go, before it said who it is.</summary>
    public void Refused(SourceAddress address, Refusal refusal)
    {
        metrics.ConnectionRefused(refusal);
        if (_connections.ShouldTell((address, refusal), Now, out var occurrences))
        {
            LogConnectionsRefused(occurrences, address, Describe(refusal));
        }
    }

    /// <summary>A device with right credentials was not let in.</summary>
    public void Refused(string device, ConnectAnswer answer)
    {
        if (answer == ConnectAnswer.Flapping)
        {
            metrics.Flapped();
        }

        if (!_connects.ShouldTell((device, answer), Now, out var occurrences))
        {
            return;
        }

        if (answer == ConnectAnswer.Flapping)
        {
            LogFlapping(device, occurrences);
        }
        else
        {
            LogConnectsTooOften(device, occurrences);
        }
    }

    /// <summary>Credentials were wrong.</summary>
    public void Failed(SourceAddress address, string clientId)
    {
        if (_failures.ShouldTell(address, Now, out var occurrences))
        {
            LogFailed(occurrences, address, clientId.ReplaceLineEndings(" "));
        }
    }

    /// <summary>A device sends more than it may and is slowed down.</summary>
    public void SlowedDown(string device)
    {
        metrics.SlowedDown();
        if (_floods.ShouldTell(device, Now, out var occurrences))
        {
            LogFlood(device, occurrences);
        }
    }

    /// <summary>The broker brought a message whose topic names no hospital of ours: it is acknowledged and not kept.</summary>
    public void NobodysMessage()
    {
        if (_nobodys.ShouldTell("", Now, out var occurrences))
        {
            LogNobodys(occurrences);
        }
    }

    private static string Describe(Refusal refusal) => refusal switch
    {
        Refusal.All => "there are as many connections as there may be",
        Refusal.Unauthenticated => "too many have not said yet who they are",
        Refusal.Address => "the address has as many as it may have",
        Refusal.AddressUnauthenticated => "too many of the address have not said yet who they are",
        _ => "they had not said who they are when others needed their places",
    };

    [LoggerMessage(1520, LogLevel.Warning, "Security: {Count} connections from {Address} were refused: {Why}.")]
    private partial void LogConnectionsRefused(int count, SourceAddress address, string why);

    [LoggerMessage(1521, LogLevel.Warning, "Security: two boxes use the credentials of device {Device} and put each other off; {Count} times the later one was refused. Find the second one, or give the device a new token.")]
    private partial void LogFlapping(string device, int count);

    [LoggerMessage(1522, LogLevel.Warning, "Device {Device} connects more often than it may; {Count} times it was refused.")]
    private partial void LogConnectsTooOften(string device, int count);

    [LoggerMessage(1523, LogLevel.Warning, "Security: device {Device} sends more than it may and is slowed down ({Count} times). Nothing of it is lost.")]
    private partial void LogFlood(string device, int count);

    [LoggerMessage(1527, LogLevel.Warning, "{Count} messages from the broker were of no hospital here; they are not kept. Narrow the filter of the subscription.")]
    private partial void LogNobodys(int count);

    [LoggerMessage(1503, LogLevel.Warning, "Security: {Count} CONNECTs from {Address} were refused for unknown names or wrong credentials, the last one for {ClientId}.")]
    private partial void LogFailed(int count, SourceAddress address, string clientId);
}

/// <summary>Milliseconds of a clock that only goes forward, whatever happens to the time of day.</summary>
internal static class Monotonic
{
    public static long Milliseconds(TimeProvider time) => (long)(time.GetTimestamp() / (double)time.TimestampFrequency * 1000);
}
