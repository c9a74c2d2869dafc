using System.Net;
using System.Net.Sockets;
using Shouldly;
using Wardwatch.Server.Gateway.Sockets;
using Xunit;

namespace Wardwatch.UnitTests.Gateway.Sockets;

/// <summary>Real sockets on this machine, read by the thread that polls them.</summary>
public sealed class DeviceSocketStreamTests : IDisposable
{
    private static readonly TimeSpan Soon = Waiting.Patience;
    private readonly SocketPoll _poll;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public DeviceSocketStreamTests()
    {
        Assert.SkipUnless(SocketPoll.IsSupported, "Only Linux has epoll.");
        _poll = new SocketPoll("Test");
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _listener.Dispose();
        _poll?.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_read_of_no_bytes_waits_until_something_has_come(bool inline)
    {
        using var pair = await ConnectAsync(inline);
        var waiting = pair.Stream.ReadAsync(Memory<byte>.Empty, Cancellation).AsTask();
        await Task.Yield();
        waiting.IsCompleted.ShouldBeFalse();
        await pair.Device.SendAsync(new byte[] { 1, 2, 3 }, Cancellation);
        (await waiting.WaitAsync(Soon, Cancellation)).ShouldBe(0);
        var buffer = new byte[2];
        (await pair.Stream.ReadAsync(buffer, Cancellation)).ShouldBe(2);
        (await pair.Stream.ReadAsync(buffer, Cancellation)).ShouldBe(1);
        buffer.ShouldBe([3, 2]);
    }

    /// <summary>The end may come together with the last bytes; the kernel tells of both but once.</summary>
    [Fact]
    public async Task Behind_the_last_bytes_the_end_is_seen()
    {
        for (var round = 0; round < 200; round++)
        {
            using var pair = await ConnectAsync(inline: round % 2 == 0);
            var early = round % 3 == 0 ? pair.Stream.ReadAsync(Memory<byte>.Empty, Cancellation).AsTask() : Task.FromResult(0);
            await pair.Device.SendAsync(new byte[] { 7 }, Cancellation);
            pair.Device.Shutdown(SocketShutdown.Send);
            await early.WaitAsync(Soon, Cancellation);
            var buffer = new byte[16];
            (await pair.Stream.ReadAsync(buffer, Cancellation).AsTask().WaitAsync(Soon, Cancellation)).ShouldBe(1);
            (await pair.Stream.ReadAsync(Memory<byte>.Empty, Cancellation).AsTask().WaitAsync(Soon, Cancellation)).ShouldBe(0);
            (await pair.Stream.ReadAsync(buffer, Cancellation).AsTask().WaitAsync(Soon, Cancellation)).ShouldBe(0);
            (await pair.Stream.ReadAsync(buffer, Cancellation).AsTask().WaitAsync(Soon, Cancellation)).ShouldBe(0);
        }
    }

    [Fact]
    public async Task Many_devices_that_send_pieces_of_any_size_are_read_whole()
    {
        var random = new Random(20261121);
        var plans = Enumerable.Range(0, 40).Select(_ => Enumerable.Range(0, 100).Select(_ => random.Next(4) == 0 ? random.Next(1, 20_000) : random.Next(1, 300)).ToArray()).ToArray();
        var pairs = new List<Pair>();
        foreach (var device in Enumerable.Range(0, plans.Length)) pairs.Add(await ConnectAsync(inline: device % 2 == 0));
        await Parallel.ForAsync(0, plans.Length, new ParallelOptions { MaxDegreeOfParallelism = plans.Length, CancellationToken = Cancellation }, async (device, cancellation) =>
        {
            using var pair = pairs[device];
            var sending = SendAsync(pair.Device, plans[device], cancellation);
            await CheckAsync(pair.Stream, plans[device].Sum(), zeroFirst: device % 3 != 0, cancellation).WaitAsync(Soon, cancellation);
            await sending;
        });
    }

    /// <summary>The thread that polls would otherwise read one device for as long as it sends faster than it is read.</summary>
    [Fact]
    public async Task A_device_that_floods_gives_way_after_some_buffers()
    {
        using var pair = await ConnectAsync(inline: true);
        var draining = DrainAsync(pair, 128 * 1024, Cancellation);
        var flood = pair.Device.SendAsync(new byte[128 * 1024], Cancellation).AsTask();
        var longest = await draining.WaitAsync(Soon, Cancellation);
        await flood;
        longest.ShouldBeInRange(2, 8);
    }

    [Fact]
    public async Task A_read_that_waits_ends_when_it_is_cancelled()
    {
        using var pair = await ConnectAsync(inline: true);
        using var cancelling = new CancellationTokenSource();
        var waiting = pair.Stream.ReadAsync(Memory<byte>.Empty, cancelling.Token).AsTask();
        await cancelling.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting.WaitAsync(Soon, Cancellation));
        await Should.ThrowAsync<OperationCanceledException>(async () => (await pair.Stream.ReadAsync(Memory<byte>.Empty, cancelling.Token)).ShouldBe(-1));
    }

