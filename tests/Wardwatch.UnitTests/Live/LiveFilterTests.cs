using Shouldly;
using Wardwatch.Server.Live;
using Xunit;
using static Wardwatch.UnitTests.Live.Scopes;

namespace Wardwatch.UnitTests.Live;

/// <summary>Who sees what: never another hospital's patients, and no more than was asked for.</summary>
public class LiveFilterTests
{
    [Theory]
    [InlineData(1, "w1", 5, null, null, true)]
    [InlineData(2, "w1", 5, null, null, false)]
    [InlineData(1, "w1", 5, "w1", null, true)]
    [InlineData(1, "w2", 5, "w1", null, false)]
    [InlineData(1, null, 5, "w1", null, false)]
    [InlineData(1, "w1", 5, null, 5, true)]
    [InlineData(1, "w1", 6, null, 5, false)]
    [InlineData(1, "w1", 5, "w1", 5, true)]
    [InlineData(1, "w2", 5, "w1", 5, false)]
    [InlineData(2, "w1", 5, "w1", 5, false)]
    public void A_message_reaches_whom_it_concerns(int tenant, string? ward, int patient, string? wantedWard, int? wantedPatient, bool wanted) =>
        new LiveFilter(Whole(1), wantedWard, wantedPatient).Wants(new LiveMessage(LiveKind.VitalsUpdated, tenant, patient, ward, [])).ShouldBe(wanted);

    [Fact]
    public void What_concerns_the_server_itself_reaches_everybody() =>
        new LiveFilter(Whole(1), "w1", 5).Wants(new LiveMessage(LiveKind.Heartbeat, 0, 0, null, [])).ShouldBeTrue();
}
