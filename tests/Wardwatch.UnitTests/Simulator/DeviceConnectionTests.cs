using Shouldly;
using Wardwatch.Devices.Ascon;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Devices.Payloads;
using Wardwatch.Simulator.Devices;
using Wardwatch.Simulator.Faults;
using Wardwatch.Simulator.Patients;
using Xunit;

namespace Wardwatch.UnitTests.Simulator;

public sealed class DeviceConnectionTests : IDisposable
{
    private static readonly DeviceCredentials Credentials = new("dev-1", 7, [.. Enumerable.Range(1, 16).Select(i => (byte)i)], "token", "hospital/h/ward/w/patient/p-1", Simulated: true);

    private readonly DeviceStatistics _statistics = new();
    private readonly SemaphoreSlim _handshakes = new(4);
    private readonly CancellationTokenSource _stop = new();

    public void Dispose()
    {
        _handshakes.Dispose();
        _stop.Dispose();
    }

    private DeviceConnection Connection(FakeBroker broker, MqttVersion version, int window = 20, int offlineLimit = 600) => new(
        Credentials,
        broker.DialAsync,
        new ConnectionOptions { Version = version, Window = window, OfflineLimit = offlineLimit, BackOff = TimeSpan.FromMilliseconds(5), MaxBackOff = TimeSpan.FromMilliseconds(20) },
        _handshakes,
        _statistics,
        TimeProvider.System,
        seed: 1,
        answered: null);

    private static MessageSealer Sealer(MqttVersion version) => new(Credentials, bootId: 99, version);

    private static async Task Until(Func<bool> condition)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            TimeProvider.System.GetElapsedTime(deadline).ShouldBeLessThan(Waiting.Patience, "gave up waiting");
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    private static ulong Counter(byte[] envelope)
    {
        EnvelopeHeader.TryRead(envelope, out var header, out _).ShouldBeTrue();
        return header.Counter;
    }

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task What_was_not_acknowledged_is_sent_again_after_a_lost_connection_byte_for_byte_in_order_and_marked(MqttVersion version)
    {
        await using var broker = new FakeBroker(version) { Answer = received => Counter(received.Payload) <= 2 ? MqttReason.Success : null };
        var connection = Connection(broker, version);
        var running = connection.RunAsync(_stop.Token);
        var sealer = Sealer(version);
        for (var i = 0; i < 5; i++) connection.Publish(sealer.Seal("{\"t\":\"x\"}"u8, null));
        await Until(() => broker.All.Count == 5 && _statistics.Acknowledged == 2);

        broker.Answer = _ => MqttReason.Success;
        broker.DropAll();
        await Until(() => _statistics.Acknowledged == 5);

        var first = broker.All.Where(received => received.Connection == 1).ToList();
        var again = broker.All.Where(received => received.Connection == 2).ToList();
        again.Select(received => Counter(received.Payload)).ShouldBe([3UL, 4UL, 5UL]);
        again.ShouldAllBe(received => received.Duplicate && received.Topic == Credentials.Topic);
        again.Select(received => Convert.ToHexString(received.Payload)).ShouldBe(first.Skip(2).Select(received => Convert.ToHexString(received.Payload)));
        first.ShouldAllBe(received => !received.Duplicate);
        connection.UnacknowledgedCount.ShouldBe(0);
        _statistics.Resent.ShouldBe(3);
        _statistics.ConnectionsLost.ShouldBe(1);

        await _stop.CancelAsync();
        await running;
        await Until(() => broker.DisconnectCount == 1);
    }

    [Fact]
    public async Task Envelopes_open_under_the_devices_key_and_count_from_one()
    {
        await using var broker = new FakeBroker(MqttVersion.V500);
        var connection = Connection(broker, MqttVersion.V500);
        var running = connection.RunAsync(_stop.Token);
        var device = new SimulatedDevice(new PatientSimulation(new SyntheticPatient(new SyntheticProfile(), 1, false), []), Sealer(MqttVersion.V500), connection, [], _statistics);
        await Until(() => connection.HasBeenConnected);
        for (var second = 0; second < 30; second++) device.Tick(second, speed: 1, second * 1_000_000L);
        await Until(() => _statistics.Acknowledged == 30);

        var cipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, Credentials.Key);
        var plaintext = new byte[1_024];
        var cuffSeen = false;
        var expected = 1UL;
        foreach (var received in broker.All)
        {
            Counter(received.Payload).ShouldBe(expected++);
            Envelope.TryOpen(cipher, received.Payload, System.Text.Encoding.UTF8.GetBytes(received.Topic), plaintext, out var length, out _).ShouldBeTrue();
            VitalsReader.TryRead(plaintext.AsSpan(0, length), out var payload, out _).ShouldBeTrue();
            payload.ValueOf(VitalKind.HeartRate).ShouldNotBeNull().ShouldBeInRange(50, 100);
            cuffSeen |= payload.ValueOf(VitalKind.SystolicPressure) is not null;
        }

