using Shouldly;
using Wardwatch.Devices.Ascon;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Gateway;
using Wardwatch.UnitTests.Monitoring;
using Xunit;

namespace Wardwatch.UnitTests.Gateway;

public sealed class DeviceStandingTests
{
    private const long Noon = 1_000_000_000;
    private const long Later = Noon + 60_000_000;
    private static readonly IAeadCipher Cipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, new byte[16]);

    [Fact]
    public void A_key_that_was_revoked_puts_the_connection_off_and_one_that_ended_does_not_while_there_is_another()
    {
        var directory = new FakeDevices(DeviceWith((1, Later), (2, long.MaxValue)));
        var standing = new DeviceStanding(directory.All.Single(), directory.Version - 1);
        standing.IsGood(directory, Noon).ShouldBeTrue();

        // The first ended, and was left out at the next load.
        directory.Put(DeviceWith((2, long.MaxValue)));
        standing.IsGood(directory, Later).ShouldBeTrue();

        directory.Put(DeviceWith((3, long.MaxValue)));
        standing.IsGood(directory, Later).ShouldBeFalse();
    }

    [Fact]
    public void A_device_whose_last_key_ended_is_put_off()
    {
        var directory = new FakeDevices(DeviceWith((1, Later)));
        var standing = new DeviceStanding(directory.All.Single(), directory.Version - 1);
        standing.IsGood(directory, Later - 1).ShouldBeTrue();
        directory.Put(DeviceWith((1, Later)));
        standing.IsGood(directory, Later).ShouldBeFalse();
    }

    [Fact]
    public void What_counts_is_when_it_was_received()
    {
        var device = DeviceWith((1, Later));
        device.FindKey(1, Later - 1).ShouldNotBeNull();
        device.FindKey(1, Later).ShouldBeNull();
        device.HasKeyAt(Later - 1).ShouldBeTrue();
        device.HasKeyAt(Later).ShouldBeFalse();
    }

    private static DeviceEntry DeviceWith(params (uint Id, long Until)[] keys)
    {
        var device = TestWard.Device();
        return new()
        {
            Number = device.Number,
            TenantId = device.TenantId,
            Id = device.Id,
            TokenHash = device.TokenHash,
            Keys = [.. keys.Select(key => new DeviceKey(key.Id, AeadAlgorithm.AsconAead128, Cipher, key.Until))],
            Bindings = device.Bindings,
        };
    }
}
