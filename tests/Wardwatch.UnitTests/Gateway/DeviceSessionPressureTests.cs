using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Gateway;
using Wardwatch.UnitTests.Monitoring;
using Xunit;
using static Wardwatch.UnitTests.Gateway.Packets;
using static Wardwatch.UnitTests.Monitoring.TestWard;

namespace Wardwatch.UnitTests.Gateway;

/// <summary>A session whose lane is full, whose device is slow, and whose device changes hands meanwhile.</summary>
public class DeviceSessionPressureTests
{
    private const MqttVersion V311 = MqttVersion.V311;
    private const MqttVersion V500 = MqttVersion.V500;

    [Fact]
    public async Task A_ping_is_answered_while_the_lane_is_full()
    {
        var rig = FullRig();
        await rig.SendAsync(Publish(V500, 1));
        await rig.PingAsync();
        await rig.SendAsync(Publish(V500, 2));
        await rig.PingAsync();
        rig.Queue.Published.ShouldBeEmpty();
        rig.Queue.MakeRoom();
        await TotalAsync(rig, 2);
    }

    [Fact]
    public async Task What_waits_for_its_lane_keeps_the_time_at_which_it_came()
    {
        // With the database away for minutes, a reading must look neither older than it is nor as if it came from the future.
        var rig = FullRig();
        await rig.SendAsync(Publish(V500, 1, "early"));
        await rig.PingAsync();
        rig.Clock.Now += TimeSpan.FromMinutes(6);
        await rig.SendAsync(Publish(V500, 2, "later"));
        await rig.PingAsync();
        rig.Queue.MakeRoom();
        await TotalAsync(rig, 2);
        Received(rig).ShouldBe([("early", TestWard.Start), ("later", TestWard.Start + 360 * Second)]);
    }

