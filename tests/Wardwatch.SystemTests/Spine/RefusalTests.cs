using System.Text;
using Shouldly;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Spine;

/// <summary>What cannot be believed is set aside with its reason, counted and answered; what comes again or out of order is stored once.</summary>
[Collection(SpineCollection.Name)]
public sealed class RefusalTests(SpineWard spine)
{
    private readonly DemoWard _ward = spine.Ward;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public static TheoryData<string, MqttReason> Refusals => new()
    {
        { "unknown-key", MqttReason.NotAuthorized },
        { "wrong-tag", MqttReason.NotAuthorized },
        { "unreadable-envelope", MqttReason.PayloadFormatInvalid },
        { "unreadable-payload", MqttReason.PayloadFormatInvalid },
        { "time-out-of-range", MqttReason.PayloadFormatInvalid },
        { "unsupported-kind", MqttReason.ImplementationSpecificError },
        { "nonce-reused", MqttReason.ImplementationSpecificError },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_cannot_be_believed_is_set_aside_counted_and_answered_and_touches_nobody(string reason, MqttReason expected)
    {
        var device = _ward.TakeDevice();
        var healthy = _ward.TakeDevice();
        await using var beside = await DeviceLink.OpenAsync(_ward.Server, healthy, MqttVersion.V500, Cancellation);
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        var before = await CountersAsync(reason);
        var bad = await MakeAsync(reason, device, link);

        (await link.PublishAsync(bad, 7, Cancellation)).ShouldNotBeNull().ShouldSatisfyAllConditions(
            answer => answer.PacketId.ShouldBe((ushort)7), answer => answer.Reason.ShouldBe(expected));
        (await _ward.DeadLettersAsync(device, reason, Cancellation)).ShouldBe(1);

        // The same bytes again: answered the same way, kept once.
        (await link.PublishAsync(bad, 8, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(expected);
        (await _ward.DeadLettersAsync(device, reason, Cancellation)).ShouldBe(1);
        (await CountersAsync(reason)).ShouldBeGreaterThan(before);

        // 3.1.1 has no negative PUBACK.
        await using (var older = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V311, Cancellation))
        {
            (await older.PublishAsync(bad, 9, Cancellation)).ShouldNotBeNull().ShouldSatisfyAllConditions(
                answer => answer.PacketId.ShouldBe((ushort)9), answer => answer.BodyLength.ShouldBe(2));
            await ShouldBeStoredAsync(older, device);
        }

        await ShouldBeStoredAsync(beside, healthy);
    }

    [Theory]
    [InlineData("""{"t":5}""")]
    [InlineData("""{"hr":80}""")]
    [InlineData("""{"t":"2026-13-45T99:00:00Z","hr":80}""")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("\"hr\"")]
    [InlineData("{\"t\":\"2026-11-20T09:00:00Z\",\"hr\":8")]
    [InlineData("\u0001\u0002\u0003")]
    public async Task A_payload_that_is_no_reading_is_unreadable(string payload)
    {
        var device = _ward.TakeDevice();
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        (await link.PublishAsync(device.SealBytes(Encoding.UTF8.GetBytes(payload)), 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.PayloadFormatInvalid);
        (await _ward.DeadLettersAsync(device, "unreadable-payload", Cancellation)).ShouldBe(1);
        await ShouldBeStoredAsync(link, device);
    }

    [Fact]
    public async Task A_payload_nested_a_thousand_deep_and_one_too_long_are_unreadable()
    {
        var device = _ward.TakeDevice();
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        foreach (var members in new[] { $"\"x\":{new string('[', 1000)}{new string(']', 1000)}", $"\"x\":\"{new string('a', 5000)}\"" })
        {
            (await link.PublishAsync(device.Seal(Now, members), 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.PayloadFormatInvalid);
        }

        (await _ward.DeadLettersAsync(device, "unreadable-payload", Cancellation)).ShouldBe(2);
        await ShouldBeStoredAsync(link, device);
    }

    [Fact]
    public async Task Times_at_the_limits_are_taken_and_beyond_them_refused()
    {
        var device = _ward.TakeDevice();
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        foreach (var (offset, expected) in new[]
        {
            (TimeSpan.FromMinutes(4.5), MqttReason.Success), (TimeSpan.FromMinutes(5.5), MqttReason.PayloadFormatInvalid),
            (TimeSpan.FromDays(-6.99), MqttReason.Success), (TimeSpan.FromDays(-7.01), MqttReason.PayloadFormatInvalid),
        })
        {
            (await link.PublishAsync(device.Seal(Now + offset, "\"hr\":60"), 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(expected, offset.ToString());
        }
    }

    [Fact]
    public async Task An_implausible_value_is_refused_alone_and_an_unknown_member_counted()
    {
        var device = _ward.TakeDevice();
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        var refused = await _ward.MetricAsync("wardwatch_values_refused_total", "", Cancellation);
        var unmapped = await _ward.MetricAsync("wardwatch_values_unmapped_total", "", Cancellation);
        (await link.PublishAsync(device.Seal(Now, "\"hr\":900,\"spo2\":97,\"perfusion\":3.2"), 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);

        var reading = (await _ward.JsonAsync($"/api/patients/{device.Patient}/vitals/history", Cancellation)).GetProperty("items")[0];
        reading.GetProperty("partlyRefused").GetBoolean().ShouldBeTrue();
        reading.GetProperty("vitals").TryGetProperty("hr", out _).ShouldBeFalse();
        reading.GetProperty("vitals").GetProperty("spo2").GetDouble().ShouldBe(97);
        await _ward.CountsAsync("wardwatch_values_refused_total", "", refused + 1, Cancellation);
        await _ward.CountsAsync("wardwatch_values_unmapped_total", "", unmapped + 1, Cancellation);
    }

    [Fact]
    public async Task A_nonce_used_twice_in_one_breath_for_two_days_is_found_although_no_index_sees_both()
    {
        var device = _ward.TakeDevice();
        var first = device.Seal(Now, "\"hr\":83");
        var second = device.SealBytes(BedsideDevice.Payload(Now.AddDays(-1), "\"hr\":84"), counter: first.Counter);
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        link.Queue(first, 1);
        link.Queue(second, 2);
        await link.FlushAsync(Cancellation);
        (await link.ReadAsync(Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        (await link.ReadAsync(Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.ImplementationSpecificError);
        (await _ward.RowsAsync(device, first, Cancellation)).ShouldBe(1);
        (await _ward.DeadLettersAsync(device, "nonce-reused", Cancellation)).ShouldBe(1);
    }

    [Fact]
    public async Task Readings_out_of_order_are_all_stored_and_those_that_came_behind_newer_ones_are_marked_late()
    {
        var device = _ward.TakeDevice();
        var start = Now.AddSeconds(-10);
        var messages = Enumerable.Range(0, 6).Select(second => device.Seal(start.AddSeconds(second), $"\"hr\":{60 + second}")).ToArray();
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        foreach (var index in new[] { 0, 3, 1, 5, 2, 4 })
        {
            (await link.PublishAsync(messages[index], 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        }

        var items = (await _ward.JsonAsync($"/api/patients/{device.Patient}/vitals/history", Cancellation)).GetProperty("items").EnumerateArray().ToArray();
        items.Select(item => item.GetProperty("vitals").GetProperty("hr").GetDouble()).ShouldBe([60, 61, 62, 63, 64, 65]);
        items.Select(item => item.GetProperty("late").GetBoolean()).ShouldBe([false, true, true, false, true, false]);
        var latest = await _ward.JsonAsync($"/api/patients/{device.Patient}/vitals/latest", Cancellation);
        latest.GetProperty("vitals").GetProperty("hr").GetProperty("value").GetDouble().ShouldBe(65);
    }

    private async Task<SealedMessage> MakeAsync(string reason, BedsideDevice device, DeviceLink link)
    {
        switch (reason)
        {
            case "unknown-key":
                return device.SealBytes(BedsideDevice.Payload(Now, "\"hr\":80"), underKey: 77);
            case "wrong-tag":
                var tampered = device.Seal(Now, "\"hr\":80");
                tampered.Envelope[30] ^= 1;
                return tampered;
            case "unreadable-envelope":
                return new SealedMessage(0, 0, device.Topic, "{\"hr\":80}"u8.ToArray());
            case "unreadable-payload":
                return device.SealBytes("{\"t\":\"yesterday\"}"u8);
            case "time-out-of-range":
                return device.Seal(Now.AddHours(1), "\"hr\":80");
            case "unsupported-kind":
                return device.SealBytes("{}"u8, EnvelopeKind.EcgWaveform);
            default:
                var first = device.Seal(Now, "\"hr\":80");
                (await link.PublishAsync(first, 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
                return device.SealBytes(BedsideDevice.Payload(Now, "\"hr\":180"), counter: first.Counter);
        }
    }

    /// <summary>A dead letter counts where it is found (lane or committer) and where it is stored.</summary>
    private Task<double> CountersAsync(string reason) => _ward.MetricAsync("wardwatch_dead_letters_total", $"reason=\"{reason}\"", Cancellation);

    private async Task ShouldBeStoredAsync(DeviceLink link, BedsideDevice device)
    {
        var good = device.Seal(Now, "\"hr\":70");
        (await link.PublishAsync(good, 100, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        (await _ward.RowsAsync(device, good, Cancellation)).ShouldBe(1);
    }
}
