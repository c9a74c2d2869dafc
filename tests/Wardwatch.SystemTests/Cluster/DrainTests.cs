using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Cluster;

/// <summary>One process that is emptied by the command-line tool: its devices are told to go when everything of theirs is acknowledged.</summary>
public sealed class DrainTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Devices_are_told_to_go_after_their_last_acknowledgement_and_none_is_let_in()
    {
        await using var ward = await DemoWard.StartAsync(3, new(StringComparer.Ordinal) { ["Wardwatch__Cluster__DrainSeconds"] = "8" }, Cancellation);
        var (device, other) = (ward.TakeDevice(), ward.TakeDevice());
        await using var link = await DeviceLink.OpenAsync(ward.Server, device, MqttVersion.V500, Cancellation);
        (await link.PublishAsync(device.Seal(TimeProvider.System.GetUtcNow(), "\"hr\":70"), 1, Cancellation))!.Type.ShouldBe(MqttPacketType.PubAck);
        var alone = await Tool.RunAsync(Programs.Server, ["drain", "--data", ward.Server.Data], Cancellation);
        alone.ExitCode.ShouldBe(1);
        alone.Error.ShouldContain("Nobody else does what node");
        (await ward.JsonAsync("/health/ready", Cancellation)).Text("status").ShouldBe("healthy");

        var draining = Tool.RunAsync(Programs.Server, ["drain", "--force", "--data", ward.Server.Data], Cancellation);
        (await link.ReadAsync(Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.ServerShuttingDown);
        await using (var refused = new DeviceLink(await DeviceLink.DialAsync(ward.Server, certificate: null, Cancellation), MqttVersion.V500))
        {
            (await refused.ConnectAsync(other.Id, other.Token, Cancellation))!.Reason.ShouldBe(MqttReason.UseAnotherServer);
        }

        using var answer = await ward.Client.GetAsync("/health/ready", Cancellation);
        ((int)answer.StatusCode).ShouldBe(503);
        (await ward.Server.EndAsync(Cancellation)).ShouldBe(0);
        var done = await draining;
        done.ExitCode.ShouldBe(0, done.Error);
        done.Output.ShouldContain("has ended");
    }
}