        cuffSeen.ShouldBeTrue();
        await _stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_device_tells_of_its_battery_once_a_minute_between_its_readings()
    {
        await using var broker = new FakeBroker(MqttVersion.V500);
        var connection = Connection(broker, MqttVersion.V500);
        var running = connection.RunAsync(_stop.Token);
        var device = new SimulatedDevice(
            new PatientSimulation(new SyntheticPatient(new SyntheticProfile(), 1, false), []), Sealer(MqttVersion.V500), connection, [], _statistics, DeviceBattery.OfDemo(7));
        await Until(() => connection.HasBeenConnected);
        for (var second = 0; second < 130; second++)
        {
            device.Tick(second, speed: 1, second * 1_000_000L);
            await Until(() => connection.UnacknowledgedCount == 0);
        }

        var cipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, Credentials.Key);
        var plaintext = new byte[1_024];
        var said = new List<double?>();
        foreach (var received in broker.All.Where(received => received.Topic == $"devices/{Credentials.Device}/status"))
        {
            received.Payload[1].ShouldBe((byte)EnvelopeKind.DeviceStatus);
            Envelope.TryOpen(cipher, received.Payload, System.Text.Encoding.UTF8.GetBytes(received.Topic), plaintext, out var length, out _).ShouldBeTrue();
            StatusReader.TryRead(plaintext.AsSpan(0, length), out var status, out _).ShouldBeTrue();
            said.Add(status.Battery);
        }

