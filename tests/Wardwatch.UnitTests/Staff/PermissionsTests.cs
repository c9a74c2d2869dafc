using Shouldly;
using Wardwatch.Server.Staff;
using Wardwatch.Server.Staff.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Staff;

public sealed class PermissionsTests
{
    [Theory]
    [InlineData(StaffRoles.Administrator, Permissions.ManageDevices, true)]
    [InlineData(StaffRoles.Administrator, Permissions.ManagePeople, true)]
    [InlineData(StaffRoles.Administrator, Permissions.TrainModels, true)]
    [InlineData(StaffRoles.Physician, Permissions.ReadPatients, true)]
    [InlineData(StaffRoles.Physician, Permissions.BindDevices, true)]
    [InlineData(StaffRoles.Physician, Permissions.ManageDevices, false)]
    [InlineData(StaffRoles.Nurse, Permissions.BindDevices, true)]
    [InlineData(StaffRoles.Nurse, Permissions.ManageDevices, false)]
    [InlineData(StaffRoles.Nurse, Permissions.ManagePeople, false)]
    [InlineData("janitor", Permissions.ReadPatients, false)]
    [InlineData(null, Permissions.ReadPatients, false)]
    public void A_role_may_do_what_the_table_says_and_nothing_else(string? role, string permission, bool may) =>
        RolePermissions.Has(role, permission).ShouldBe(may);

    [Fact]
    public void Every_permission_that_an_endpoint_can_ask_for_is_a_policy()
    {
        var named = typeof(Permissions).GetFields().Select(field => (string)field.GetValue(null)!);
        RolePermissions.All.Order(StringComparer.Ordinal).ShouldBe(named.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_role_may_see_patients() =>
        StaffRoles.All.ShouldAllBe(role => RolePermissions.Has(role, Permissions.ReadPatients));
}
