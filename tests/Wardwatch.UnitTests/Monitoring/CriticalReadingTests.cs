using Shouldly;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Monitoring;

/// <summary>A score that asks for an emergency response makes the patient critical, once, and together with its reading.</summary>
public class CriticalReadingTests
{
    private const string Well = "\"hr\":70,\"spo2\":98,\"rr\":16,\"temp\":37.0,\"sbp\":125,\"acvpu\":\"A\",\"o2\":false";
    private const string Seven = "\"hr\":135,\"spo2\":90,\"rr\":22,\"temp\":37.0,\"sbp\":125,\"acvpu\":\"A\",\"o2\":false";
    private const string Unknown = "\"hr\":135,\"spo2\":90";

    private readonly LaneRig _rig = new();
    private long _at = TestWard.Start;

    [Fact]
    public async Task A_score_of_seven_turns_the_patient_critical_once()
    {
        Send(Well);
        Turns(_rig).ShouldBeEmpty();
        Send(Seven);
        Send(Seven);
        await CommitAsync();
        _rig.Critical.Set.ShouldBe([(1, UnixTime.ToDateTimeOffset(TestWard.Start + 2_000_000))]);
    }

    [Fact]
    public async Task It_is_said_again_only_after_the_score_has_been_lower()
    {
        Send(Seven);
        Send(Well);
        Send(Seven);
        await CommitAsync();
        _rig.Critical.Set.Count.ShouldBe(2);
    }

    [Fact]
    public void What_is_not_known_makes_nobody_critical()
    {
        Send(Unknown);
        Turns(_rig).ShouldBeEmpty();
    }

    [Fact]
    public void A_late_reading_makes_nobody_critical()
    {
        Send(Well);
        _rig.Send(TestWard.Device(), _at, TestWard.Json(TestWard.Start - 3_600_000_000, Seven));
        Turns(_rig).ShouldBeEmpty();
    }

    [Fact]
    public void Who_is_critical_already_stays_so_without_a_word()
    {
        var rig = new LaneRig(TestWard.Patient(1) with { Status = "critical" });
        rig.Send(TestWard.Device(), TestWard.Start, TestWard.Json(TestWard.Start, Seven));
        Turns(rig).ShouldBeEmpty();
    }

    [Fact]
    public void It_can_be_switched_off()
    {
        _rig.Options.CriticalNews2 = 0;
        Send(Seven);
        Turns(_rig).ShouldBeEmpty();
    }

    // Alerts commit with the readings as well.
    private static IEnumerable<ICommitCompanion> Turns(LaneRig rig) => rig.Group.Companions.Where(companion => companion is not IAlertBatch);

    private void Send(string values)
    {
        _at += 1_000_000;
        _rig.Send(TestWard.Device(), _at, TestWard.Json(_at, values));
    }

    private async Task CommitAsync()
    {
        foreach (var companion in _rig.Group.Companions)
        {
            await companion.WriteAsync(null!, [], CancellationToken.None);
        }
    }
}
