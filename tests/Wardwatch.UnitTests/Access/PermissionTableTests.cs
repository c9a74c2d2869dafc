using System.Collections.Frozen;
using Shouldly;
using Wardwatch.Server.Access;
using Wardwatch.Server.Access.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Access;

public sealed class PermissionsTests
{
    [Theory]
    [InlineData(AccountRoles.Administrator, Permissions.ManageDevices, true)]
    [InlineData(AccountRoles.Administrator, Permissions.ManagePeople, true)]
    [InlineData(AccountRoles.Administrator, Permissions.TrainModels, true)]
    [InlineData(AccountRoles.Physician, Permissions.ReadPatients, true)]
    [InlineData(AccountRoles.Physician, Permissions.BindDevices, true)]
    [InlineData(AccountRoles.Physician, Permissions.ManageDevices, false)]
    [InlineData(AccountRoles.Nurse, Permissions.BindDevices, true)]
    [InlineData(AccountRoles.Nurse, Permissions.ManageDevices, false)]
    [InlineData(AccountRoles.Nurse, Permissions.ManagePeople, false)]
    [InlineData("janitor", Permissions.ReadPatients, false)]
    [InlineData(null, Permissions.ReadPatients, false)]
    public void A_role_may_do_what_the_table_says_and_nothing_else(string? role, string permission, bool may) =>
        (PermissionTable.Of(role, permission) != Reach.None).ShouldBe(may);

    [Fact]
    public void Every_permission_that_an_endpoint_can_ask_for_is_a_policy()
    {
        var named = typeof(Permissions).GetFields().Select(field => (string)field.GetValue(null)!);
        PermissionTable.All.Keys.Order(StringComparer.Ordinal).ShouldBe(named.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Only_those_who_treat_or_look_after_patients_see_them()
    {
        string[] blind = [AccountRoles.Technician, AccountRoles.Analyst, AccountRoles.Patient, AccountRoles.Device];
        AccountRoles.All.Where(role => PermissionTable.Of(role, Permissions.ReadPatients) == Reach.None).ShouldBe(blind, ignoreOrder: true);
    }

    [Fact]
    public void A_nurse_reaches_the_patients_of_her_wards_and_those_opened_in_an_emergency()
    {
        var nurse = Caller(AccountRoles.Nurse) with { Wards = FrozenSet.Create("ward-1"), Opened = FrozenSet.Create(7) };
        var scope = nurse.ScopeOf(Permissions.ReadPatients);
        scope.Covers(1, "ward-1", 1).ShouldBeTrue();
        scope.Covers(1, "ward-2", 2).ShouldBeFalse();
        scope.Covers(1, ward: null, 2).ShouldBeFalse();
        scope.Covers(1, "ward-2", 7).ShouldBeTrue();
        scope.Covers(2, "ward-1", 1).ShouldBeFalse();
    }

    [Fact]
    public void A_patient_reaches_only_their_own_record()
    {
        var patient = Caller(AccountRoles.Patient) with { Wards = FrozenSet.Create("ward-1"), Patients = FrozenSet.Create(3) };
        patient.ScopeOf(Permissions.ReadPatients).Covers(1, "ward-1", 3).ShouldBeFalse();
        patient.ScopeOf(Permissions.ReadOwn).Covers(1, "ward-1", 3).ShouldBeTrue();
        patient.ScopeOf(Permissions.ReadOwn).Covers(1, "ward-1", 4).ShouldBeFalse();
    }

    [Fact]
    public void A_specialist_reaches_the_patients_she_is_called_to_on_any_ward()
    {
        var specialist = Caller(AccountRoles.Specialist) with { Wards = FrozenSet.Create("ward-1"), Patients = FrozenSet.Create(3) };
        specialist.ScopeOf(Permissions.ReadPatients).Covers(1, "ward-9", 3).ShouldBeTrue();
        specialist.ScopeOf(Permissions.ReadPatients).Covers(1, "ward-1", 4).ShouldBeFalse();
    }

    private static Caller Caller(string role) => new()
    {
        AccountId = Guid.NewGuid(),
        TenantId = 1,
        User = "user",
        Name = "Name",
        Role = role,
        SessionId = Guid.NewGuid(),
        Until = DateTimeOffset.MaxValue,
    };
}
