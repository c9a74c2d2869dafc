namespace Wardwatch.Server.Gateway;

/// <summary>
/// What one connection may send: packets and bytes a second, with a burst. Whoever sends more is not read from for a while, so that TCP slows it down and
/// nothing that it sends is lost. Belongs to the session's reading loop.
/// </summary>
internal sealed class SendingRate(GatewayOptions options)
{
    private TokenBucket _messages = new(options.MessagesPerSecond, (double)options.MessagesPerSecond * options.BurstSeconds);
    private TokenBucket _bytes = new(options.BytesPerSecond, (double)options.BytesPerSecond * options.BurstSeconds);

    /// <summary>Counts what one read brought; answers the milliseconds for which the connection is not to be read, usually 0.</summary>
    public int Count(int packets, long bytes, long nowMilliseconds) =>
        Math.Max(_messages.Take(packets, nowMilliseconds), _bytes.Take(bytes, nowMilliseconds));
}