        said.ShouldBe([27, 26, 25]);
        broker.All.Count.ShouldBe(133);
        await _stop.CancelAsync();
        await running;
    }

    [Fact]
    public void The_batteries_of_the_demonstration_run_down_and_are_changed()
    {
        var one = DeviceBattery.OfDemo(7);
        (one.At(0), one.At(8 * 60), one.At(15 * 60), one.At(16 * 60)).ShouldBe((27, 19, 12, 99));
        for (var number = 1; number <= 16; number++)
        {
            for (var hour = 0; hour < 48; hour++)
            {
                DeviceBattery.OfDemo(number).At(hour * 3600.0).ShouldBeInRange(number == 7 ? 12 : 25, 100);
            }
        }
    }

    [Fact]
    public async Task At_most_the_window_is_under_way_and_the_servers_receive_maximum_lowers_it()
    {
        await using var broker = new FakeBroker(MqttVersion.V500) { Answer = _ => null, ReceiveMaximum = 3 };
        var connection = Connection(broker, MqttVersion.V500, window: 10);
        var running = connection.RunAsync(_stop.Token);
        var sealer = Sealer(MqttVersion.V500);
        for (var i = 0; i < 8; i++) connection.Publish(sealer.Seal("{}"u8, null));
        await Until(() => broker.All.Count == 3);
        await Task.Yield();
        _statistics.Sent.ShouldBe(3);
        connection.UnacknowledgedCount.ShouldBe(8);

        broker.Answer = _ => MqttReason.Success;
        broker.DropAll();
        await Until(() => _statistics.Acknowledged == 8);
        broker.All.Where(received => received.Connection == 2).Select(received => Counter(received.Payload)).ShouldBe([1UL, 2UL, 3UL, 4UL, 5UL, 6UL, 7UL, 8UL]);
        await _stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_refusal_is_counted_by_its_reason_and_not_sent_again()
    {
        await using var broker = new FakeBroker(MqttVersion.V500) { Answer = received => Counter(received.Payload) == 2 ? MqttReason.NotAuthorized : MqttReason.Success };
        var connection = Connection(broker, MqttVersion.V500);
        var running = connection.RunAsync(_stop.Token);
        var sealer = Sealer(MqttVersion.V500);
        for (var i = 0; i < 3; i++) connection.Publish(sealer.Seal("{}"u8, null));
        await Until(() => _statistics.Acknowledged + _statistics.Refused.Count == 3); // an answer is counted after it is taken
        (connection.UnacknowledgedCount, _statistics.Sent, _statistics.Acknowledged).ShouldBe((0, 3L, 2L));
        _statistics.Refused.ShouldHaveSingleItem().ShouldBe((MqttReason.NotAuthorized, 1L));
        await _stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task While_off_line_memory_is_bounded_and_the_oldest_is_given_up_and_counted()
    {
        await using var broker = new FakeBroker(MqttVersion.V500);
        var connection = Connection(broker, MqttVersion.V500, offlineLimit: 50);
        var sealer = Sealer(MqttVersion.V500);
        for (var i = 0; i < 80; i++) connection.Publish(sealer.Seal("{}"u8, null));
        connection.UnacknowledgedCount.ShouldBe(50);
        _statistics.DroppedOffline.ShouldBe(30);

        var running = connection.RunAsync(_stop.Token);
        await Until(() => _statistics.Acknowledged == 50);
        Counter(broker.All[0].Payload).ShouldBe(31UL);
        await _stop.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task A_refused_connection_is_counted_by_its_reason(MqttVersion version)
    {
        await using var broker = new FakeBroker(version) { ConnectAnswer = MqttReason.NotAuthorized };
        var connection = Connection(broker, version);
        var running = connection.RunAsync(_stop.Token);
        await Until(() => _statistics.ConnectRefused.Count > 0);
        _statistics.ConnectRefused[0].Reason.ShouldBe(MqttReason.NotAuthorized);
        _statistics.ConnectionsOpened.ShouldBe(0);
        await _stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Faults_do_to_the_wire_what_they_say()
    {
        await using var broker = new FakeBroker(MqttVersion.V500);
        var connection = Connection(broker, MqttVersion.V500);
        var running = connection.RunAsync(_stop.Token);
        FaultRun[] faults =
        [
            new(FaultKind.Duplicate, 2, double.PositiveInfinity, 0, 0),
            new(FaultKind.Reorder, 4, double.PositiveInfinity, 0, 0),
            new(FaultKind.Silent, 10, double.PositiveInfinity, 5, 0),
            new(FaultKind.Corrupt, 20, double.PositiveInfinity, 0, 0),
            new(FaultKind.WrongKey, 21, double.PositiveInfinity, 0, 0),
            new(FaultKind.ParameterLost, 22, double.PositiveInfinity, 2, 0),
            new(FaultKind.ClockWrong, 26, double.PositiveInfinity, 2, 240),
        ];
        var device = new SimulatedDevice(new PatientSimulation(new SyntheticPatient(new SyntheticProfile(), 1, false), []), Sealer(MqttVersion.V500), connection, faults, _statistics);
        await Until(() => connection.HasBeenConnected);
        for (var second = 0; second < 30; second++)
        {
            device.Tick(second, speed: 1, second * 1_000_000L);
            await Until(() => connection.UnacknowledgedCount == 0);
        }

        var all = broker.All;
        all.Count.ShouldBe(30 - 5 + 1);
        Convert.ToHexString(all[3].Payload).ShouldBe(Convert.ToHexString(all[2].Payload)); // the duplicate
        all.Skip(4).Take(3).Select(received => Counter(received.Payload)).ShouldBe([4UL, 6UL, 5UL]); // the reordered pair

        var cipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, Credentials.Key);
        var topic = System.Text.Encoding.UTF8.GetBytes(Credentials.Topic);
        var opened = all.Select(received =>
        {
            var plaintext = new byte[1_024];
            if (!Envelope.TryOpen(cipher, received.Payload, topic, plaintext, out var length, out _)) return (VitalsPayload?)null;
            VitalsReader.TryRead(plaintext.AsSpan(0, length), out var payload, out _).ShouldBeTrue();
            return payload;
        }).ToList();
        opened.Count(payload => payload is null).ShouldBe(2); // corrupt, wrong key
        var byTime = opened.Where(payload => payload is not null).Select(payload => payload!.Value).ToList();
        byTime.Where(payload => payload.ValueOf(VitalKind.SpO2) is null).Select(payload => payload.MeasuredAt).ShouldBe([22_000_000L, 23_000_000L]);
        byTime.Count(payload => payload.MeasuredAt > 240_000_000).ShouldBe(2);
        byTime.ShouldNotContain(payload => payload.MeasuredAt >= 10_000_000 && payload.MeasuredAt < 15_000_000);

        await _stop.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData("silent", FaultKind.Silent, "1", null)]
    [InlineData("wrong-key:dev-1@5", FaultKind.WrongKey, "dev-1", 5.0)]
    [InlineData("Duplicate:*@2.5", FaultKind.Duplicate, "*", 2.5)]
    public void A_fault_is_asked_for_in_one_word(string text, FaultKind kind, string target, double? every)
    {
        var request = FaultRequest.Parse(text);
        (request.Kind, request.Target, request.EverySeconds).ShouldBe((kind, target, every));
        request.ToRun().EverySeconds.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Percentiles_are_right_to_a_few_percent()
    {
        var histogram = new LatencyHistogram();
        for (var i = 1; i <= 10_000; i++) histogram.Record(TimeSpan.FromMicroseconds(i * 10));
        histogram.PercentileMilliseconds(0.5).ShouldBe(50, 2);
        histogram.PercentileMilliseconds(0.99).ShouldBe(99, 3);
        histogram.MaxMilliseconds.ShouldBe(100);
        new LatencyHistogram().PercentileMilliseconds(0.5).ShouldBe(double.NaN);
    }
}
