using Shouldly;
using Wardwatch.Server.Cluster.Queue;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.UnitTests.Monitoring;
using Wardwatch.UnitTests.Staff;
using Xunit;
using static Wardwatch.UnitTests.Monitoring.TestWard;

namespace Wardwatch.UnitTests.Cluster;

/// <summary>A gateway may have heard of a device, a key or a binding a moment before the monitor: what it sent waits for the news instead of being set aside.</summary>
public class DirectoryCatchUpTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly SteppedTime _time = new(UnixTime.ToDateTimeOffset(Start));
    private readonly FakeDevices _devices = new();
    private readonly DirectoryCatchUp _directory;
    private readonly byte[] _message = SentMessages.Write(SentMessages.Batch(Device(), Start, Seal(Json(Start), 1)));
    private readonly SentBatch _batch;

    public DirectoryCatchUpTests()
    {
        _directory = new(_devices, new FakePatients(Patient(1), Patient(2)), _time);
        var read = new List<SentBatch>();
        EnvelopeMessage.TryRead(_message, 3, 16, read).ShouldBeTrue();
        _batch = read[0];
    }

    [Fact]
    public async Task A_device_that_is_known_makes_nobody_wait()
    {
        _devices.Put(Device());
        (await FindAsync()).Found.ShouldBe(_devices.Find("mon-10"));
        _time.Waiting.ShouldBe(0);
    }

    [Theory]
    [InlineData("device")]
    [InlineData("key")]
    [InlineData("binding")]
    public async Task What_the_gateway_knew_already_is_waited_for(string missing)
    {
        if (missing != "device")
        {
            _devices.Put(missing == "key" ? Without(keys: true) : Device(10, Binding(2)));
        }

        var (found, waited) = await FindAsync(at: TimeSpan.FromSeconds(1), () => _devices.Put(Device()));
        found.Keys.Count.ShouldBe(1);
        found.Bindings.Single().PatientNumber.ShouldBe(1);
        waited.ShouldBe(TimeSpan.FromSeconds(1), 2 * Step);
    }

    [Fact]
    public async Task A_device_of_which_nothing_is_heard_is_waited_for_once_a_minute_and_has_no_keys()
    {
        var (found, waited) = await FindAsync();
        (found.Number, found.TenantId, found.Keys.Count).ShouldBe((10, 1, 0));
        waited.ShouldBe(TimeSpan.FromSeconds(3), 2 * Step);
        (await FindAsync()).Waited.ShouldBe(TimeSpan.Zero);
        _time.Advance(TimeSpan.FromSeconds(61));
        (await FindAsync()).Waited.ShouldBeGreaterThan(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_key_that_the_gateway_did_not_know_either_makes_nobody_wait()
    {
        var message = SentMessages.Write(SentMessages.Batch(Without(keys: true), Start, Seal(Json(Start), 1)));
        var read = new List<SentBatch>();
        EnvelopeMessage.TryRead(message, 3, 16, read).ShouldBeTrue();
        _devices.Put(Without(keys: true));
        var finding = _directory.FindAsync(read[0], message, TestContext.Current.CancellationToken);
        finding.IsCompleted.ShouldBeTrue();
        (await finding).Keys.ShouldBeEmpty();
    }

    private static DeviceEntry Without(bool keys) => new() { Number = 10, TenantId = 1, Id = "mon-10", TokenHash = [], Keys = keys ? [] : Device().Keys, Bindings = [Binding(1)] };

    private async Task<(DeviceEntry Found, TimeSpan Waited)> FindAsync(TimeSpan at = default, Action? then = null)
    {
        var began = _time.GetTimestamp();
        var finding = _directory.FindAsync(_batch, _message, TestContext.Current.CancellationToken).AsTask();
        while (!finding.IsCompleted)
        {
            _time.Advance(Step);
            if (then is not null && _time.GetElapsedTime(began) >= at)
            {
                then();
                then = null;
            }

            // What it waited for goes on before the clock does.
            while (!finding.IsCompleted && _time.Waiting == 0)
            {
                await Task.Yield();
            }
        }

        return (await finding, _time.GetElapsedTime(began));
    }
}
