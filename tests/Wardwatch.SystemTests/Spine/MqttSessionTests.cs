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
