using System.Diagnostics;
using System.Net.Sockets;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Attacks;

/// <summary>
/// Floods, in a short form: hundreds of connections and a few seconds each. The full ones, which also measure memory and times, are <c>ward bench flood</c>.
/// </summary>
[Collection(AttackCollection.Name)]
public sealed class FloodTests(AttackedWard attacked)
{
    private static readonly TimeSpan Soon = Poll.Patience;
    private readonly DemoWard _ward = attacked.Ward;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact(DisplayName = "connection flood: caps per address; others keep working")]
    public async Task Silent_connections_from_one_address_are_closed_beyond_its_share_and_others_keep_working()
    {
        const int flood = 300;
        var (device, newcomer) = (_ward.TakeDevice(), _ward.TakeDevice());
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        var refused = await RefusedAsync("AddressUnauthenticated");
        var silent = new List<Socket>();
        try
        {
            for (var i = 0; i < flood; i++)
            {
                if (await Attack.TryTcpAsync(_ward.Server, "127.0.4.1", Cancellation) is { } socket)
                {
                    silent.Add(socket);
                }
            }

            // Whoever is there, and whoever comes from elsewhere.
            await _ward.ShouldBeServedAsync(link, device, Cancellation);
            await using var other = await Attack.OpenAsync(_ward.Server, newcomer, "127.0.4.2", Cancellation);
            await _ward.ShouldBeServedAsync(other, newcomer, Cancellation);
            (await _ward.MetricAsync("wardwatch_gateway_connections_unauthenticated", "", Cancellation)).ShouldBeLessThanOrEqualTo(AttackedWard.MaxUnauthenticatedPerAddress);

            // All of them go, the ones beyond the share at once, the others at their deadline.
            await Task.WhenAll(silent.Select(connection => Attack.ClosedAsync(connection, Cancellation)));
            (await RefusedAsync("AddressUnauthenticated") + await RefusedAsync("GaveWay") - refused).ShouldBeGreaterThanOrEqualTo(flood / 2);
            (await _ward.Server.LinesAsync("connections from 127.0.4.1 were refused: too many of the address", Cancellation)).ShouldBeInRange(1, 3);
        }
        finally
        {
            silent.ForEach(connection => connection.Dispose());
        }
    }

    [Fact(DisplayName = "connection flood: caps in all; a silent connection gives way to a newcomer")]
    public async Task Silent_connections_from_many_addresses_cannot_keep_a_device_out()
    {
        var device = _ward.TakeDevice();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var floods = Enumerable.Range(1, 4).Select(address => KeepConnectingAsync($"127.0.5.{address}", ended.Token)).ToArray();
        await Poll.UntilAsync(
            async () => await RefusedAsync("Unauthenticated") + await RefusedAsync("GaveWay") > 0, Soon, "the limit in all is reached", Cancellation);
        (await _ward.MetricAsync("wardwatch_gateway_connections_unauthenticated", "", Cancellation)).ShouldBeLessThanOrEqualTo(AttackedWard.MaxUnauthenticated);

        // As a device does: it tries again until it is let in.
        DeviceLink? link = null;
        await Poll.UntilAsync(async () => (link = await TryOpenAsync(device, "127.0.5.99")) is not null, Soon, "a device gets in during the flood", Cancellation);
        await _ward.ShouldBeServedAsync(link!, device, Cancellation);
        await link!.DisposeAsync();
        await ended.CancelAsync();
        await Task.WhenAll(floods);
    }

    [Fact(DisplayName = "one device with far too many readings: slowed down, nothing lost, pings answered, others unhurt")]
    public async Task A_device_that_floods_is_slowed_down_and_loses_nothing()
    {
        const int flood = 4 * AttackedWard.MessagesPerSecond;
        var (loud, well) = (_ward.TakeDevice(), _ward.TakeDevice());
        var before = await _ward.MetricAsync("wardwatch_gateway_slowdowns_total", "", Cancellation);
        await using var healthy = await DeviceLink.OpenAsync(_ward.Server, well, MqttVersion.V500, Cancellation);
        await using var link = await DeviceLink.OpenAsync(_ward.Server, loud, MqttVersion.V311, Cancellation);
        var began = Stopwatch.GetTimestamp();
        var sending = Task.Run(
            async () =>
            {
                for (var sent = 0; sent < flood; sent += 100)
                {
                    for (var i = 1; i <= 100; i++)
                    {
                        link.Queue(loud.Seal(Now, "\"hr\":77"), (ushort)(sent + i));
                    }

                    await link.FlushAsync(Cancellation);
                    await link.SendAsync(new byte[] { 0xC0, 0 }, Cancellation);
                }
            },
            Cancellation);
        var (acknowledged, pings) = (0, 0);
        while (acknowledged < flood || pings < flood / 100)
        {
            var arrival = (await link.ReadAsync(Cancellation)).ShouldNotBeNull($"the connection ended after {acknowledged} acknowledgements and {pings} pings");
            _ = arrival.Type == MqttPacketType.PubAck ? acknowledged++ : pings++;
            if (arrival.Type == MqttPacketType.PingResp)
            {
                await _ward.ShouldBeServedAsync(healthy, well, Cancellation);
            }
        }

        await sending;

        // Its burst is worth a second of its rate; the rest takes at least as long as the rate says.
        Stopwatch.GetElapsedTime(began).ShouldBeGreaterThan(TimeSpan.FromSeconds((flood - AttackedWard.MessagesPerSecond) / AttackedWard.MessagesPerSecond - 1));
        (await _ward.MetricAsync("wardwatch_gateway_slowdowns_total", "", Cancellation)).ShouldBeGreaterThan(before);
        await _ward.Server.SaysAsync($"device {loud.Id} sends more than it may", Cancellation);
    }

    [Fact(DisplayName = "a client that never reads is cut off")]
    public async Task A_client_that_never_reads_what_it_asked_for_is_cut_off()
    {
        var (deaf, well) = (_ward.TakeDevice(), _ward.TakeDevice());
        var before = await _ward.MetricAsync("wardwatch_gateway_deadlines_total", "what=\"Send\"", Cancellation);
        await using var healthy = await DeviceLink.OpenAsync(_ward.Server, well, MqttVersion.V500, Cancellation);
        await using var link = await DeviceLink.OpenAsync(_ward.Server, deaf, MqttVersion.V311, Cancellation);

        // Each SUBSCRIBE of many filters is answered with a byte for each of them, and nothing is ever read.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var asking = Task.Run(() => AskAsync(link, ended.Token), Cancellation);
        await Poll.UntilAsync(() => Task.FromResult(asking.IsCompleted), Poll.Patience, "the server has cut it off", Cancellation);
        await _ward.ShouldBeServedAsync(healthy, well, Cancellation);
        await _ward.CountsAsync("wardwatch_gateway_deadlines_total", "what=\"Send\"", before + 1, Cancellation);
    }

    [Fact(DisplayName = "guessing at tokens: answered ever more slowly, and the device itself is let in at once")]
    public async Task Guessing_is_answered_slowly_and_locks_nobody_out()
    {
        var device = _ward.TakeDevice();
        var delayed = await _ward.MetricAsync("wardwatch_gateway_answers_delayed_total", "", Cancellation);
        var guesses = Enumerable.Range(0, 12).Select(_ => GuessAsync(device)).ToArray();
        await Poll.UntilAsync(async () => await _ward.MetricAsync("wardwatch_gateway_answers_delayed_total", "", Cancellation) > delayed, Soon, "an answer is kept back", Cancellation);

        // From the very address of the guesser, while its answers are kept back.
        await using var link = await Attack.OpenAsync(_ward.Server, device, "127.0.6.1", Cancellation);
        await _ward.ShouldBeServedAsync(link, device, Cancellation);
        (await Task.WhenAll(guesses)).ShouldAllBe(reason => reason == MqttReason.BadUserNameOrPassword);
        await _ward.ShouldBeServedAsync(link, device, Cancellation);
        (await _ward.Server.LinesAsync("CONNECTs from 127.0.6.1 were refused", Cancellation)).ShouldBe(1);
    }

    private Task<double> RefusedAsync(string limit) => _ward.MetricAsync("wardwatch_gateway_connections_refused_total", $"limit=\"{limit}\"", Cancellation);

    private async Task<MqttReason?> GuessAsync(BedsideDevice device)
    {
        await using var link = await Attack.LinkAsync(_ward.Server, "127.0.6.1", MqttVersion.V500, Cancellation);
        return (await link.ConnectAsync(device.Id, "a guess", Cancellation))?.Reason;
    }

    private async Task<DeviceLink?> TryOpenAsync(BedsideDevice device, string from)
    {
        try
        {
            return await Attack.OpenAsync(_ward.Server, device, from, Cancellation);
        }
        catch (Exception refused) when (refused is IOException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            return null;
        }
    }

    /// <summary>Keeps as many silent connections as its address may have.</summary>
    private async Task KeepConnectingAsync(string from, CancellationToken ended)
    {
        var open = new Queue<Socket>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                if (await Attack.TryTcpAsync(_ward.Server, from, ended) is { } socket)
                {
                    open.Enqueue(socket);
                }

                if (open.Count > 200)
                {
                    open.Dequeue().Dispose();
                }
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException)
        {
            // The test ends.
        }

        foreach (var connection in open)
        {
            connection.Dispose();
        }
    }

    private static async Task AskAsync(DeviceLink link, CancellationToken cancellation)
    {
        var ask = Subscribe();
        try
        {
            while (true)
            {
                await link.SendAsync(ask, cancellation);
            }
        }
        catch (Exception cut) when (cut is IOException or SocketException)
        {
            // As it should be.
        }
    }

    private static byte[] Subscribe()
    {
        const int filters = 60;
        byte[] body = [0, 1, .. Enumerable.Repeat((byte[])[0, 1, (byte)'x', 0], filters).SelectMany(filter => filter)];
        return [0x82, (byte)(body.Length & 0x7F | 0x80), (byte)(body.Length >> 7), .. body];
    }
}
