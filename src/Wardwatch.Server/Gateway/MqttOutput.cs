using System.Buffers;
using Wardwatch.Devices.Mqtt;

namespace Wardwatch.Server.Gateway;

/// <summary>
/// What goes out on one connection. The reading loop, the committer's threads and the sweeper all write here; nobody waits for the socket.
/// Packets gather in one buffer while another is being sent; what gathered meanwhile goes next, in one piece.
/// </summary>
/// <param name="stream">The connection's; it takes one write at a time.</param>
/// <param name="cutOff">Ends the connection at once: the client does not take what it is sent.</param>
internal sealed class MqttOutput(Stream stream, Action cutOff)
{
    // Acknowledgements are a few bytes each and there are no more of them than readings in flight. Who lets this much gather does not read.
    private const int MaxWaitingBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private ArrayBufferWriter<byte> _waiting = new(64);
    private ArrayBufferWriter<byte>? _sending;
    private bool _flushing;
    private bool _closed;
    private int _cut;
    private long _flushingSince;
    private Task _flush = Task.CompletedTask;

    /// <summary>Since when what is sent has been lying with the socket, in milliseconds of <see cref="Environment.TickCount64"/>; 0 while nothing does.</summary>
    public long StuckSince => Volatile.Read(ref _flushingSince);

    /// <summary>Ends the connection at once; only the first call does anything.</summary>
    public void CutOff()
    {
        if (Interlocked.Exchange(ref _cut, 1) == 0)
        {
            cutOff();
        }
    }

    /// <summary>The longest packet that the client takes, header included; 5.0 clients may name it in CONNECT.</summary>
    public long MaxPacketBytes { get; set; } = long.MaxValue;

    /// <summary>Writes a packet; it goes off with the next <see cref="Flush"/>. False, and nothing is written, if the client does not take packets of this size (MQTT-3.1.2-24).</summary>
    public bool Write<TPacket>(in TPacket packet, MqttVersion version)
        where TPacket : struct, IMqttPacket<TPacket>, allows ref struct
    {
        if (MqttWriter.Length(packet, version) > MaxPacketBytes)
        {
            return false;
        }

        lock (_gate)
        {
            if (!_closed)
            {
                MqttWriter.Write(_waiting, in packet, version);
            }
        }

        return true;
    }

    /// <summary>Sends what was written; returns at once.</summary>
    public void Flush()
    {
        var tooMuch = false;
        lock (_gate)
        {
            if (_closed || _waiting.WrittenCount == 0)
            {
                return;
            }

            if (_flushing)
            {
                tooMuch = _waiting.WrittenCount > MaxWaitingBytes;
            }
            else
            {
                _flushing = true;
                _flush = FlushAsync();
            }
        }

        if (tooMuch)
        {
            CutOff();
        }
    }

    /// <summary>Takes nothing more and waits until everything is sent; cuts off a client that does not take it in time.</summary>
    public async Task CompleteAsync(TimeSpan within)
    {
        Flush();
        Task flush;
        lock (_gate)
        {
            _closed = true;
            flush = _flush;
        }

        try
        {
            await flush.WaitAsync(within).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            CutOff();
            await flush; // never fails, and the connection's end ends it
        }
    }

    /// <summary>Usually done before it returns: the kernel takes a few bytes at once.</summary>
    private async Task FlushAsync()
    {
        while (true)
        {
            try
            {
                ArrayBufferWriter<byte> sending;
                lock (_gate)
                {
                    if (_waiting.WrittenCount == 0)
                    {
                        _flushing = false;
                        Volatile.Write(ref _flushingSince, 0);
                        return;
                    }

                    Volatile.Write(ref _flushingSince, Environment.TickCount64);
                    sending = _waiting;
                    _waiting = _sending ?? new ArrayBufferWriter<byte>(64);
                    _sending = sending;
                }

                await stream.WriteAsync(sending.WrittenMemory, CancellationToken.None);
                sending.ResetWrittenCount();
                continue;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The connection is gone, which under TLS may come as any exception. Its reading loop notices the same and ends the session.
            }

            lock (_gate)
            {
                _closed = true;
                _flushing = false;
                Volatile.Write(ref _flushingSince, 0);
                _waiting.ResetWrittenCount();
                return;
            }
        }
    }
}
