using System.Net.Sockets;
using System.Security.Authentication;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Devices.Payloads;
using Wardwatch.Simulator.Devices;

namespace Wardwatch.Benchmarks.Flood;

/// <summary>Floods a real server in one way after another, each bounded in count and time, while a device that does nothing wrong goes on publishing.</summary>
internal sealed class FloodBenchmark(HospitalUnderTest hospital, HealthyDevice healthy)
{
    // Beyond the server's own deadlines, on a busy machine.
    private static readonly TimeSpan ClosedWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(5);

    // The head of a record with a ClientHello of 512 bytes, and the beginning of a CONNECT of 255.
    private static readonly byte[] ClientHello = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3, .. new byte[100]];
    private static readonly byte[] Connect = [0x10, 0xFF, 1, 0, 4, .. "MQTT"u8, 5, 2, .. new byte[100]];

    /// <summary>Nothing at all, to compare with.</summary>
    public Task<FloodResult> QuietAsync(CancellationToken cancellation) => MeasureAsync(
        "nothing (to compare with)",
        async () =>
        {
            await Task.Delay(QuietTime, cancellation);
            return (0, null);
        },
        cancellation);

    /// <summary>Connections that never say anything, or one byte of TLS a second, until the server has closed all of them.</summary>
    public Task<FloodResult> SilentAsync(int count, int addresses, bool halfOpenTls, CancellationToken cancellation) => MeasureAsync(
        $"{count:N0} connections, {(halfOpenTls ? "a byte of TLS a second" : "silent")}, from {(addresses == 1 ? "one address" : $"{addresses:N0} addresses")}",
        async () =>
        {
            using var strangers = new Strangers(hospital.MqttPort);
            await strangers.ConnectAsync(count, addresses, cancellation);
            var left = await strangers.TrickleUntilClosedAsync(halfOpenTls ? ClientHello : ReadOnlyMemory<byte>.Empty, ClosedWithin, cancellation);
            return (strangers.Opened, left > 0 ? $"{left:N0} are still open after {ClosedWithin.TotalSeconds:0} s" : null);
        },
        cancellation);

    /// <summary>Connections with TLS that send a byte of CONNECT a second.</summary>
    public Task<FloodResult> SlowConnectAsync(int count, CancellationToken cancellation) => MeasureAsync(
        $"{count:N0} connections, a byte of CONNECT a second",
        async () =>
        {
            var dial = hospital.MqttAddress();
            var slow = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => TrickleAsync(dial, cancellation))).WaitAsync(ClosedWithin, cancellation);
            return (slow.Count(opened => opened), null);
        },
        cancellation);

    /// <summary>Every device of the hospital at once from one address, as behind a gateway: all of them are to be let in.</summary>
    public Task<FloodResult> DevicesAsync(int count, CancellationToken cancellation) => MeasureAsync(
        $"{count:N0} devices from one address, a reading each",
        async () =>
        {
            var devices = hospital.Devices().Skip(1).Take(count).ToList();
            var publishers = new System.Collections.Concurrent.ConcurrentBag<Publisher>();
            try
            {
                var parallel = new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancellation };
                await Parallel.ForEachAsync(devices, parallel, async (device, token) => publishers.Add(await Publisher.ConnectAsync(hospital, device, token)));
                foreach (var publisher in publishers)
                {
                    publisher.Append(PlausibleVitals.At(NowMicros(), 0));
                    publisher.Flush();
                }

                foreach (var publisher in publishers) await publisher.WhenAcknowledgedAsync(cancellation);
            }
            finally
            {
                foreach (var publisher in publishers) await publisher.DisposeAsync();
            }

            return (publishers.Count, publishers.Count < devices.Count ? $"{devices.Count - publishers.Count:N0} were not let in" : null);
        },
        cancellation);

    /// <summary>One device that sends as fast as it can, with as much under way as it may.</summary>
    public Task<FloodResult> LoudAsync(TimeSpan duration, CancellationToken cancellation)
    {
        var sent = 0;
        return MeasureAsync(
            "one device, as fast as it can",
            async () =>
            {
                await using var loud = await Publisher.ConnectAsync(hospital, hospital.Devices()[^1], cancellation);
                var began = TimeProvider.System.GetTimestamp();
                while (TimeProvider.System.GetElapsedTime(began) < duration)
                {
                    for (var i = 0; i < Publisher.Window; i++) loud.Append(PlausibleVitals.At(NowMicros(), sent++));
                    loud.Flush();
                    await loud.WhenAcknowledgedAsync(cancellation);
                }

                return (1, null);
            },
            cancellation,
            () => $" ({sent / duration.TotalSeconds:N0}/s acknowledged)");
    }

    /// <summary>Devices that ask without end and never read the answers.</summary>
    public Task<FloodResult> DeafAsync(int count, CancellationToken cancellation) => MeasureAsync(
        $"{count:N0} devices that ask and never read",
        async () =>
        {
            var deaf = hospital.Devices().Skip(1).Take(count).Select(device => AskAsync(device, cancellation));
            await Task.WhenAll(deaf).WaitAsync(TimeSpan.FromMinutes(3), cancellation);
            return (count, null);
        },
        cancellation);

    private async Task<FloodResult> MeasureAsync(string flood, Func<Task<(int Opened, string? Fault)>> run, CancellationToken cancellation, Func<string>? note = null)
    {
        await healthy.TakeAsync();
        await using var watch = await MemoryWatch.StartAsync(hospital, cancellation);
        var (opened, fault) = await run();
        var after = await hospital.MetricsAsync(cancellation);
        long Since(string metric) => (long)(after[metric] - watch.Before[metric]);
        var times = await healthy.TakeAsync();
        return new FloodResult
        {
            Flood = flood + note?.Invoke(),
            Opened = opened,
            Refused = Since("wardwatch_gateway_connections_refused_total") + Since("wardwatch_gateway_sessions_refused_total"),
            TookTooLong = Since("wardwatch_gateway_deadlines_total"),
            Slowdowns = Since("wardwatch_gateway_slowdowns_total"),
            BytesBefore = watch.BytesBefore,
            BytesPeak = watch.BytesPeak,
            HeapBefore = watch.HeapBefore,
            HeapPeak = watch.HeapPeak,
            Healthy = times,
            Fault = fault ?? (times.Count == 0 ? "the healthy device was not served" : null),
        };
    }

    // True if it came as far as TLS.
    private static async Task<bool> TrickleAsync(ServerAddress address, CancellationToken cancellation)
    {
        try
        {
            await using var stream = await address.DialAsync(cancellation);
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
            var closed = stream.ReadAsync(new byte[16], cancellation).AsTask();
            for (var at = 0; at < Connect.Length && !closed.IsCompleted; at++)
            {
                await stream.WriteAsync(Connect.AsMemory(at, 1), cancellation);
                await Task.WhenAny(closed, timer.WaitForNextTickAsync(cancellation).AsTask());
            }

            await closed;
            return true;
        }
        catch (Exception end) when (end is IOException or SocketException)
        {
            return true;
        }
        catch (AuthenticationException)
        {
            return false;
        }
    }

    private async Task AskAsync(DeviceCredentials device, CancellationToken cancellation)
    {
        const int filters = 60;
        byte[] body = [0, 1, 0, .. Enumerable.Repeat((byte[])[0, 1, (byte)'x', 0], filters).SelectMany(filter => filter)];
        byte[] subscribe = [0x82, (byte)((body.Length & 0x7F) | 0x80), (byte)(body.Length >> 7), .. body];
        byte[] many = [.. Enumerable.Repeat(subscribe, 16).SelectMany(one => one)];
        await using var link = await MqttLink.OpenAsync(hospital.MqttAddress().DialAsync, device, new LinkOptions(MqttVersion.V500, 0, IsBusy: true), TimeProvider.System, cancellation);
        await link.SendUntilClosedAsync(many, cancellation);
    }

    private static long NowMicros() => MeasurementTimes.ToUnixMicroseconds(TimeProvider.System.GetUtcNow());
}
