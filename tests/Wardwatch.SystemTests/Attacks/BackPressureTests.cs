using System.Diagnostics;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Attacks;

/// <summary>The database stands still and every queue before it is full: devices keep their connections and their pings, and nothing acknowledged is lost.</summary>
public sealed class BackPressureTests : IAsyncLifetime
{
    private const int ContinueSignal = 18;
    private const int StopSignal = 19;
    private const ushort KeepAliveSeconds = 4;
    private const int Devices = 8;
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(3 * KeepAliveSeconds); // twice the one and a half that are granted
    private static readonly TimeSpan Soon = Poll.Patience;

    private DemoWard _ward = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Queues so short that a few readings fill them.
    public async ValueTask InitializeAsync() => _ward = await DemoWard.StartAsync(
        8,
        new(StringComparer.Ordinal)
        {
            ["Wardwatch__Monitoring__Lanes"] = "1",
            ["Wardwatch__Monitoring__QueuedBatches"] = "1",
            ["Wardwatch__Monitoring__UncommittedReadings"] = "512",
            ["Wardwatch__History__Writers"] = "1",
            ["Wardwatch__History__QueuedGroups"] = "1",
            ["Wardwatch__History__MaxBatch"] = "100",
        },
        Cancellation);

    public async ValueTask DisposeAsync() => await _ward.DisposeAsync();

    [Fact]
    public async Task Devices_live_through_an_outage_longer_than_their_keep_alive_and_lose_nothing()
    {
        var devices = new List<PingingDevice>();
        for (var i = 0; i < Devices; i++)
        {
            var version = i % 2 == 0 ? MqttVersion.V311 : MqttVersion.V500;
            var device = new PingingDevice(_ward.TakeDevice(), new DeviceLink(await DeviceLink.DialAsync(_ward.Server, certificate: null, Cancellation), version) { KeepAliveSeconds = KeepAliveSeconds });
            await device.StartAsync(Cancellation);
            devices.Add(device);
        }

        await Poll.UntilAsync(() => Task.FromResult(devices.All(device => device.Acknowledged > 3)), Soon, "everything flows", Cancellation);
        var stopped = Stop();
        try
        {
            var began = Stopwatch.GetTimestamp();
            await Poll.UntilAsync(async () => await _ward.MetricAsync("wardwatch_gateway_waiting_bytes", "", Cancellation) > 0, Soon, "the lane is full and readings wait before it", Cancellation);
            await Poll.UntilAsync(() => Task.FromResult(Stopwatch.GetElapsedTime(began) > Outage), Soon, "the outage has lasted", Cancellation);

            // Each still answers a ping that is sent only now.
            var answered = devices.ConvertAll(device => device.Pongs);
            await Poll.UntilAsync(() => Task.FromResult(devices.Zip(answered).All(pair => pair.First.Pongs > pair.Second + 1)), Soon, "pings are answered with every queue full", Cancellation);
            (await _ward.MetricAsync("wardwatch_gateway_waiting_bytes", "", Cancellation)).ShouldBeGreaterThan(0);
            devices.ShouldAllBe(device => device.IsConnected && device.Acknowledged < device.Sent);
        }
        finally
        {
            Signal(stopped, ContinueSignal);
        }

        foreach (var device in devices)
        {
            await device.FinishAsync(Soon, Cancellation);
            device.IsConnected.ShouldBeTrue();
            device.Acknowledged.ShouldBe(device.Sent);
            (await _ward.RowsAsync(device.Device, Cancellation)).ShouldBe((device.Sent, device.Sent), "each reading has one row");

            await device.DisposeAsync();
        }
    }

    private List<int> Stop()
    {
        var postmaster = PostgresProcesses.Postmaster(_ward.Server.Data).ShouldNotBeNull();
        List<int> processes = [postmaster, .. PostgresProcesses.Children(postmaster).Select(child => child.Key)];
        Signal(processes, StopSignal);
        return processes;
    }

    private static void Signal(List<int> processes, int signal) => processes.ForEach(process => ServerProcess.Signal(process, signal));

    /// <summary>A device that sends two hundred readings and two pings a second, with at most so many readings unanswered.</summary>
    private sealed class PingingDevice(BedsideDevice device, DeviceLink link) : IAsyncDisposable
    {
        // Within what the server takes in for one connection while its lane is full, in number and in bytes.
        private const int Window = 500;
        private const int Burst = 40;
        private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);
        private readonly CancellationTokenSource _finish = new();
        private int _acknowledged;
        private int _pongs;
        private Task _sending = Task.CompletedTask;
        private Task _reading = Task.CompletedTask;

        public BedsideDevice Device => device;

        public int Sent { get; private set; }

        public int Acknowledged => Volatile.Read(ref _acknowledged);

        public int Pongs => Volatile.Read(ref _pongs);

        public bool IsConnected => !_reading.IsCompleted;

        public async Task StartAsync(CancellationToken cancellation)
        {
            (await link.ConnectAsync(device.Id, device.Token, cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
            _reading = ReadAsync(cancellation);
            _sending = SendAsync(cancellation);
        }

        public async Task FinishAsync(TimeSpan within, CancellationToken cancellation)
        {
            await _finish.CancelAsync();
            await _sending;
            await Poll.UntilAsync(() => Task.FromResult(!IsConnected || Acknowledged == Sent), within, "everything is acknowledged", cancellation);
        }

        public async ValueTask DisposeAsync()
        {
            _finish.Dispose();
            await link.DisposeAsync();
            await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private async Task SendAsync(CancellationToken cancellation)
        {
            using var timer = new PeriodicTimer(Tick);
            for (var tick = 0; !_finish.IsCancellationRequested; tick++)
            {
                for (var i = 0; i < Burst && Sent - Acknowledged < Window; i++)
                {
                    link.Queue(device.Seal(TimeProvider.System.GetUtcNow(), "\"hr\":72"), (ushort)++Sent);
                }

                await link.FlushAsync(cancellation);
                if (tick % 2 == 0)
                {
                    await link.SendAsync(new byte[] { 0xC0, 0 }, cancellation);
                }

                await timer.WaitForNextTickAsync(cancellation);
            }
        }

        private async Task ReadAsync(CancellationToken cancellation)
        {
            while (await link.ReadAsync(cancellation) is { } arrival)
            {
                if (arrival.Type == MqttPacketType.PubAck)
                {
                    arrival.PacketId.ShouldBe((ushort)(_acknowledged + 1));
                    arrival.Reason.ShouldBe(MqttReason.Success);
                    Interlocked.Increment(ref _acknowledged);
                }
                else if (arrival.Type == MqttPacketType.PingResp)
                {
                    Interlocked.Increment(ref _pongs);
                }
                else
                {
                    return; // told to go
                }
            }
        }
    }
}
