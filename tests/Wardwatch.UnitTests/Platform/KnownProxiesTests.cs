using System.Net;
using Shouldly;
using Wardwatch.Server.Platform.Web;
using Xunit;

namespace Wardwatch.UnitTests.Platform;

public sealed class KnownProxiesTests
{
    [Theory]
    [InlineData(null, "127.0.0.1", false)]
    [InlineData("", "127.0.0.1", false)]
    [InlineData("10.0.0.1", "10.0.0.1", true)]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("10.0.0.0/24, 2001:db8::/32", "10.0.0.200", true)]
    [InlineData("10.0.0.0/24, 2001:db8::/32", "2001:db8:9::1", true)]
    [InlineData("10.0.0.0/24, 2001:db8::/32", "2001:db9::1", false)]
    public void Addresses_and_networks_are_known(string? text, string address, bool known) =>
        KnownProxies.Parse(text, out _).ShouldNotBeNull().Include(IPAddress.Parse(address)).ShouldBe(known);

    [Theory]
    [InlineData("proxy.example", "proxy.example")]
    [InlineData("10.0.0.1, 10.0.0.0/40", "10.0.0.0/40")]
    [InlineData("10.0.0.1,/8", "/8")]
    public void What_is_neither_is_named(string text, string wrong)
    {
        KnownProxies.Parse(text, out var said).ShouldBeNull();
        said.ShouldBe(wrong);
    }
}
