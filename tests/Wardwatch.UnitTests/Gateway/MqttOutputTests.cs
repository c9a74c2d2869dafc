using System.Buffers;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Gateway;
using Xunit;

namespace Wardwatch.UnitTests.Gateway;

/// <summary>What goes out on one connection, written from several sides.</summary>
public class MqttOutputTests
{
    [Fact]
    public async Task Packets_of_several_writers_come_out_whole_and_one_write_runs_at_a_time()
    {
        var stream = new WatchedStream();
        var output = new MqttOutput(stream, () => { });
        await Parallel.ForAsync(0, 4, TestContext.Current.CancellationToken, (side, _) =>
        {
            for (var i = 0; i < 2000; i++)
            {
                output.Write(new PubAckPacket { Type = MqttPacketType.PubAck, PacketId = (ushort)(side * 2000 + i + 1), Reason = MqttReason.Success }, MqttVersion.V311);
                output.Flush();
            }

            return ValueTask.CompletedTask;
        });
        await output.CompleteAsync(TimeSpan.FromSeconds(20));
        stream.Overlaps.ShouldBe(0);
        var ids = Enumerable.Range(0, stream.Bytes.WrittenCount / 4).Select(i => stream.Bytes.WrittenSpan[i * 4 + 2] << 8 | stream.Bytes.WrittenSpan[i * 4 + 3]).ToList();
        ids.Order().ShouldBe(Enumerable.Range(1, 8000));
        for (var side = 0; side < 4; side++)
        {
            ids.Where(id => (id - 1) / 2000 == side).ShouldBeInOrder();
        }
    }

    [Fact]
    public async Task A_client_that_takes_nothing_is_cut_off_before_much_waits()
    {
        var overflowed = 0;
        var output = new MqttOutput(new WatchedStream { Stuck = true }, () => overflowed++);
        for (var i = 0; overflowed == 0; i++)
        {
            i.ShouldBeLessThan(200_000);
            output.Write(new PingPacket { IsResponse = true }, MqttVersion.V500);
            output.Flush();
        }

        overflowed.ShouldBe(1);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_client_that_does_not_take_the_good_bye_is_cut_off()
    {
        var stream = new WatchedStream { Stuck = true };
        var output = new MqttOutput(stream, stream.Break);
        output.StuckSince.ShouldBe(0);
        output.Write(new PingPacket { IsResponse = true }, MqttVersion.V500);
        output.Flush();
        output.StuckSince.ShouldBeGreaterThan(0);
        await output.CompleteAsync(TimeSpan.FromMilliseconds(1));
        output.StuckSince.ShouldBe(0);
    }

    /// <summary>Under TLS a lost connection comes as a cancellation or as any other exception, not only as an I/O error.</summary>
    [Theory]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(OperationCanceledException))]
    [InlineData(typeof(ObjectDisposedException))]
    [InlineData(typeof(System.Security.Authentication.AuthenticationException))]
    public async Task After_the_connection_broke_nothing_gathers(Type fault)
    {
        var broke = fault == typeof(ObjectDisposedException) ? new ObjectDisposedException("stream") : (Exception)Activator.CreateInstance(fault)!;
        var output = new MqttOutput(new WatchedStream { Fault = broke }, () => throw new InvalidOperationException("Something gathered."));
        for (var i = 0; i < 200_000; i++)
        {
            output.Write(new PingPacket { IsResponse = true }, MqttVersion.V500);
            output.Flush();
        }

        await output.CompleteAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task What_was_written_before_the_end_is_sent_and_what_comes_after_is_not()
    {
        var stream = new WatchedStream();
        var output = new MqttOutput(stream, () => { });
        output.Write(new PingPacket { IsResponse = true }, MqttVersion.V500);
        await output.CompleteAsync(TimeSpan.FromSeconds(20));
        output.Write(new PingPacket { IsResponse = true }, MqttVersion.V500);
        output.Flush();
        Convert.ToHexString(stream.Bytes.WrittenSpan).ShouldBe("D000");
    }

    /// <summary>Notices a write during a write, which TLS forbids, and bytes that change while they are being written.</summary>
    private sealed class WatchedStream : MemoryStream
    {
        private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _writing;

        /// <summary>Ends the connection, as an abort does.</summary>
        public void Break() => _broken.SetException(new IOException("The connection was aborted."));

        public ArrayBufferWriter<byte> Bytes { get; } = new();

        public int Overlaps { get; private set; }

        public bool Stuck { get; init; }

        public Exception? Fault { get; init; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Fault is { } fault)
            {
                throw fault;
            }

            if (Interlocked.Exchange(ref _writing, 1) == 1)
            {
                Overlaps++;
            }

            if (Stuck)
            {
                await _broken.Task;
            }

            await Task.Yield();
            Bytes.Write(buffer.Span);
            Volatile.Write(ref _writing, 0);
        }
    }
}
