using Microsoft.Extensions.Configuration;
using Shouldly;
using Wardwatch.Server.Cli;
using Wardwatch.Server.Gateway;
using Wardwatch.Server.Platform.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Gateway;

/// <summary>What <c>--conformance</c> takes: a port of this machine.</summary>
public class ConformanceSettingTests
{
    [Theory]
    [InlineData("1883")]
    [InlineData("localhost:1883")]
    [InlineData("127.0.0.1:1883")]
    [InlineData("[::1]:1883")]
    public void A_port_of_this_machine_opens(string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(VerbOptions.ConformanceSettings(value)).Build();
        var options = new GatewayOptions();
        configuration.GetSection("Wardwatch:Gateway").Bind(options);
        options.ConformancePort.ShouldBe(1883);
    }

    [Fact]
    public void It_is_closed_unless_it_was_asked_for()
    {
        VerbOptions.ConformanceSettings(null).ShouldBeEmpty();
        new GatewayOptions().ConformancePort.ShouldBeNull();
    }

    [Theory]
    [InlineData("0.0.0.0:1883")]
    [InlineData("*:1883")]
    [InlineData("[::]:1883")]
    [InlineData(":1883")]
    [InlineData("192.168.1.10:1883")]
    [InlineData("ward.example:1883")]
    public void An_address_that_others_can_reach_is_refused(string value) =>
        Should.Throw<StartupException>(() => VerbOptions.ConformanceSettings(value).ToList()).Message.ShouldContain("this machine only");

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("mqtt")]
    [InlineData("localhost:")]
    public void What_is_no_port_is_refused(string value) =>
        Should.Throw<StartupException>(() => VerbOptions.ConformanceSettings(value).ToList()).Message.ShouldContain("no port");
}
