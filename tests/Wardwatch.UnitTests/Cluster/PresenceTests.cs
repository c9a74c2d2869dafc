using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Wardwatch.Server.Cluster.Live;
using Wardwatch.Server.Monitoring;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Keys;
using Wardwatch.UnitTests.Monitoring;
using Wardwatch.UnitTests.Staff;
using Xunit;

namespace Wardwatch.UnitTests.Cluster;

/// <summary>Which devices are connected at other processes' gateways, as those tell it, and when one of them tells no more.</summary>
public sealed class PresenceTests : IDisposable
{
    private const string Device = "mon-1";
    private static readonly Guid FirstStart = Guid.NewGuid();
    private static readonly Guid SecondStart = Guid.NewGuid();

    private readonly SteppedTime _time = new(UnixTime.ToDateTimeOffset(TestWard.Start));
    private readonly Keyring _keyring = new(new byte[32], new LeasedNonces(1));
    private readonly DevicePresence _presence = new();
    private readonly PresenceReceiver _receiver;

    public PresenceTests()
    {
        _keyring.Open(1, [_keyring.CreateTenantKey()]);
        _receiver = new PresenceReceiver(_presence, _keyring, null!, new LiveFeedMetrics(new UnreadMeters()), _time, NullLogger<PresenceReceiver>.Instance);
    }

    public void Dispose()
    {
        _receiver.Dispose();
        _keyring.Dispose();
    }

    [Fact]
    public void A_device_is_connected_while_one_gateway_says_so()
    {
        _receiver.Take(Told("a", FirstStart, 1, replaces: true, (Device, true)));
        _receiver.Take(Told("b", FirstStart, 1, replaces: true, (Device, true)));
        _presence.IsConnected(Device).ShouldBeTrue();
        _receiver.Take(Told("a", FirstStart, 2, replaces: false, (Device, false)));
        _presence.IsConnected(Device).ShouldBeTrue("it went from one gateway to the other");
        _receiver.Take(Told("b", FirstStart, 2, replaces: true));
        _presence.IsConnected(Device).ShouldBeFalse();
    }

    [Fact]
    public void A_gateway_that_died_has_no_devices_any_more_after_nine_seconds()
    {
        _receiver.Take(Told("a", FirstStart, 1, replaces: true, (Device, true)));
        _time.Advance(TimeSpan.FromSeconds(9));
        _receiver.ForgetSilent();
        _presence.IsConnected(Device).ShouldBeTrue("it may be the network");
        _time.Advance(TimeSpan.FromSeconds(1));
        _receiver.ForgetSilent();
        _presence.IsConnected(Device).ShouldBeFalse();
        _receiver.Take(Told("a", SecondStart, 1, replaces: true, (Device, true)));
        _presence.IsConnected(Device).ShouldBeTrue("it was started again");
    }

    [Fact]
    public void What_comes_again_or_late_changes_nothing()
    {
        var before = Told("a", FirstStart, 1, replaces: true, (Device, true));
        _receiver.Take(before);
        _receiver.Take(Told("a", FirstStart, 2, replaces: true));
        _receiver.Take(before);
        _presence.IsConnected(Device).ShouldBeFalse();
    }

    [Fact]
    public void What_does_not_open_changes_nothing()
    {
        var message = Told("a", FirstStart, 1, replaces: true, (Device, true));
        message[^1] ^= 1;
        _receiver.Take(message);
        _presence.IsConnected(Device).ShouldBeFalse();
    }

    private byte[] Told(string gateway, Guid start, long number, bool replaces, params (string Id, bool IsConnected)[] devices)
    {
        var content = new ArrayBufferWriter<byte>();
        content.U8(replaces ? (byte)1 : (byte)0);
        foreach (var (id, connected) in devices)
        {
            content.U8(connected ? (byte)1 : (byte)0);
            content.Text(id);
        }

        return new LiveFrame(LiveFrameKind.Devices, gateway, start, number, UnixTime.Microseconds(_time), 1, content.WrittenSpan.ToArray()).Seal(_keyring);
    }
}
