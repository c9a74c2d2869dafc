using Npgsql;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Spine;

/// <summary>A broker that stands in front: a real Mosquitto with TLS, from which Wardwatch takes what devices publish there.</summary>
public sealed class BrokerTests : IAsyncLifetime
{
    private const int Kills = 4;
    private const int BetweenKills = 150;
    private static readonly TimeSpan Soon = Poll.Patience;

    private PrivateMosquitto? _broker;
    private DemoWard? _ward;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private PrivateMosquitto Broker => _broker!;

    private DemoWard Ward => _ward!;

    public async ValueTask InitializeAsync()
    {
        ThirdPartyClients.RequireMosquitto();
        _broker = new PrivateMosquitto();
        _ward = await DemoWard.StartAsync(
            8,
            new(StringComparer.Ordinal)
            {
                ["Wardwatch__MqttBroker__Url"] = $"mqtts://localhost:{_broker.Port}",
                ["Wardwatch__MqttBroker__AuthorityFile"] = _broker.AuthorityFile,
                ["Wardwatch__MqttBroker__User"] = PrivateMosquitto.User,
                ["Wardwatch__MqttBroker__PasswordFile"] = _broker.PasswordFile,
                ["Wardwatch__MqttBroker__MaxRetrySeconds"] = "1",
            },
            Cancellation);
        await _broker.AdmitAsync(_ward.Devices, Cancellation);
        await _broker.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_ward is not null)
        {
            await _ward.DisposeAsync();
        }

        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }

    /// <summary>One server for all of it, in this order.</summary>
    [Fact]
    public async Task What_devices_publish_to_another_broker_is_stored_once_whatever_is_killed()
    {
        await ConnectedAsync(1);
        await Messages_are_stored_under_the_device_that_sealed_them();
        await What_cannot_be_believed_is_set_aside_and_holds_nothing_up();
        await A_broker_that_goes_is_told_and_its_return_noticed();
        await What_the_broker_acknowledged_survives_kills_of_the_server();
    }

    private async Task Messages_are_stored_under_the_device_that_sealed_them()
    {
        // The second device of patient 1 publishes on the same topic; only the key tells them apart.
        var spare = Ward.Devices[^1];
        var pair = Ward.Devices.Where(device => device.Topic == spare.Topic).ToList();
        pair.Count.ShouldBe(2);
        foreach (var device in pair)
        {
            var message = device.Seal(Now, "\"hr\":77");
            await PublishAsync(device, message);
            await StoredAsync(device, message);
        }
    }

    private async Task What_cannot_be_believed_is_set_aside_and_holds_nothing_up()
    {
        var device = Ward.Devices[2];
        var changed = device.Seal(Now, "\"hr\":60");
        changed.Envelope[^1] ^= 1;
        await PublishAsync(device, changed);
        await PublishAsync(device, device.Seal(Now, "\"hr\":61") with { Topic = "hospital/demo/ward/ward-1/patient/nobody" });
        await PublishAsync(device, device.Seal(Now, "\"hr\":62") with { Topic = "hospital/elsewhere/ward/ward-1/patient/nobody" });
        var good = device.Seal(Now, "\"hr\":63");
        await PublishAsync(device, good);
        await StoredAsync(device, good);
        (await Ward.DeadLettersAsync(device, "wrong-tag", Cancellation)).ShouldBe(1);

        // Nobody's, but of this hospital: it is kept, where its administrators see it. Another hospital's is not.
        await using var count = Ward.Database.CreateCommand("select count(*) from dead_letters where device_no = 0");
        (await count.ExecuteScalarAsync(Cancellation)).ShouldBe(1L);
    }

    private async Task A_broker_that_goes_is_told_and_its_return_noticed()
    {
        await Broker.StopAsync(Cancellation);
        await ConnectedAsync(0);
        (await Ward.Client.GetStringAsync("/health/ready", Cancellation)).ShouldContain("mqtt-broker");
        await Broker.StartAsync(Cancellation);
        await ConnectedAsync(1);
        var device = Ward.Devices[3];
        var message = device.Seal(Now, "\"hr\":64");
        await PublishAsync(device, message);
        await StoredAsync(device, message);
    }

    private async Task What_the_broker_acknowledged_survives_kills_of_the_server()
    {
        var device = Ward.Devices[4];
        await using var link = await Broker.ConnectAsync(device, Cancellation);
        var acknowledged = new List<SealedMessage>();
        for (var kill = 0; kill < Kills; kill++)
        {
            var killing = KillAfterAsync(acknowledged.Count + (BetweenKills / 3), acknowledged);
            for (var i = 0; i < BetweenKills; i++)
            {
                var message = device.Seal(Now, $"\"hr\":{60 + (i % 60)}");
                (await link.PublishAsync(message, (ushort)((i % 60_000) + 1), Cancellation)).ShouldNotBeNull();
                lock (acknowledged)
                {
                    acknowledged.Add(message);
                }
            }

            await killing;
            await Ward.Server.StartAsync(Cancellation);
        }

        await Poll.UntilAsync(async () => (await Ward.RowsAsync(device, Cancellation)).Messages >= acknowledged.Count, Soon, "all that the broker acknowledged is stored", Cancellation);
        (await Ward.RowsAsync(device, Cancellation)).ShouldBe((acknowledged.Count, acknowledged.Count), "none lost, none doubled");
        await using var order = Ward.Database.CreateCommand(
            "select count(*) from (select counter < lag(counter) over (order by measured_at, counter) as back from readings join devices using (device_no) where device_id = $1) as r where back");
        order.Parameters.Add(new NpgsqlParameter { Value = device.Id });
        (await order.ExecuteScalarAsync(Cancellation)).ShouldBe(0L);
    }

    private async Task KillAfterAsync(int count, List<SealedMessage> acknowledged)
    {
        await Poll.UntilAsync(
            () =>
            {
                lock (acknowledged)
                {
                    return Task.FromResult(acknowledged.Count >= count);
                }
            },
            Soon, "enough was published", Cancellation);
        await Ward.Server.KillAsync(Cancellation);
    }

    private async Task PublishAsync(BedsideDevice device, SealedMessage message)
    {
        await using var link = await Broker.ConnectAsync(device, Cancellation);
        (await link.PublishAsync(message, 1, Cancellation)).ShouldNotBeNull();
    }

    private Task StoredAsync(BedsideDevice device, SealedMessage message) =>
        Poll.UntilAsync(async () => await Ward.RowsAsync(device, message, Cancellation) == 1, Soon, "the message is stored under its device", Cancellation);

    private Task ConnectedAsync(int connected) => Poll.UntilAsync(
        async () => (int)await Ward.MetricAsync("wardwatch_gateway_broker_connected", "", Cancellation) == connected, Soon, $"connected to the broker: {connected}", Cancellation);
}
