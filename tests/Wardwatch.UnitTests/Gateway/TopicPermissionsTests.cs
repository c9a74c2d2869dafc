using System.Text;
using Shouldly;
using Wardwatch.Server.Gateway;
using Wardwatch.UnitTests.Monitoring;
using Xunit;

namespace Wardwatch.UnitTests.Gateway;

/// <summary>Where a device may publish: to whom it is or lately was bound, and its own status.</summary>
public class TopicPermissionsTests
{
    [Theory]
    [InlineData("hospital/h1/ward/w1/patient/p1", true)]
    [InlineData("hospital/h1/ward/w1/patient/p1/ecg", true)]
    [InlineData("hospital/h1/ward/w1/patient/p2", true)]
    [InlineData("devices/mon-10/status", true)]
    [InlineData("hospital/h1/ward/w1/patient/p3", false)]
    [InlineData("hospital/h1/ward/w1/patient/p11", false)]
    [InlineData("hospital/h1/ward/w1/patient/p", false)]
    [InlineData("hospital/h1/ward/w1/patient/p1/", false)]
    [InlineData("hospital/h1/ward/w1/patient/p1/ecg/x", false)]
    [InlineData("hospital/h1/ward/w1/patient/P1", false)]
    [InlineData("devices/mon-11/status", false)]
    [InlineData("devices/mon-10/commands", false)]
    [InlineData("devices/mon-10/statu", false)]
    [InlineData("devices//status", false)]
    [InlineData("", false)]
    public void A_device_publishes_only_where_it_belongs(string topic, bool permitted)
    {
        var device = TestWard.Device(10, TestWard.Binding(2, until: TestWard.Start), TestWard.Binding(1, from: TestWard.Start));
        TopicPermissions.MayPublish(device, Encoding.UTF8.GetBytes(topic)).ShouldBe(permitted);
    }
}