    /// <summary>Sessions are ended under locks and in loops over all of them: what a session's end does must not happen in there.</summary>
    [Fact]
    public async Task Whoever_cancels_a_read_does_not_go_on_with_its_reader()
    {
        using var pair = await ConnectAsync(inline: true);
        using var cancelling = new CancellationTokenSource();
        var (canceller, cancels, wentOnInside) = (Environment.CurrentManagedThreadId, false, false);
        var reader = ReadAsync();
        Cancel();
        await reader.WaitAsync(Soon, Cancellation);
        wentOnInside.ShouldBeFalse();

        void Cancel()
        {
            cancels = true;
            cancelling.Cancel();
            cancels = false;
        }

        async Task ReadAsync()
        {
            try
            {
                (await pair.Stream.ReadAsync(Memory<byte>.Empty, cancelling.Token).ConfigureAwait(false)).ShouldBe(-1);
            }
            catch (OperationCanceledException)
            {
                wentOnInside = cancels && Environment.CurrentManagedThreadId == canceller;
            }
        }
    }

    [Fact]
    public async Task A_connection_that_breaks_is_an_io_error()
    {
        using var pair = await ConnectAsync(inline: true);
        var waiting = pair.Stream.ReadAsync(Memory<byte>.Empty, Cancellation).AsTask();
        pair.Device.Close(0); // a reset
        await Should.ThrowAsync<IOException>(waiting.WaitAsync(Soon, Cancellation));
        await Should.ThrowAsync<IOException>(async () =>
        {
            while (true) await pair.Stream.WriteAsync(new byte[100], Cancellation);
        });
    }

    private async Task<Pair> ConnectAsync(bool inline)
    {
        var device = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var accepting = _listener.AcceptAsync(Cancellation);
        await device.ConnectAsync(_listener.LocalEndPoint!, Cancellation);
        var socket = await accepting;
        if (((IPEndPoint)socket.RemoteEndPoint!).Port != ((IPEndPoint)device.LocalEndPoint!).Port)
        {
            throw new InvalidOperationException("Connections were accepted in another order.");
        }

        var stream = new DeviceSocketStream(socket, _poll);
        if (inline) stream.GoOnInline();
        return new Pair(device, socket, stream);
    }

    private static async Task SendAsync(Socket device, int[] pieces, CancellationToken cancellation)
    {
        long sent = 0;
        foreach (var length in pieces)
        {
            var piece = new byte[length];
            for (var i = 0; i < length; i++) piece[i] = At(sent++);
            for (var rest = piece.AsMemory(); !rest.IsEmpty;) rest = rest[await device.SendAsync(rest, cancellation)..];
            if (length % 7 == 0) await Task.Yield();
        }
    }

    private static async Task CheckAsync(DeviceSocketStream stream, long length, bool zeroFirst, CancellationToken cancellation)
    {
        var buffer = new byte[1000];
        for (long read = 0; read < length;)
        {
            if (zeroFirst) (await stream.ReadAsync(Memory<byte>.Empty, cancellation)).ShouldBe(0);
            var count = await stream.ReadAsync(buffer, cancellation);
            count.ShouldBeGreaterThan(0);
            for (var i = 0; i < count; i++)
            {
                if (buffer[i] != At(read)) throw new InvalidDataException($"Byte {read} is wrong.");
                read++;
            }
        }
    }

    /// <summary>Reads so many bytes; answers how many reads, at most, were done one after the other without a turn for others.</summary>
    private static async Task<int> DrainAsync(Pair pair, int length, CancellationToken cancellation)
    {
        var (buffer, longest, inARow) = (new byte[64 * 1024], 0, 0);
        (await pair.Stream.ReadAsync(Memory<byte>.Empty, cancellation).ConfigureAwait(false)).ShouldBe(0);
        while (pair.Accepted.Available < 40 * 1024) Thread.Yield(); // on the polling thread, so that there is much to read when it goes on
        while (length > 0)
        {
            var reading = pair.Stream.ReadAsync(buffer, cancellation);
            inARow = reading.IsCompleted ? inARow + 1 : 0;
            longest = Math.Max(longest, inARow);
            length -= await reading.ConfigureAwait(false);
        }

        return longest;
    }

    private static byte At(long position) => (byte)(position * 31 ^ position >> 8);

    private sealed record Pair(Socket Device, Socket Accepted, DeviceSocketStream Stream) : IDisposable
    {
        public void Dispose()
        {
            Stream.Dispose();
            Device.Dispose();
            Accepted.Dispose();
        }
    }
}
