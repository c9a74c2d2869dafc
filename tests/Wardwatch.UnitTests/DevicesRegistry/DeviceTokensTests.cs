using System.Text;
using Shouldly;
using Wardwatch.Server.Devices;
using Wardwatch.Server.Devices.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.DevicesRegistry;

public sealed class DeviceTokensTests
{
    [Fact]
    public void A_devices_own_token_matches_and_no_other()
    {
        var token = DeviceTokens.Draw();
        var device = Device(DeviceTokens.Hash(token));
        DeviceTokens.Matches(device, Encoding.UTF8.GetBytes(token)).ShouldBeTrue();
        DeviceTokens.Matches(device, Encoding.UTF8.GetBytes(token + "x")).ShouldBeFalse();
        DeviceTokens.Matches(device, Encoding.UTF8.GetBytes(DeviceTokens.Draw())).ShouldBeFalse();
        DeviceTokens.Matches(device, []).ShouldBeFalse();
    }

    [Fact]
    public void Nothing_matches_a_device_that_is_not_there()
    {
        DeviceTokens.Matches(device: null, []).ShouldBeFalse();
        DeviceTokens.Matches(device: null, Encoding.UTF8.GetBytes(DeviceTokens.Draw())).ShouldBeFalse();
    }

    [Fact]
    public void A_token_carries_256_bits() =>
        DeviceTokens.Draw().Length.ShouldBe(43);

    [Theory]
    [InlineData("M-101", true)]
    [InlineData("a.b_c-9", true)]
    [InlineData("", false)]
    [InlineData("M 101", false)]
    [InlineData("M/101", false)]
    [InlineData("M\u0000", false)]
    [InlineData("M-101\n", false)]
    [InlineData("ä", false)]
    public void A_device_id_fits_topics_and_certificates(string id, bool fits) =>
        DeviceRegistry.IsId(id).ShouldBe(fits);

    [Fact]
    public void A_device_id_has_at_most_64_characters()
    {
        DeviceRegistry.IsId(new('x', 64)).ShouldBeTrue();
        DeviceRegistry.IsId(new('x', 65)).ShouldBeFalse();
    }

    private static DeviceEntry Device(byte[] tokenHash) => new()
    {
        Number = 1,
        TenantId = 1,
        Id = "M-101",
        TokenHash = tokenHash,
        Keys = [],
        Bindings = [],
    };
}
