using System.Diagnostics;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Spine;

/// <summary>How a device connects, what it may do, and what happens to the rest of the ward meanwhile: nothing.</summary>
[Collection(SpineCollection.Name)]
public sealed class MqttSessionTests(SpineWard spine)
{
    private readonly DemoWard _ward = spine.Ward;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_5_0_device_is_told_the_limits()
    {
        var device = _ward.TakeDevice();
        await using var link = new DeviceLink(await DeviceLink.DialAsync(_ward.Server, certificate: null, Cancellation), MqttVersion.V500);
        var welcome = (await link.ConnectAsync(device.Id, device.Token, Cancellation)).ShouldNotBeNull();
        welcome.Reason.ShouldBe(MqttReason.Success);
        welcome.MaximumQos.ShouldBe((byte)1);
        welcome.MaximumPacketSize.ShouldBe(64u * 1024);
        welcome.ReceiveMaximum.ShouldNotBeNull().ShouldBeGreaterThan((ushort)0);
    }

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task Wrong_credentials_are_refused_and_leave_the_session_of_the_right_ones_alone(MqttVersion version)
    {
        var device = _ward.TakeDevice();
        var other = _ward.TakeDevice();
        await using var right = await DeviceLink.OpenAsync(_ward.Server, device, version, Cancellation);
        foreach (var (id, password) in new[] { (device.Id, "wrong"), (device.Id, other.Token), (device.Id, ""), ("M-99999", device.Token), (device.Id, (string?)null) })
        {
            await using var wrong = new DeviceLink(await DeviceLink.DialAsync(_ward.Server, certificate: null, Cancellation), version);
            (await wrong.ConnectAsync(id, password, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.BadUserNameOrPassword, id);
            (await wrong.ReadAsync(Cancellation)).ShouldBeNull();
        }

        await ShouldStillBeServedAsync(right, device);
    }

    [Fact]
    public async Task A_second_connection_with_right_credentials_takes_the_session_over()
    {
        var device = _ward.TakeDevice();
        await using var first = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        await using var older = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V311, Cancellation);
        (await first.ReadAsync(Cancellation)).ShouldNotBeNull().ShouldSatisfyAllConditions(
            goodbye => goodbye.Type.ShouldBe(MqttPacketType.Disconnect),
            goodbye => goodbye.Reason.ShouldBe(MqttReason.SessionTakenOver));
        (await first.ReadAsync(Cancellation)).ShouldBeNull();

        await using var newest = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        (await older.ReadAsync(Cancellation)).ShouldBeNull();
        await ShouldStillBeServedAsync(newest, device);
    }

