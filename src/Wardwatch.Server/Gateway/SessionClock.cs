using Wardwatch.Devices.Mqtt;

namespace Wardwatch.Server.Gateway;

/// <summary>
/// Whether one device keeps its times: that it is heard of within one and a half keep-alives (the standard's), that a packet that has begun comes to its end,
/// and that it takes what it is sent. Written by the session's reading loop and read by the sweeper, so that no packet needs a timer of its own. While the
/// session itself does not read, nothing is held against the device.
/// </summary>
internal sealed class SessionClock
{
    private readonly long _keepAliveMilliseconds;
    private readonly long _packetMilliseconds;
    private readonly long _sendMilliseconds;
    private long _heardAt = Environment.TickCount64;
    private long _begunAt;
    private volatile bool _holdingBack;

    public SessionClock(int keepAliveSeconds, GatewayOptions options)
    {
        _keepAliveMilliseconds = keepAliveSeconds * 1500L;
        (_packetMilliseconds, _sendMilliseconds) = (options.PacketSeconds * 1000L, options.SendSeconds * 1000L);
    }

    /// <summary>True while the session does not read, for reasons of its own.</summary>
    public bool IsHoldingBack => _holdingBack;

    /// <summary>Notes what a read brought.</summary>
    /// <param name="whole">At least one packet was complete: a sign of life, which single bytes are not.</param>
    /// <param name="begun">The beginning of a packet is left over.</param>
    /// <param name="nowMilliseconds">Of <see cref="Environment.TickCount64"/>.</param>
    public void Read(bool whole, bool begun, long nowMilliseconds)
    {
        if (whole)
        {
            Volatile.Write(ref _heardAt, nowMilliseconds);
        }

        if (!begun)
        {
            Volatile.Write(ref _begunAt, 0);
        }
        else if (whole || _begunAt == 0)
        {
            Volatile.Write(ref _begunAt, nowMilliseconds);
        }
    }

    /// <summary>Waits without reading; the device's times begin anew afterwards.</summary>
    public async Task HoldBackAsync(Task until)
    {
        _holdingBack = true;
        try
        {
            await until;
        }
        finally
        {
            var now = Environment.TickCount64;
            Volatile.Write(ref _heardAt, now);
            if (_begunAt != 0)
            {
                Volatile.Write(ref _begunAt, now);
            }

            _holdingBack = false;
        }
    }

    /// <summary>What the device is late with; null if with nothing.</summary>
    public Late? LateWith(MqttOutput output, long nowMilliseconds)
    {
        if (output.StuckSince is not 0 and var stuck && nowMilliseconds - stuck > _sendMilliseconds)
        {
            return Late.WithTaking;
        }

        if (_holdingBack)
        {
            return null;
        }

        if (Volatile.Read(ref _begunAt) is not 0 and var begun && nowMilliseconds - begun > _packetMilliseconds)
        {
            return Late.WithPacket;
        }

        return _keepAliveMilliseconds > 0 && nowMilliseconds - Volatile.Read(ref _heardAt) > _keepAliveMilliseconds ? Late.WithSignOfLife : null;
    }
}

/// <summary>What a device may be late with.</summary>
internal enum Late
{
    /// <summary>One and a half keep-alives have passed without a packet.</summary>
    WithSignOfLife,

    /// <summary>A packet has begun and does not end.</summary>
    WithPacket,

    /// <summary>It does not take what it is sent.</summary>
    WithTaking,
}
