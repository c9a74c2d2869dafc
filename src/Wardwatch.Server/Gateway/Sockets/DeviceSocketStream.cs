using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Wardwatch.Server.Gateway.Sockets;

/// <summary>
/// A socket as the stream below TLS, read by the thread that polls it. <see cref="System.Net.Security.SslStream"/> waits with a read of no bytes, so that it needs no
/// buffer of 32 KB while a device says nothing, and then reads; here the waiting read takes what has come into a small buffer of our own, and the one after
/// it takes it from there: one system call for each time that something came. One reader and one writer at a time.
/// </summary>
internal sealed class DeviceSocketStream : Stream, IValueTaskSource<int>
{
    // Some twenty readings of a usual length.
    private const int BufferBytes = 4096;

    // Whoever has sent so many buffers full in a row lets others have their turn.
    private const int MostInARow = 8;

    private const int Empty = 0;
    private const int Readable = 1;
    private const int Awaited = 2;

    private readonly Socket _socket;
    private readonly SocketPoll _poll;
    private readonly long _number;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    private ManualResetValueTaskSourceCore<int> _waiting = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancelling;
    private CancellationToken _cancellation;
    private int _state = Readable; // something may have come before it was watched
    private int _inARow;
    private int _start;
    private int _end;
    private bool _ended;
    private volatile bool _peerHasEnded;
    private Memory<byte> _target;

    public DeviceSocketStream(Socket socket, SocketPoll poll)
    {
        (_socket, _poll) = (socket, poll);
        socket.Blocking = false;
        _number = poll.Add(this, socket.SafeHandle);
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>From now on whoever reads goes on with the polling thread. Not before a device is known: handshakes take long, and others wait meanwhile.</summary>
    public void GoOnInline() => _waiting.RunContinuationsAsynchronously = false;

    /// <summary>Called by the polling thread.</summary>
    /// <param name="peerHasEnded">Nothing more comes behind what is there, so that no other call will tell of the end.</param>
    public void BecameReadable(bool peerHasEnded)
    {
        _inARow = 0;
        if (peerHasEnded)
        {
            _peerHasEnded = true;
        }

        while (true)
        {
            switch (Volatile.Read(ref _state))
            {
                case Awaited when Interlocked.CompareExchange(ref _state, Empty, Awaited) == Awaited:
                    Complete();
                    return;
                case Empty when Interlocked.CompareExchange(ref _state, Readable, Empty) == Empty:
                case Readable:
                    return;
            }
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_start == _end && !_ended)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return ValueTask.FromCanceled<int>(cancellationToken);
            }

            var hadItsTurn = _inARow >= MostInARow && _poll.IsCurrent;
            if (hadItsTurn || Volatile.Read(ref _state) == Empty)
            {
                return WaitAsync(buffer, hadItsTurn, cancellationToken);
            }

            Volatile.Write(ref _state, Empty);
            TryReceive();
        }

        return ValueTask.FromResult(Take(buffer));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                buffer = buffer[await _socket.SendAsync(buffer, SocketFlags.None, cancellationToken)..];
            }
        }
        catch (SocketException e)
        {
            throw Broken(e.SocketErrorCode);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
        // Nothing is kept back.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("No thread waits for a device.");

    /// <summary>TLS says so why a handshake failed: a few bytes, for which there is room, or else they are not sent.</summary>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_socket.Send(buffer, SocketFlags.None, out var error) < buffer.Length)
        {
            throw Broken(error);
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token)
    {
        try
        {
            return _waiting.GetResult(token);
        }
        finally
        {
            _waiting.Reset();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _waiting.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _waiting.OnCompleted(continuation, state, token, flags);

    protected override void Dispose(bool disposing)
    {
        _poll.Remove(_number);
        base.Dispose(disposing);
    }

    private ValueTask<int> WaitAsync(Memory<byte> buffer, bool hadItsTurn, CancellationToken cancellationToken)
    {
        var task = new ValueTask<int>(this, _waiting.Version);
        (_target, _cancellation) = (buffer, cancellationToken);
        _cancelling = cancellationToken.UnsafeRegister(static stream => ((DeviceSocketStream)stream!).Cancel(), this);
        if (hadItsTurn)
        {
            // Probably still readable: it comes after the others.
            Volatile.Write(ref _state, Awaited);
            _poll.After(this);
        }
        else
        {
            Await();
        }

        return task;
    }

    /// <summary>From here on the polling thread, or whoever cancels, completes the read, even before this returns.</summary>
    private void Await()
    {
        while (Interlocked.CompareExchange(ref _state, Awaited, Empty) != Empty)
        {
            // It became readable just now.
            Volatile.Write(ref _state, Empty);
            if (TryComplete())
            {
                return;
            }
        }

        // Who cancelled before has found nobody waiting.
        if (_cancellation.IsCancellationRequested)
        {
            Cancel();
        }
    }

    private void Cancel()
    {
        if (Interlocked.CompareExchange(ref _state, Empty, Awaited) == Awaited)
        {
            // Something may have come in this moment; nobody reads it, since what cancels a read ends the connection. Whoever cancels, perhaps under a lock or in the
            // middle of all sessions, must not find itself doing what the end of this one takes.
            _waiting.RunContinuationsAsynchronously = true;
            Finish(0, new OperationCanceledException(_cancellation));
        }
    }

    private void Complete()
    {
        if (!TryComplete())
        {
            Await();
        }
    }

    /// <summary>Receives for the read that waits; false if nothing was there after all.</summary>
    private bool TryComplete()
    {
        try
        {
            if (!TryReceive())
            {
                return false;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            Finish(0, e);
            return true;
        }

        Finish(Take(_target.Span), failure: null);
        return true;
    }

    private void Finish(int count, Exception? failure)
    {
        _cancelling.Dispose();
        (_cancelling, _target) = (default, default);
        if (failure is null)
        {
            _waiting.SetResult(count);
        }
        else
        {
            _waiting.SetException(failure);
        }
    }

    /// <summary>Only by the one who reads, or on the behalf of its read. Less than there was room for means that nothing is left, and that the kernel will tell of more.</summary>
    private bool TryReceive()
    {
        var count = _socket.Receive(_buffer, SocketFlags.None, out var error);
        switch (error)
        {
            case SocketError.Success:
                (_start, _end, _ended) = (0, count, count == 0);
                var full = count == _buffer.Length;
                _inARow = full ? _inARow + 1 : 0;
                if (full || _peerHasEnded)
                {
                    Volatile.Write(ref _state, Readable);
                }

                return true;
            case SocketError.WouldBlock:
                return false;
            default:
                throw Broken(error);
        }
    }

    private int Take(Memory<byte> buffer) => Take(buffer.Span);

    private int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    private static IOException Broken(SocketError error) => new("The device's connection broke.", new SocketException((int)error));
}