    [Fact]
    public async Task A_device_that_changes_hands_while_its_lane_is_full_is_not_taken_for_the_earlier_wearers()
    {
        var rig = FullRig();
        await rig.SendAsync(Publish(V500, 1, "first"));
        await rig.PingAsync();
        rig.Directory.Put(Device(10, Binding(1, until: TestWard.Start), Binding(2, from: TestWard.Start)));
        await rig.SendAsync(Publish(V500, 2, "second", topic: TopicOf(2)));
        await rig.PingAsync();
        rig.Queue.MakeRoom();
        await TotalAsync(rig, 2);
        rig.Queue.Published.Select(batch => batch.Device.BindingAt(TestWard.Start)!.PatientNumber).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_connection_of_3_1_1_that_filled_its_share_goes_on_when_its_lane_has_room()
    {
        // More messages wait here, none of them with the lane, than may be unacknowledged: no acknowledgement will ever come before they are handed over.
        var rig = FullRig(V311, new GatewayOptions { MaxInFlight = 4 });
        await rig.SendAsync([.. Enumerable.Range(1, 8).Select(id => Publish(V311, (ushort)id))]);
        await rig.SendAsync(Ping);
        await HeldBackAsync(rig);
        rig.Queue.MakeRoom();
        await TotalAsync(rig, 8);
        foreach (var batch in rig.Queue.Published)
        {
            batch.Committed();
        }

        var answers = new List<string>();
        for (var i = 0; i < 9; i++)
        {
            answers.Add(await rig.ReceiveAsync());
        }

        answers.Where(answer => answer != "D000").ShouldBe(Enumerable.Range(1, 8).Select(id => $"4002{id:X4}"));
    }

    [Fact]
    public async Task A_connection_may_have_only_so_much_waiting_and_then_the_socket_waits()
    {
        var rig = FullRig(options: new GatewayOptions { MaxWaitingBytes = 4096 });
        for (ushort id = 1; id <= 4; id++)
        {
            await rig.SendAsync(Publish(V500, id, new string('x', 1500)));
        }

        // Once it holds its share it reads no more. Keep-alive does not blame the device for that.
        await rig.SendAsync(Ping);
        await HeldBackAsync(rig);
        rig.Session.Sweep(Environment.TickCount64 + 1_000_000);
        rig.Queue.MakeRoom();
        (await rig.ReceiveAsync()).ShouldBe("D000");
        await TotalAsync(rig, 4);
    }

    [Fact]
    public async Task Foreign_topics_without_an_acknowledgement_to_give_are_not_gathered()
    {
        var rig = FullRig();
        for (var i = 0; i < 50; i++)
        {
            await rig.SendAsync(Publish(V500, 0, topic: TopicOf(2), qos: QualityOfService.AtMostOnce));
        }

        await rig.SendAsync(Publish(V500, 1));
        await rig.PingAsync();
        rig.Queue.MakeRoom();
        await TotalAsync(rig, 1);
    }

    [Fact]
    public async Task When_the_lanes_close_the_session_ends_and_acknowledges_nothing()
    {
        var rig = FullRig();
        await rig.SendAsync(Publish(V500, 1));
        await rig.PingAsync();
        rig.Queue.MakeRoom(open: false);
        var packets = await rig.EndAsync();
        packets.ShouldNotContain("40020001");
    }

    [Fact]
    public async Task A_device_that_says_nothing_for_one_and_a_half_keep_alives_is_ended()
    {
        var rig = new SessionRig(keepAliveSeconds: 10).Start();
        var before = Environment.TickCount64; // it is heard then or later, however long a thread stands still
        await rig.PingAsync();
        rig.Session.Sweep(before + 14_000);
        await rig.PingAsync();
        rig.Session.Sweep(Environment.TickCount64 + 15_500);
        (await rig.EndAsync()).ShouldBe(["E0018D"]);
    }

    [Fact]
    public async Task Without_a_keep_alive_silence_is_allowed()
    {
        var rig = new SessionRig(V311, keepAliveSeconds: 0).Start();
        rig.Session.Sweep(Environment.TickCount64 + 100_000_000);
        await rig.PingAsync();
    }

    [Fact]
    public async Task A_packet_that_trickles_in_does_not_count_as_a_sign_of_life()
    {
        // Keep-alive is between packets (MQTT 5.0, 3.1.2.10); or one byte now and then would hold a connection for ever.
        var rig = new SessionRig(keepAliveSeconds: 1, options: new GatewayOptions()).Start();
        var packet = Publish(V500, 1, new string('x', 500));
        for (var at = 0; !rig.Running.IsCompleted && at < packet.Length - 1; at++)
        {
            await rig.SendAsync([packet[at]]);
            var sent = Environment.TickCount64;
            while (Environment.TickCount64 < sent + 2)
            {
                await Task.Yield();
            }

            rig.Session.Sweep(sent + 1400); // a tenth of a second before the limit, if the byte counted
        }

        (await rig.EndAsync()).ShouldBe(["E0018D"]);
    }

    [Fact]
    public async Task A_packet_that_does_not_end_in_time_ends_the_session_however_many_came_before()
    {
        var rig = new SessionRig(keepAliveSeconds: 600, options: new GatewayOptions { PacketSeconds = 5 }).Start();
        var packet = Publish(V500, 1);
        var before = Environment.TickCount64;
        await rig.SendAsync(Ping, packet[..^1]);
        (await rig.ReceiveAsync()).ShouldBe("D000");
        rig.Session.Sweep(before + 4_000);
        await rig.SendAsync(packet[^1..], packet[..2]); // in time, and the next one begins
        await rig.Queue.NextAsync(0);
        rig.Session.Sweep(before + 4_900);
        rig.Running.IsCompleted.ShouldBeFalse();
        rig.Session.Sweep(Environment.TickCount64 + 5_500);
        (await rig.EndAsync()).ShouldBe(["E00197"]);
    }

    [Fact]
    public async Task A_device_that_sends_too_fast_is_not_read_for_a_while_and_loses_nothing()
    {
        // Held back for two seconds, so that it is seen even where a thread stands still for one.
        var rig = new SessionRig(keepAliveSeconds: 1, options: new GatewayOptions { MessagesPerSecond = 5, BurstSeconds = 1 }).Start();
        await rig.SendAsync([.. Enumerable.Range(1, 15).Select(id => Publish(V500, (ushort)id))]);
        await HeldBackAsync(rig);
        rig.Session.Sweep(Environment.TickCount64 + 1_000_000); // it is we who do not read
        await TotalAsync(rig, 15);
        await rig.SendAsync(Publish(V500, 16));
        await rig.PingAsync();
        await TotalAsync(rig, 16);
    }

    [Fact]
    public async Task Pings_count_as_packets_too()
    {
        var rig = new SessionRig(options: new GatewayOptions { MessagesPerSecond = 1, BurstSeconds = 1 }).Start();
        await rig.SendAsync([.. Enumerable.Repeat(Ping, 14)]);
        await HeldBackAsync(rig);
    }

    [Fact]
    public async Task While_too_much_waits_in_all_a_connection_that_itself_has_little_is_not_read_either()
    {
        var waiting = new WaitingBytes(10_000);
        var others = 0;
        waiting.Tell(ref others, 10_000);
        var rig = new SessionRig(waiting: waiting) { Queue = { IsFull = true } };
        rig.Start();
        await rig.SendAsync(Publish(V500, 1));
        await HeldBackAsync(rig);
        waiting.Count.ShouldBeGreaterThan(10_000);
        rig.Queue.MakeRoom();
        await TotalAsync(rig, 1);
        await rig.PingAsync();
        waiting.Count.ShouldBe(10_000);
    }

    [Fact]
    public async Task What_an_ended_session_had_waiting_no_longer_counts()
    {
        var rig = FullRig();
        await rig.SendAsync(Publish(V500, 1));
        await rig.PingAsync();
        await rig.WaitingAsync();
        rig.Session.End(MqttReason.SessionTakenOver);
        await rig.EndAsync();
        rig.Waiting.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_connection_whose_key_is_revoked_is_ended_at_the_next_sweep_and_one_that_gets_a_new_key_is_not()
    {
        var rig = new SessionRig().Start();
        var (first, old) = (Device(), Device().Keys[0]);
        var second = old with { KeyId = old.KeyId + 1 };
        rig.Directory.Put(WithKeys(first, old, second));
        rig.Session.Sweep(Environment.TickCount64);
        await rig.PingAsync();
        rig.Directory.Put(WithKeys(first, second));
        await rig.SendAsync(Publish(V500, 1)); // the session has seen the change before the sweep does
        await rig.Queue.NextAsync(0);
        rig.Session.Sweep(Environment.TickCount64);
        (await rig.EndAsync()).ShouldBe(["E00187"]);
    }

    [Fact]
    public async Task A_device_that_is_revoked_is_ended_at_the_next_sweep()
    {
        var rig = new SessionRig().Start();
        await rig.PingAsync();
        rig.Directory.Remove("mon-10");
        rig.Session.Sweep(Environment.TickCount64);
        (await rig.EndAsync()).ShouldBe(["E00187"]);
    }

    [Fact]
    public async Task A_device_that_was_revoked_between_its_log_in_and_its_session_is_ended_too()
    {
        var directory = new FakeDevices(Device());
        directory.Remove("mon-10");
        var rig = new SessionRig(directory: directory).Start();
        rig.Session.Sweep(Environment.TickCount64);
        (await rig.EndAsync()).ShouldBe(["E00187"]);
    }

    [Fact]
    public async Task A_new_binding_counts_from_the_next_message_on()
    {
        var rig = new SessionRig().Start();
        await rig.SendAsync(Publish(V500, 1));
        await rig.Queue.NextAsync(0);
        rig.Directory.Put(Device(10, Binding(1, until: TestWard.Start), Binding(2, from: TestWard.Start)));
        await rig.SendAsync(Publish(V500, 2, topic: TopicOf(2)));
        (await rig.Queue.NextAsync(1)).Device.BindingAt(TestWard.Start)!.PatientNumber.ShouldBe(2);
    }

    private static SessionRig FullRig(MqttVersion version = V500, GatewayOptions? options = null)
    {
        var rig = new SessionRig(version, options: options);
        rig.Queue.IsFull = true;
        return rig.Start();
    }

    private static DeviceEntry WithKeys(DeviceEntry device, params DeviceKey[] keys) => new()
    {
        Number = device.Number,
        TenantId = device.TenantId,
        Id = device.Id,
        TokenHash = device.TokenHash,
        Keys = keys,
        Bindings = device.Bindings,
    };

    private static IEnumerable<(string Payload, long At)> Received(SessionRig rig) => rig.Queue.Published.SelectMany(batch =>
        Enumerable.Range(0, batch.Count).Select(entry => (System.Text.Encoding.UTF8.GetString(batch.Envelope(entry)), batch.ReceivedAt)));

    private static async Task TotalAsync(SessionRig rig, int messages)
    {
        var number = 0;
        while (rig.Queue.Published.Sum(batch => batch.Count) < messages)
        {
            await rig.Queue.NextAsync(number++);
        }

        rig.Queue.Published.Sum(batch => batch.Count).ShouldBe(messages);
    }

    /// <summary>Waits until the session has stopped reading: its input stays where it is.</summary>
    private static async Task HeldBackAsync(SessionRig rig)
    {
        using var deadline = SessionRig.Deadline();
        while (!rig.Session.IsHoldingBack)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
