using System.Text;

namespace Wardwatch.Simulator.Tables;

/// <summary>
/// Walks through a tar archive (ustar, GNU long names) without ever believing a size: entries are read from the stream in order, nothing is written to disk,
/// so that a path in the archive cannot lead anywhere.
/// </summary>
/// <remarks>
/// A header is 512 bytes: name at 0 (100 bytes), size at 124 (12 octal digits), type at 156, prefix at 345 (155 bytes); content follows, padded to 512.
/// </remarks>
internal static class TarEntries
{
    private const int BlockBytes = 512;
    private const int MaxNameBytes = 4_096;

    /// <summary>Calls back for every regular file.</summary>
    /// <param name="archive">Unpacked bytes.</param>
    /// <param name="name">How messages name the archive.</param>
    /// <param name="visit">Gets name and content; answers false to stop. What it does not read is skipped.</param>
    /// <exception cref="SimulatorException">The archive is damaged or too large.</exception>
    public static void Visit(Stream archive, string name, Func<string, Stream, bool> visit)
    {
        var block = new byte[BlockBytes];
        string? longName = null;
        for (var count = 0; archive.ReadAtLeast(block, BlockBytes, throwOnEndOfStream: false) == BlockBytes && block[0] != 0; count++)
        {
            if (count >= TableLimits.MaxArchiveEntries)
                throw SimulatorException.Input($"{name} holds more than {TableLimits.MaxArchiveEntries:N0} entries.");
            if (!HasRightSum(block)) throw SimulatorException.Input($"{name} is not a tar archive, or is damaged.");
            var size = ReadOctal(block.AsSpan(124, 12));
            if (size is < 0 or > TableLimits.MaxFileBytes)
                throw SimulatorException.Input($"{name}: an entry of {size:N0} bytes; at most {TableLimits.MaxFileBytes >> 20} MB are read.");

            using var content = new EntryStream(archive, size, name);
            switch ((char)block[156])
            {
                case '0' or '\0' when !visit(longName ?? ReadName(block), content):
                    return;
                case 'L' when size <= MaxNameBytes:
                    var bytes = new byte[size];
                    content.ReadExactly(bytes);
                    longName = Encoding.UTF8.GetString(bytes).TrimEnd('\0');
                    break;
                default:
                    longName = null;
                    break;
            }

            content.SkipRest();
        }
    }

    private static string ReadName(ReadOnlySpan<byte> header)
    {
        var prefix = header.Slice(257, 5).SequenceEqual("ustar"u8) ? ReadText(header.Slice(345, 155)) : "";
        var name = ReadText(header[..100]);
        return prefix.Length > 0 ? $"{prefix}/{name}" : name;
    }

    private static string ReadText(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    private static long ReadOctal(ReadOnlySpan<byte> field)
    {
        var value = 0L;
        foreach (var b in field)
        {
            if (b is >= (byte)'0' and <= (byte)'7') value = (value << 3) | (uint)(b - '0');
            else if (b is not ((byte)' ' or 0)) return -1;
        }

        return value;
    }

    // The sum of all bytes, with the sum's own field (148..155) counted as blanks.
    private static bool HasRightSum(ReadOnlySpan<byte> header)
    {
        var sum = 0;
        for (var i = 0; i < BlockBytes; i++)
            sum += i is >= 148 and < 156 ? ' ' : header[i];
        return ReadOctal(header.Slice(148, 8)) == sum;
    }

    private sealed class EntryStream(Stream archive, long size, string name) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => size;

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var wanted = (int)Math.Min(buffer.Length, size - _position);
            if (wanted == 0) return 0;
            var count = archive.Read(buffer[..wanted]);
            if (count == 0) throw SimulatorException.Input($"{name} ends in the middle of an entry.");
            _position += count;
            return count;
        }

        /// <summary>Moves the archive to the next header: over what was not read, and over the padding.</summary>
        public void SkipRest()
        {
            Span<byte> scrap = stackalloc byte[BlockBytes];
            while (Read(scrap) > 0)
            {
                // What nobody asked for.
            }

            var padding = (int)((BlockBytes - (size % BlockBytes)) % BlockBytes);
            if (archive.ReadAtLeast(scrap[..padding], padding, throwOnEndOfStream: false) < padding)
                throw SimulatorException.Input($"{name} ends in the middle of an entry.");
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
