using Shouldly;
using Wardwatch.Server;
using Wardwatch.Server.Platform.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Platform;

public sealed class RolesTests
{
    [Fact]
    public void All_roles_together_are_the_role_all() =>
        Roles.Select("gateway, monitor,web,worker").ShouldBe(Roles.Select("all"));

    [Fact]
    public void An_unknown_role_is_named() =>
        Should.Throw<StartupException>(() => Roles.Select("all,gatway")).Message.ShouldContain("gatway");

    [Theory]
    [InlineData("gateway")]
    [InlineData("")]
    public void A_part_of_the_roles_is_refused(string roles) =>
        Should.Throw<StartupException>(() => Roles.Select(roles)).Remedy.ShouldContain("--roles all");
}
