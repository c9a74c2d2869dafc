using Shouldly;
using Wardwatch.Server;
using Wardwatch.Server.Gateway;
using Wardwatch.Server.Live;
using Wardwatch.Server.Monitoring;
using Wardwatch.Server.Platform.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Platform;

public sealed class RolesTests
{
    [Fact]
    public void All_roles_together_are_the_role_all()
    {
        var (together, all) = (Roles.Select("gateway, monitor,web,worker", overBroker: false), Roles.Select("all", overBroker: false));
        together.Adds.ShouldBe(all.Adds);
        together.Maps.ShouldBe(all.Maps);
        (together.Roles.AreAll, all.Roles.AreAll).ShouldBe((true, true));
    }

    [Fact]
    public void An_unknown_role_is_named() =>
        Should.Throw<StartupException>(() => Roles.Select("all,gatway", overBroker: true)).Message.ShouldContain("gatway");

    [Theory]
    [InlineData("gateway", false)]
    [InlineData("", false)]
    [InlineData("", true)]
    public void A_part_of_the_roles_is_refused_without_a_broker(string roles, bool overBroker) =>
        Should.Throw<StartupException>(() => Roles.Select(roles, overBroker)).Remedy.ShouldContain("--roles all");

    [Fact]
    public void With_a_broker_each_process_takes_what_its_roles_need()
    {
        var gateway = Roles.Select("gateway", overBroker: true);
        gateway.Roles.Names.ShouldBe(["gateway"]);
        gateway.Roles.AreAll.ShouldBeFalse();
        gateway.Adds.ShouldContain(GatewayModule.AddGateway);
        gateway.Adds.ShouldNotContain(MonitoringModule.AddMonitoring);
        gateway.Adds.ShouldNotContain(LiveModule.AddLive);
        var monitor = Roles.Select("monitor", overBroker: true);
        monitor.Adds.ShouldNotContain(GatewayModule.AddGateway);
        monitor.Adds.ShouldNotContain(LiveModule.AddLive);
        monitor.Maps.ShouldBeEmpty();
        Roles.Select("web", overBroker: true).Adds.ShouldNotContain(MonitoringModule.AddMonitoring);
        Roles.Select("worker,monitor", overBroker: true).Roles.Names.ShouldBe(["monitor", "worker"]);
    }
}
