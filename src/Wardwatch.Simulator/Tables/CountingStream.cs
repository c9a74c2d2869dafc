namespace Wardwatch.Simulator.Tables;

/// <summary>
/// Reads another stream and refuses to give more than a number of bytes, so that what an archive unpacks to is bounded by what was read, never by what its
/// header declares. Forward only.
/// </summary>
/// <param name="inner">The stream to read; it is closed with this one.</param>
/// <param name="limit">The greatest number of bytes.</param>
/// <param name="what">The beginning of the message, such as "ward.xlsx unpacks to".</param>
internal sealed class CountingStream(Stream inner, long limit, string what) : Stream
{
    private long _read;

    public long BytesRead => _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer);
        _read += count;
        if (_read > limit)
            throw SimulatorException.Input($"{what} more than {limit >> 20} MB. Split it.");
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