    [Fact]
    public async Task A_revoked_device_is_put_off_its_connection_at_once_and_not_let_in_again()
    {
        var device = _ward.TakeDevice();
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        var revoked = await Tool.RunAsync(Programs.Server, ["device", "revoke", device.Id, "--data", _ward.Server.Data], Cancellation);
        revoked.ExitCode.ShouldBe(0, revoked.Error);
        var told = Stopwatch.GetTimestamp();
        (await link.ReadAsync(Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.NotAuthorized);
        Stopwatch.GetElapsedTime(told).ShouldBeLessThan(TimeSpan.FromSeconds(5)); // one second and what a busy machine adds
        (await link.ReadAsync(Cancellation)).ShouldBeNull();

        await using var again = new DeviceLink(await DeviceLink.DialAsync(_ward.Server, certificate: null, Cancellation), MqttVersion.V500);
        (await again.ConnectAsync(device.Id, device.Token, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.BadUserNameOrPassword);
    }

    [Fact]
    public async Task A_foreign_topic_is_refused_in_5_0_and_closes_in_3_1_1_and_nothing_is_kept()
    {
        var device = _ward.TakeDevice();
        var victim = _ward.TakeDevice();
        await using var watching = await DeviceLink.OpenAsync(_ward.Server, victim, MqttVersion.V500, Cancellation);
        var rejected = await _ward.MetricAsync("wardwatch_gateway_messages_rejected_total", "", Cancellation);
        var forged = device.SealBytes(BedsideDevice.Payload(Now, "\"hr\":30"), forTopic: victim.Topic);

        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        (await link.PublishAsync(forged, 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.NotAuthorized);
        await ShouldStillBeServedAsync(link, device);

        await using var older = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V311, Cancellation);
        (await older.PublishAsync(forged, 1, Cancellation)).ShouldBeNull();

        (await _ward.RowsAsync(device, forged, Cancellation)).ShouldBe(0);
        (await _ward.MetricAsync("wardwatch_gateway_messages_rejected_total", "", Cancellation)).ShouldBe(rejected + 2);
        await ShouldStillBeServedAsync(watching, victim);
    }

    [Theory]
    [InlineData("hospital/demo/ward/+/patient/p-0001")]
    [InlineData("hospital/#")]
    [InlineData("hospital/\0demo")]
    public async Task A_topic_that_cannot_be_one_ends_the_connection(string topic)
    {
        var device = _ward.TakeDevice();
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        link.Queue(topic, "{}"u8, 1);
        await link.FlushAsync(Cancellation);
        (await link.ReadAsync(Cancellation)).ShouldNotBeNull().Reason.ShouldBeOneOf(MqttReason.TopicNameInvalid, MqttReason.MalformedPacket);
        (await link.ReadAsync(Cancellation)).ShouldBeNull();
    }

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task A_device_may_subscribe_to_its_own_commands_and_to_nothing_else(MqttVersion version)
    {
        var device = _ward.TakeDevice();
        var refusal = version == MqttVersion.V500 ? MqttReason.NotAuthorized : MqttReason.UnspecifiedError;
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, version, Cancellation);
        foreach (var (filter, expected) in new[]
        {
            ("#", refusal), ("hospital/#", refusal), (device.Topic, refusal), ("devices/+/commands", refusal), ("devices/M-101/commands", refusal), ("$SYS/#", refusal),
            ($"devices/{device.Id}/commands", MqttReason.GrantedQos1),
        })
        {
            (await link.SubscribeAsync(filter, Cancellation)).ShouldNotBeNull().Reasons.ShouldBe([expected], filter);
        }

        await ShouldStillBeServedAsync(link, device);
    }

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task Quality_of_service_0_is_stored_without_an_answer_and_2_ends_the_connection(MqttVersion version)
    {
        var device = _ward.TakeDevice();
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, version, Cancellation);
        var unanswered = device.Seal(Now, "\"hr\":71");
        link.Queue(unanswered, 0, QualityOfService.AtMostOnce);
        var answered = device.Seal(Now, "\"hr\":72");
        (await link.PublishAsync(answered, 9, Cancellation)).ShouldNotBeNull().PacketId.ShouldBe((ushort)9);
        (await _ward.RowsAsync(device, unanswered, Cancellation)).ShouldBe(1);

        var twice = device.Seal(Now, "\"hr\":73");
        link.Queue(twice, 10, QualityOfService.ExactlyOnce);
        await link.FlushAsync(Cancellation);
        if (version == MqttVersion.V500)
        {
            (await link.ReadAsync(Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.QosNotSupported);
        }

        (await link.ReadAsync(Cancellation)).ShouldBeNull();
        (await _ward.RowsAsync(device, twice, Cancellation)).ShouldBe(0);
    }

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task A_retain_flag_on_vitals_changes_nothing(MqttVersion version)
    {
        var device = _ward.TakeDevice();
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, version, Cancellation);
        var message = device.Seal(Now, "\"hr\":74");
        link.Queue(message, 1, retain: true);
        await link.FlushAsync(Cancellation);
        (await link.ReadAsync(Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        (await _ward.RowsAsync(device, message, Cancellation)).ShouldBe(1);
    }

    [Fact]
    public async Task Bytes_that_are_not_MQTT_and_packets_too_long_cost_their_own_connection_only()
    {
        var device = _ward.TakeDevice();
        var healthy = _ward.TakeDevice();
        await using var watching = await DeviceLink.OpenAsync(_ward.Server, healthy, MqttVersion.V500, Cancellation);
        foreach (var bytes in new byte[][] { [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x30, 2, 0, 0], "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), [0x10, 0xFF, 0xFF, 0xFF, 0x7F] })
        {
            await using var stranger = new DeviceLink(await DeviceLink.DialAsync(_ward.Server, certificate: null, Cancellation), MqttVersion.V500);
            await stranger.SendAsync(bytes, Cancellation);
            (await stranger.ReadAsync(Cancellation)).ShouldBeNull();
        }

        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        await link.SendAsync(new byte[] { 0x32, 0x81, 0x80, 0x04 }, Cancellation); // announces 65,537 bytes and sends none of them
        (await link.ReadAsync(Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.PacketTooLarge);
        (await link.ReadAsync(Cancellation)).ShouldBeNull();
        await ShouldStillBeServedAsync(watching, healthy);
    }

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task A_packet_cut_at_every_byte_is_put_together_again(MqttVersion version)
    {
        var device = _ward.TakeDevice();
        var message = device.Seal(Now, "\"hr\":75");
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        MqttWriter.Write(bytes, new PublishPacket { Topic = System.Text.Encoding.UTF8.GetBytes(message.Topic), PacketId = 7, Qos = QualityOfService.AtLeastOnce, Payload = message.Envelope }, version);
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, version, Cancellation);
        for (var at = 0; at < bytes.WrittenCount; at++)
        {
            await link.SendAsync(bytes.WrittenMemory.Slice(at, 1), Cancellation);
        }

        (await link.ReadAsync(Cancellation)).ShouldNotBeNull().PacketId.ShouldBe((ushort)7);
        (await _ward.RowsAsync(device, message, Cancellation)).ShouldBe(1);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private async Task ShouldStillBeServedAsync(DeviceLink link, BedsideDevice device)
    {
        var message = device.Seal(Now, "\"hr\":70");
        (await link.PublishAsync(message, 100, Cancellation)).ShouldNotBeNull().ShouldSatisfyAllConditions(
            answer => answer.PacketId.ShouldBe((ushort)100), answer => answer.Reason.ShouldBe(MqttReason.Success));
        (await _ward.RowsAsync(device, message, Cancellation)).ShouldBe(1);
    }
}
