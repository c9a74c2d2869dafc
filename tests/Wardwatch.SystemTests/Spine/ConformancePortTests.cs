using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Shouldly;
using Wardwatch.Conformance;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Spine;

/// <summary>A demo hospital whose port for conformance suites is open.</summary>
public sealed class ConformanceWard : IAsyncLifetime
{
    private DemoWard? _ward;

    /// <summary>The hospital.</summary>
    public DemoWard Ward => _ward!;

    /// <summary>The port that is open to anybody.</summary>
    public int Port { get; } = ServerProcess.FreePort();

    public async ValueTask InitializeAsync() =>
        _ward = await DemoWard.StartAsync(3, new() { ["Wardwatch__Gateway__ConformancePort"] = Port.ToString() }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_ward is not null)
        {
            await _ward.DisposeAsync();
        }
    }
}

/// <summary>The port for conformance suites over real sockets: every packet of the table, other people's clients, and that nothing of it reaches the hospital.</summary>
public sealed class ConformancePortTests(ConformanceWard conformance) : IClassFixture<ConformanceWard>
{
    private const int EnoughFailures = 10;
    private readonly DemoWard _ward = conformance.Ward;

    public static TheoryData<string> Groups => [.. Exchanges.Groups.Keys];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Each_packet_is_answered_as_the_standard_says(string group)
    {
        var failures = new List<string>();
        foreach (var exchange in Exchanges.Groups[group]().TakeWhile(_ => failures.Count < EnoughFailures))
        {
            byte[] sent = [.. Wire.Bytes(exchange.Opening), .. Wire.Bytes(exchange.Sent), .. exchange.Closes ? [] : Wire.Bytes("E0 []")];
            byte[] wanted = [.. Wire.Bytes(exchange.OpeningAnswer), .. Wire.Bytes(exchange.Answer)];
            var received = await TalkAsync(sent);
            if (!received.AsSpan().SequenceEqual(wanted))
            {
                failures.Add($"{exchange}: wanted {Convert.ToHexString(wanted)}, received {Convert.ToHexString(received)}");
            }
        }

        failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_that_is_sent_there_reaches_the_hospital()
    {
        var device = _ward.Devices[0];
        var message = device.Seal(TimeProvider.System.GetUtcNow(), "\"hr\":98");
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        var before = await CountsAsync();

        // A stranger takes the device's name and publishes what the device has sealed, on its topic: acknowledged, and gone.
        var payload = Convert.ToHexString(message.Envelope);
        var answer = await TalkAsync(Wire.Bytes($"10 [ 'MQTT' 05 02 003C [] '{device.Id}' ] 32 [ '{message.Topic}' 0001 [] {payload} ] E0 []"));
        answer.ShouldBe(Wire.Bytes($"{Exchange.Welcome5} 40 [ 0001 ]"));
        (await CountsAsync()).ShouldBe(before);
        (await _ward.RowsAsync(device, message, Cancellation)).ShouldBe(0);

        // The device's own session was not touched, and what it sends is stored.
        (await link.PublishAsync(message, 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        (await _ward.RowsAsync(device, message, Cancellation)).ShouldBe(1);
        (await CountsAsync()).ShouldNotBe(before);
    }

    [Fact]
    public async Task A_client_with_the_same_id_takes_the_session_over_there_as_well()
    {
        using var first = await DialAsync(IPAddress.Loopback);
        var connect = Wire.Bytes("10 [ 'MQTT' 05 02 0000 [] 'twice' ]");
        await first.GetStream().WriteAsync(connect, Cancellation);
        await first.GetStream().ReadExactlyAsync(new byte[Wire.Bytes(Exchange.Welcome5).Length], Cancellation);
        using var second = await DialAsync(IPAddress.Loopback);
        await second.GetStream().WriteAsync(connect, Cancellation);
        (await ReadToEndAsync(first)).ShouldBe(Wire.Bytes("E0 [ 8E ]"));
    }

    [Fact]
    public async Task It_is_open_on_this_machine_only_and_the_start_says_so()
    {
        await _ward.Server.SaysAsync($"The port for conformance suites is open: {conformance.Port}", Cancellation);
        var others = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))
            .ToList();
        Assert.SkipWhen(others.Count == 0, "This machine has no address but its own.");
        foreach (var address in others)
        {
            await Should.ThrowAsync<SocketException>(() => DialAsync(address));
        }
    }

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task Mosquitto_publishes_to_any_topic_and_is_refused_its_subscription(string version)
    {
        ThirdPartyClients.RequireMosquitto();
        string[] arguments = ["-h", "localhost", "-p", conformance.Port.ToString(), "-V", version, "-t", "any/topic"];
        var published = await Tool.RunAsync("mosquitto_pub", [.. arguments, "-q", "1", "-r", "-m", "payload", "-d"], Cancellation);
        published.ExitCode.ShouldBe(0, published.Error);
        published.Output.ShouldContain("received PUBACK");
        var subscribed = await Tool.RunAsync("mosquitto_sub", [.. arguments, "-q", "1", "-W", "20"], Cancellation);
        subscribed.Error.ShouldContain("All subscription requests were denied");
    }

    [Theory]
    [InlineData(4, "subscribe 128, publish success")]
    [InlineData(5, "subscribe 135, publish success")]
    public async Task Paho_connects_publishes_and_is_refused_its_subscription(int version, string outcome)
    {
        var python = await ThirdPartyClients.FindPahoAsync(Cancellation);
        await ShouldSayAsync(python, "anonymous.py", version, outcome);
    }

    [Theory]
    [InlineData(4, "subscribe 128, publish success")]
    [InlineData(5, "subscribe 135, publish success")]
    public async Task MQTT_js_connects_publishes_and_is_refused_its_subscription(int version, string outcome)
    {
        await ThirdPartyClients.RequireMqttJsAsync(Cancellation);
        await ShouldSayAsync("node", "anonymous.mjs", version, outcome);
    }

    private async Task ShouldSayAsync(string program, string script, int version, string outcome)
    {
        var result = await Tool.RunAsync(program, [Path.Combine(ThirdPartyClients.Scripts, script), version.ToString(), conformance.Port.ToString()], Cancellation);
        result.Output.Trim().ShouldBe(outcome, result.Error);
    }

    /// <summary>What the hospital has counted of messages, in memory and in the database.</summary>
    private async Task<(double Received, double Sessions, double Stored, double SetAside)> CountsAsync() => (
        await _ward.MetricAsync("wardwatch_gateway_messages_received_total", "", Cancellation),
        await _ward.MetricAsync("wardwatch_gateway_sessions_total", "", Cancellation),
        await _ward.MetricAsync("wardwatch_readings_stored_total", "", Cancellation),
        await _ward.MetricAsync("wardwatch_dead_letters_total", "", Cancellation));

    /// <summary>Sends bytes and reads until the server closes.</summary>
    private async Task<byte[]> TalkAsync(byte[] bytes)
    {
        using var client = await DialAsync(IPAddress.Loopback);
        await client.GetStream().WriteAsync(bytes, Cancellation);
        return await ReadToEndAsync(client);
    }

    private async Task<TcpClient> DialAsync(IPAddress address)
    {
        var client = new TcpClient(address.AddressFamily) { NoDelay = true };
        try
        {
            await client.ConnectAsync(address, conformance.Port, Cancellation);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static async Task<byte[]> ReadToEndAsync(TcpClient client)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(Poll.Patience);
        using var all = new MemoryStream();
        try
        {
            await client.GetStream().CopyToAsync(all, deadline.Token);
        }
        catch (IOException)
        {
            // Reset in place of closed.
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            all.Write("still open"u8);
        }

        return all.ToArray();
    }
}
