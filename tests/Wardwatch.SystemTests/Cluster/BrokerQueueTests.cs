using RabbitMQ.Client;
using Shouldly;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Cluster.Queue;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Cluster;

/// <summary>The promises over RabbitMQ, and what becomes of them when a monitor dies or stands still, the broker goes, or nobody reads.</summary>
public sealed class BrokerQueueTests(BrokerWard ward) : EnvelopeQueueSuite, IClassFixture<BrokerWard>
{
    private static readonly TimeSpan HandOver = Poll.Patience;

    protected override IWard Ward
    {
        get
        {
            Assert.SkipWhen(!Wardwatch.Benchmarks.Events.RabbitBroker.IsInstalled, "RabbitMQ is not installed (package rabbitmq-server).");
            return ward;
        }
    }

    [Fact]
    public async Task Partitions_are_divided_among_the_monitors_and_a_killed_ones_go_to_the_other()
    {
        StartDevices(12);
        await DividedAsync(2);
        await AcknowledgedAsync(300);
        var killed = ward.Monitors[0];
        await killed.KillAsync(Cancellation);
        await DividedAsync(1);
        await AcknowledgedAsync(300);
        await killed.StartAsync(Cancellation);
        await DividedAsync(2);
        await AcknowledgedAsync(300);
        await FinishAsync();
    }

    [Fact]
    public async Task A_drained_monitor_gives_its_partitions_back_while_it_still_runs()
    {
        StartDevices(12);
        await DividedAsync(2);
        await AcknowledgedAsync(300);
        var drained = ward.Monitors[0];
        await ward.Cluster.DrainAsync(drained, Cancellation);
        await DividedAsync(1);
        (await drained.HealthAsync(Cancellation)).ShouldContain("being drained", customMessage: "it still serves, and is not yet about to end");
        await AcknowledgedAsync(300);
        (await drained.StopAsync(Cancellation)).ShouldBe(0);
        await drained.StartAsync(Cancellation);
        await DividedAsync(2);
        await FinishAsync();
        Fleet.Sum(one => one.Disconnections).ShouldBe(0, "devices notice nothing");
    }

    [Fact]
    public async Task A_monitor_that_stood_still_while_another_took_over_stores_nothing_more()
    {
        StartDevices(12);
        await DividedAsync(2);
        await AcknowledgedAsync(300);
        var stalled = ward.Monitors[0];
        var id = stalled.Id;
        Signals.Send(id, Signals.Stop);
        try
        {
            await DividedAsync(1);
            await AcknowledgedAsync(300);
        }
        finally
        {
            Signals.Send(id, Signals.Continue);
        }

        await Poll.UntilAsync(() => Task.FromResult(stalled.Log.Contains("was taken by another process", StringComparison.Ordinal)), HandOver, "it is told that it lost its partitions", Cancellation);
        await DividedAsync(2);
        await AcknowledgedAsync(300);
        await FinishAsync();
    }

    [Fact]
    public async Task While_the_broker_is_away_devices_keep_their_sessions_and_then_everything_arrives()
    {
        StartDevices(8);
        await AcknowledgedAsync(200);
        var epochs = await EpochsAsync();
        await ward.Cluster.Broker.StopAsync(Cancellation);
        var device = TakeDevice();
        await using var link = new DeviceLink(await Ward.Gateway.DialAsync(Cancellation), MqttVersion.V500);
        (await link.ConnectAsync(device.Id, device.Token, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        link.Queue(device.Seal(TimeProvider.System.GetUtcNow(), "\"hr\":63"), 1);
        await link.FlushAsync(Cancellation);
        await link.SendAsync(new byte[] { 0xC0, 0 }, Cancellation);
        (await link.ReadAsync(Cancellation)).ShouldNotBeNull().Type.ShouldBe(MqttPacketType.PingResp, "it is answered to what needs no broker, and nothing is acknowledged");
        await ward.Cluster.Broker.StartAsync(Cancellation);
        (await link.ReadAsync(Cancellation)).ShouldNotBeNull().ShouldSatisfyAllConditions(answer => answer.Type.ShouldBe(MqttPacketType.PubAck), answer => answer.PacketId.ShouldBe((ushort)1));
        await AcknowledgedAsync(200);
        await FinishAsync();
        Fleet.Sum(one => one.Disconnections).ShouldBe(0, "no session ended");
        (await EpochsAsync()).ShouldBe(epochs, "no partition changed hands");
    }

    [Fact]
    public async Task Where_nobody_reads_the_queue_fills_the_devices_wait_and_health_says_so()
    {
        foreach (var monitor in ward.Monitors)
        {
            (await monitor.StopAsync(Cancellation)).ShouldBe(0);
        }

        (await ward.Cluster.PartitionsAsync(Cancellation)).ShouldAllBe(partition => partition.Node == null, "a monitor that stops gives its partitions back");
        StartDevices(16, window: 400);
        await Poll.UntilAsync(async () => (await ward.GatewayNode.MetricsAsync(Cancellation))["wardwatch_cluster_messages_not_taken_total"] > 0, Soon, "a queue is full", Cancellation);
        await Poll.UntilAsync(async () => (await ward.GatewayNode.HealthAsync(Cancellation)).Contains("Nobody reads partitions", StringComparison.Ordinal), Soon, "health says so", Cancellation);
        var acknowledged = Acknowledged;
        await Task.WhenAll(ward.Monitors.Select(monitor => monitor.StartAsync(Cancellation)));
        await Poll.UntilAsync(() => Task.FromResult(Acknowledged > acknowledged + 500), Soon, "it goes on", Cancellation);
        await FinishAsync();
        Fleet.Sum(one => one.Disconnections).ShouldBe(0, "no session ended");
    }

    [Fact]
    public async Task A_message_that_is_none_of_ours_is_set_aside_in_the_broker_and_what_follows_is_stored()
    {
        var factory = new ConnectionFactory { Uri = new Uri(ward.Cluster.Broker.Address) };
        await using var connection = await factory.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), Cancellation);
        var before = await channel.MessageCountAsync(EnvelopeTopology.Dead, Cancellation);
        byte[][] bodies = [[], [1], [1, 0, 0, 0, 4, 0, 1], [2, 0, 0, 0, 4, 0, 0], [1, 0, 0, 0, 4, 0xFF, 0xFF, .. new byte[40]]];
        foreach (var body in bodies)
        {
            await channel.BasicPublishAsync(EnvelopeTopology.Exchange, "0", mandatory: true, body, Cancellation);
        }

        StartDevices(8);
        await AcknowledgedAsync(100);
        await Poll.UntilAsync(async () => await channel.MessageCountAsync(EnvelopeTopology.Dead, Cancellation) == before + bodies.Length, Soon, "all of them are set aside", Cancellation);
        await FinishAsync();
    }

    /// <summary>Waits until so many monitors have all partitions among them, none more than its share.</summary>
    private Task DividedAsync(int monitors) => Poll.UntilAsync(
        async () =>
        {
            var owners = (await ward.Cluster.PartitionsAsync(Cancellation)).GroupBy(partition => partition.Node).ToList();
            return owners.Count == monitors && owners.All(owner => owner.Key is not null && owner.Count() == BrokerWard.Partitions / monitors);
        },
        HandOver, $"{monitors} monitors have the partitions", Cancellation);

    private async Task<string> EpochsAsync() => string.Join(' ', (await ward.Cluster.PartitionsAsync(Cancellation)).Select(partition => partition.Epoch));
}
