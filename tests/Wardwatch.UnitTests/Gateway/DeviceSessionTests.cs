using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Gateway;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.UnitTests.Monitoring;
using Xunit;
using static Wardwatch.UnitTests.Gateway.Packets;

namespace Wardwatch.UnitTests.Gateway;

/// <summary>A session byte by byte: what is handed to the lanes, and what the device is answered.</summary>
public class DeviceSessionTests
{
    private const MqttVersion V311 = MqttVersion.V311;
    private const MqttVersion V500 = MqttVersion.V500;

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task A_reading_is_acknowledged_when_its_batch_is_durable_and_not_before(MqttVersion version)
    {
        var rig = new SessionRig(version).Start();
        await rig.SendAsync(Publish(version, 7));
        var batch = await rig.Queue.NextAsync(0);
        batch.Topic(0).ToArray().ShouldBe(SessionRig.Topic);
        batch.Envelope(0).ToArray().ShouldBe("payload"u8.ToArray());
        batch.ReceivedAt.ShouldBe(TestWard.Start);
        await rig.PingAsync();
        batch.Committed();
        (await rig.ReceiveAsync()).ShouldBe("40020007");
        await rig.HangUpAsync();
        (await rig.EndAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task However_the_bytes_are_cut_the_same_comes_of_them(MqttVersion version)
    {
        byte[] stream = [.. Publish(version, 1, "one"), .. Ping, .. Subscribe(version, 2, "devices/mon-10/commands"), .. Publish(version, 3, "two"), .. Disconnect];
        for (var cut = 1; cut < stream.Length; cut++)
        {
            var rig = new SessionRig(version).Start();
            await rig.SendAsync(stream[..cut]);
            await rig.SendAsync(stream[cut..]);
            await rig.Running.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken);
            rig.Queue.Published.SelectMany(batch => Enumerable.Range(0, batch.Count).Select(entry => System.Text.Encoding.UTF8.GetString(batch.Envelope(entry))))
                .ShouldBe(["one", "two"], $"cut at {cut}");
            (await rig.EndAsync()).ShouldBe(["D000", version == V311 ? "9003000201" : "900400020001"], $"cut at {cut}");
        }
    }

    [Fact]
    public async Task A_stream_that_comes_byte_by_byte_is_read_like_any_other()
    {
        var rig = new SessionRig().Start();
        foreach (var part in Publish(V500, 1).Concat(Ping))
        {
            await rig.SendAsync([part]);
        }

        (await rig.ReceiveAsync()).ShouldBe("D000");
        rig.Queue.Published.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Qos_0_is_handed_over_and_not_answered()
    {
        var rig = new SessionRig().Start();
        await rig.SendAsync(Publish(V500, 0, qos: QualityOfService.AtMostOnce));
        (await rig.Queue.NextAsync(0)).Committed();
        await rig.PingAsync();
    }

    [Theory]
    [InlineData(MqttVersion.V311, "")]
    [InlineData(MqttVersion.V500, "E0019B")]
    public async Task Qos_2_ends_the_session(MqttVersion version, string goodbye) =>
        await EndsAsync(version, Publish(version, 1, qos: QualityOfService.ExactlyOnce), goodbye);

    [Fact]
    public async Task An_oversize_packet_is_refused_from_its_header_alone() =>
        await EndsAsync(V500, [0x32, 0xFF, 0xFF, 0xFF, 0x7F], "E00195");

    [Theory]
    [InlineData("32FFFFFFFFFF")]
    [InlineData("00")]
    [InlineData("3605")]
    [InlineData("C00100")]
    [InlineData("3004FFFF6162")]
    public async Task A_malformed_packet_ends_the_session(string hex) => await EndsAsync(V500, Convert.FromHexString(hex), "E00181");

    [Theory]
    [InlineData("20020000")]
    [InlineData("F000")]
    public async Task A_packet_that_no_device_sends_here_ends_the_session(string hex) => await EndsAsync(V500, Convert.FromHexString(hex), "E00182");

    [Theory]
    [InlineData("hospital/h1/ward/w1/patient/+")]
    [InlineData("hospital/#")]
    public async Task A_topic_with_wildcards_ends_the_session(string topic) =>
        await EndsAsync(V500, Publish(V500, 1, topic: System.Text.Encoding.UTF8.GetBytes(topic)), "E00181");

    [Fact]
    public async Task A_topic_alias_that_was_not_granted_ends_the_session() =>
        await EndsAsync(V500, Convert.FromHexString("300A0001" + "61" + "03" + "230001" + "626262"), "E00194");

    [Fact]
    public async Task A_foreign_topic_is_answered_in_5_and_is_told_to_nobody_else()
    {
        var rig = new SessionRig().Start();
        await rig.SendAsync(Publish(V500, 1), Publish(V500, 2, topic: TestWard.TopicOf(2)), Publish(V500, 3));
        var batch = await rig.Queue.NextAsync(0);
        batch.Outcome(1).ShouldBe(RefusalReason.NotPermitted);
        (batch.Topic(1).Length, batch.Envelope(1).Length).ShouldBe((0, 0));
        batch.Committed();
        (await rig.ReceiveAsync()).ShouldBe("40020001");
        (await rig.ReceiveAsync()).ShouldBe("4003000287");
        (await rig.ReceiveAsync()).ShouldBe("40020003");
    }

    [Fact]
    public async Task A_foreign_topic_ends_a_session_of_3_1_1() => await EndsAsync(V311, Publish(V311, 2, topic: TestWard.TopicOf(2)), "");

    [Fact]
    public async Task A_device_may_listen_to_its_own_commands_and_to_nothing_else()
    {
        var rig = new SessionRig().Start();
        await rig.SendAsync(Subscribe(V500, 1, "devices/mon-10/commands", "devices/mon-11/commands", "#"));
        (await rig.ReceiveAsync()).ShouldBe("9006000100018787");
        await rig.SendAsync(Unsubscribe(V500, 2, "devices/mon-10/commands", "x"));
        (await rig.ReceiveAsync()).ShouldBe("B00500020000" + "11");
        var old = new SessionRig(V311).Start();
        await old.SendAsync(Subscribe(V311, 1, "devices/mon-10/commands", "#"), Unsubscribe(V311, 2, "x"));
        (await old.ReceiveAsync()).ShouldBe("900400010180");
        (await old.ReceiveAsync()).ShouldBe("B0020002");
    }

    [Theory]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    public async Task Each_filter_is_answered_however_many_there_are(int count)
    {
        var filters = Enumerable.Range(0, count).Select(i => $"f{i}").Append("devices/mon-10/commands").ToArray();
        var rig = new SessionRig().Start();
        await rig.SendAsync(Subscribe(V500, 1, filters), Unsubscribe(V500, 2, filters));
        (await rig.ReceiveAsync()).ShouldEndWith("000100" + string.Concat(Enumerable.Repeat("87", count)) + "01");
        (await rig.ReceiveAsync()).ShouldEndWith("000200" + string.Concat(Enumerable.Repeat("11", count)) + "00");
    }

    [Fact]
    public async Task More_unacknowledged_readings_than_were_granted_end_the_session()
    {
        var rig = new SessionRig(options: new GatewayOptions { MaxInFlight = 2 }).Start();
        await rig.SendAsync(Publish(V500, 1), Publish(V500, 2));
        await rig.PingAsync();
        rig.Queue.Published.Sum(batch => batch.Count).ShouldBe(2);
        await rig.SendAsync(Publish(V500, 3));
        (await rig.EndAsync()).ShouldBe(["E00193"]);
    }

    [Fact]
    public async Task An_acknowledged_reading_makes_room_for_the_next()
    {
        var rig = new SessionRig(options: new GatewayOptions { MaxInFlight = 1 }).Start();
        for (ushort id = 1; id <= 5; id++)
        {
            await rig.SendAsync(Publish(V500, id));
            (await rig.Queue.NextAsync(id - 1)).Committed();
            (await rig.ReceiveAsync()).ShouldBe($"4002{id:X4}");
        }
    }

    [Fact]
    public async Task After_a_failed_commit_nothing_is_acknowledged_and_the_session_ends()
    {
        var rig = new SessionRig().Start();
        await rig.SendAsync(Publish(V500, 1));
        var first = await rig.Queue.NextAsync(0);
        await rig.SendAsync(Publish(V500, 2));
        var second = await rig.Queue.NextAsync(1);
        second.Committed();
        first.Failed();
        (await rig.EndAsync()).ShouldBe(["E00180"]);
    }

    [Fact]
    public async Task An_orderly_stop_answers_what_was_read_and_says_so()
    {
        var rig = new SessionRig().Start();
        await rig.SendAsync(Publish(V500, 1), Publish(V500, 2));
        var batch = await rig.Queue.NextAsync(0);
        rig.Session.Drain();
        rig.Running.IsCompleted.ShouldBeFalse("what was read is not answered yet");
        batch.Committed();
        (await rig.EndAsync()).ShouldBe(["40020001", "40020002", "E0018B"]);
    }

    [Fact]
    public async Task An_orderly_stop_waits_no_longer_than_it_may()
    {
        var rig = new SessionRig(options: new GatewayOptions { DrainSeconds = 0 }).Start();
        await rig.SendAsync(Publish(V500, 1));
        var batch = await rig.Queue.NextAsync(0);
        rig.Session.Drain();
        (await rig.EndAsync()).ShouldBe(["E0018B"]);
        batch.Committed(); // too late: nobody is there to hear it
    }

    [Fact]
    public async Task A_newer_session_of_the_device_takes_over_and_the_older_is_told()
    {
        using var sessions = new Sessions(new FakeDevices(), new GatewayMetrics(new UnreadMeters(), TimeProvider.System), new NodeDrain(), TimeProvider.System);
        var (older, newer) = (new SessionRig().Start(), new SessionRig().Start());
        sessions.Enter(older.Session);
        sessions.Enter(newer.Session);
        (await older.EndAsync()).ShouldBe(["E0018E"]);
        sessions.Leave(older.Session); // must not remove the newer one
        var third = new SessionRig().Start();
        sessions.Enter(third.Session);
        (await newer.EndAsync()).ShouldBe(["E0018E"]);
        await third.PingAsync();
    }

    [Fact]
    public async Task A_device_that_disconnects_in_order_hears_nothing_more()
    {
        var rig = new SessionRig().Start();
        await rig.SendAsync(Publish(V500, 1), Disconnect);
        (await rig.EndAsync()).ShouldBeEmpty();
        rig.Queue.Published.Count.ShouldBe(1, "what it sent before is handed over all the same");
    }

    [Fact]
    public async Task Drawn_bytes_never_break_a_session_but_end_it()
    {
        var random = new Random(20261120);
        for (var round = 0; round < 200; round++)
        {
            var bytes = new byte[random.Next(1, 300)];
            random.NextBytes(bytes);
            var rig = new SessionRig(round % 2 == 0 ? V500 : V311).Start();
            await rig.SendAsync(bytes);
            await rig.HangUpAsync();
            await rig.EndAsync();
            rig.Running.IsCompletedSuccessfully.ShouldBeTrue();
        }
    }

    private static async Task<List<string>> GoodbyeAsync(MqttVersion version, byte[] bytes)
    {
        var rig = new SessionRig(version).Start();
        await rig.SendAsync(bytes);
        return await rig.EndAsync();
    }

    private static async Task EndsAsync(MqttVersion version, byte[] bytes, string goodbye) =>
        (await GoodbyeAsync(version, bytes)).ShouldBe(goodbye.Length > 0 ? [goodbye] : []);
}
