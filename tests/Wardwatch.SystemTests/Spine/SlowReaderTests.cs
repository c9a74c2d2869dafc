using System.Net.Http.Headers;
using System.Net.Sockets;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Spine;

/// <summary>Subscribers that do not read, over real sockets: they cost a bounded amount, are cut off in time, and nobody else notices.</summary>
public sealed class SlowReaderTests : IAsyncLifetime
{
    private const int Patients = 24;
    private const int QueuedMessages = 16;
    private const int LastHeartRate = 199;

    // Alternating, so that each reading is a change of state too.
    private const string Well = "\"hr\":75,\"spo2\":97,\"rr\":16";
    private const string Unwell = "\"hr\":150,\"spo2\":84,\"rr\":31";

    private readonly SocketsHttpHandler _narrow = new()
    {
        // What the client's kernel takes is out of the server's reach; this one takes little.
        ConnectCallback = static async (context, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 2048, NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    private DemoWard? _ward;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private DemoWard Ward => _ward!;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _narrow.Dispose();
        if (_ward is not null)
        {
            await _ward.DisposeAsync();
        }
    }

    [Fact]
    public async Task Who_never_reads_is_cut_off_counted_and_logged_once_while_others_get_every_frame()
    {
        await StartAsync(sendTimeoutSeconds: 4, queuedMessages: 10_000);
        var device = Ward.TakeDevice();
        using var healthy = await VitalsListener.OpenAsync(Ward.Server, $"/ws/vitals?patient={device.Patient}", Ward.Token, Cancellation);
        using var healthyEvents = await EventListener.OpenAsync(Ward.Client, $"?patient={device.Patient}", lastEventId: null, Cancellation);
        using var invoker = new HttpMessageInvoker(_narrow, disposeHandler: false);
        using var deadSocket = await VitalsListener.OpenAsync(Ward.Server, "/ws/vitals", Ward.Token, Cancellation, invoker);
        using var deadHub = await HubListener.OpenAsync(Ward.Server, "", Ward.Token, Cancellation, invoker);
        using var deadEvents = await OpenDeadStreamAsync();

        // A connection is open for its client a moment before the server counts it.
        await Poll.UntilAsync(async () => await Ward.MetricAsync("wardwatch_live_subscribers", "", Cancellation) == 5, Deadline());

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var publishing = PublishAsync(device, stop.Token);
        var watching = WatchAsync(healthy);
        await Poll.UntilAsync(async () => await CutAsync("") >= 3, Deadline());
        foreach (var channel in new[] { "websocket", "hub", "events" })
        {
            (await CutAsync($"channel=\"{channel}\",reason=\"not-reading\"")).ShouldBe(1, channel);
            (await Ward.Server.LinesAsync($"({channel}) was cut off", Cancellation)).ShouldBe(1, channel);
        }

        await Poll.UntilAsync(async () => await Ward.MetricAsync("wardwatch_live_subscribers", "", Cancellation) <= 2, Deadline());
        await stop.CancelAsync();
        var published = await publishing;
        published.ShouldBeGreaterThan(100);
        (await watching).ShouldBe(published, "every frame, without a gap in its numbers");
        (await healthyEvents.NextAsync(item => item.Name == "status", Cancellation)).Data.GetProperty("patient").GetString().ShouldBe(device.Patient);
        (await CutAsync("")).ShouldBe(3, "nobody else");
    }

    [Fact]
    public async Task Dead_readers_hold_no_backlog_and_one_that_wakes_gets_the_newest_state()
    {
        const int dead = 40, rounds = 60;
        await StartAsync(sendTimeoutSeconds: 600, QueuedMessages);
        var devices = Enumerable.Range(0, Patients).Select(_ => Ward.TakeDevice()).ToList();
        using var invoker = new HttpMessageInvoker(_narrow, disposeHandler: false);
        var sleepers = new List<VitalsListener>();
        for (var i = 0; i < dead; i++)
        {
            sleepers.Add(await VitalsListener.OpenAsync(Ward.Server, "/ws/vitals", Ward.Token, Cancellation, invoker));
        }

        var links = new List<DeviceLink>();
        foreach (var device in devices)
        {
            links.Add(await DeviceLink.OpenAsync(Ward.Server, device, MqttVersion.V500, Cancellation));
        }

        for (var round = 1; round <= rounds; round++)
        {
            var value = 40 + round;
            await Task.WhenAll(devices.Select((device, i) => links[i].PublishAsync(device.Seal(Now, $"\"hr\":{value}"), (ushort)round, Cancellation)));
        }

        // Forty screens have not taken 1,440 readings each; what waits for each is no more than one reference a patient, and the few before it fell behind.
        await Poll.UntilAsync(async () => await Ward.MetricAsync("wardwatch_live_conflated_total", "", Cancellation) > 0 || await WaitingAsync() > 0, Deadline());
        (await WaitingAsync()).ShouldBeLessThanOrEqualTo(dead * Math.Max(Patients, QueuedMessages));
        var frames = 0;
        var newest = new Dictionary<string, double>(StringComparer.Ordinal);
        while (newest.Count < Patients || newest.Values.Min() < 40 + rounds)
        {
            var frame = await sleepers[0].NextAsync(Cancellation);
            frames++;
            var patient = frame.GetProperty("patient").GetString()!;
            var heartRate = frame.GetProperty("vitals").GetProperty("hr").GetProperty("value").GetDouble();
            heartRate.ShouldBeGreaterThanOrEqualTo(newest.GetValueOrDefault(patient), "a state that goes back");
            newest[patient] = heartRate;
        }

        frames.ShouldBeLessThan(Patients * rounds * 3 / 4, "a backlog was sent");
        foreach (var link in links)
        {
            await link.DisposeAsync();
        }

        sleepers.ForEach(sleeper => sleeper.Dispose());
    }

    private async Task StartAsync(int sendTimeoutSeconds, int queuedMessages) => _ward = await DemoWard.StartAsync(
        Patients,
        new()
        {
            ["Wardwatch__Live__SendTimeoutSeconds"] = sendTimeoutSeconds.ToString(),
            ["Wardwatch__Live__SocketBufferBytes"] = "8192",
            ["Wardwatch__Live__QueuedMessages"] = queuedMessages.ToString(),
        },
        Cancellation);

    private async Task<IDisposable> OpenDeadStreamAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Ward.Server.BaseAddress, "/sse/events"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Ward.Token);
        var client = new HttpClient(_narrow, disposeHandler: false);
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        answer.EnsureSuccessStatusCode();
        return new Both(answer, client);
    }

    private async Task<int> PublishAsync(BedsideDevice device, CancellationToken stop)
    {
        await using var link = await DeviceLink.OpenAsync(Ward.Server, device, MqttVersion.V500, Cancellation);
        var count = 0;
        while (!stop.IsCancellationRequested)
        {
            (await link.PublishAsync(device.Seal(Now, count % 2 == 0 ? Unwell : Well), (ushort)(1 + count % 60_000), Cancellation)).ShouldNotBeNull();
            count++;
        }

        (await link.PublishAsync(device.Seal(Now, $"\"hr\":{LastHeartRate}"), (ushort)(1 + count % 60_000), Cancellation)).ShouldNotBeNull();
        return count + 1;
    }

    /// <summary>Reads up to the last frame; answers how many there were.</summary>
    private static async Task<int> WatchAsync(VitalsListener listener)
    {
        for (var (count, last) = (1, 0L); ; count++)
        {
            var frame = await listener.NextAsync(Cancellation);
            var sequence = frame.GetProperty("seq").GetInt64();
            (last == 0 || sequence == last + 1).ShouldBeTrue($"{sequence} after {last}");
            last = sequence;
            if (frame.GetProperty("vitals").GetProperty("hr").GetProperty("value").GetDouble() == LastHeartRate)
            {
                return count;
            }
        }
    }

    private Task<double> CutAsync(string label) => Ward.MetricAsync("wardwatch_live_cut_total", label, Cancellation);

    private Task<double> WaitingAsync() => Ward.MetricAsync("wardwatch_live_waiting", "", Cancellation);

    private static CancellationToken Deadline()
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(Poll.Patience);
        return deadline.Token;
    }

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
