using Shouldly;
using Wardwatch.Benchmarks.Proof;
using Wardwatch.Benchmarks.Proof.Order;
using Xunit;

namespace Wardwatch.SystemTests.Proof;

/// <summary>What makes <c>ward prove</c> end with an error.</summary>
public sealed class VerdictTests
{
    private static readonly Account Clean = new(
        Attempted: 110, Acknowledged: 100, Refused: 0, Stored: 105, Lost: 0, Doubled: 0, Wrong: 0, Foreign: 0, Unknown: 10, UnknownStored: 5, OutOfOrder: 0);

    [Fact]
    public void Unknown_readings_are_no_loss() => Of(Clean).ShouldBeTrue();

    [Fact]
    public void One_reading_lost_doubled_wrong_foreign_refused_or_out_of_order_is_an_error()
    {
        Of(Clean with { Lost = 1 }).ShouldBeFalse();
        Of(Clean with { Doubled = 1 }).ShouldBeFalse();
        Of(Clean with { Wrong = 1 }).ShouldBeFalse();
        Of(Clean with { Foreign = 1 }).ShouldBeFalse();
        Of(Clean with { Refused = 1 }).ShouldBeFalse();
        Of(Clean with { OutOfOrder = 1 }).ShouldBeFalse();
    }

    [Fact]
    public void Live_state_that_differs_is_an_error() => Of(Clean, "p-0001: hr shows 70 where 71 is stored").ShouldBeFalse();

    [Fact]
    public void Nothing_acknowledged_is_an_error() => Of(Clean with { Acknowledged = 0 }).ShouldBeFalse();

    [Fact]
    public void An_acknowledgement_before_the_disk_or_a_trace_with_holes_is_an_error()
    {
        Of(new TraceSummary(Sends: 10, InOrder: 10, LogSyncs: 10, FirstFault: null)).ShouldBeTrue();
        Of(new TraceSummary(Sends: 10, InOrder: 9, LogSyncs: 10, FirstFault: "acknowledgement 3")).ShouldBeFalse();
        Of(new TraceSummary(Sends: 9, InOrder: 9, LogSyncs: 10, FirstFault: null)).ShouldBeFalse();
    }

    [Fact]
    public void A_planted_fault_that_is_not_found_is_an_error() =>
        (Empty with { Controls = [new ControlResult("a doubled row", "lost 0, doubled 0, wrong 0", IsFound: false)] }).IsClean.ShouldBeFalse();

    private static ProofResult Empty => new(Seed: 1, Kills: null, Order: null, Controls: null);

    private static bool Of(Account account, params string[] liveFaults) =>
        (Empty with { Kills = new KillResult(1, [], account, LivePatients: 8, liveFaults, DatabaseBytes: 0) }).IsClean;

    private static bool Of(TraceSummary trace) => (Empty with { Order = new OrderResult(10, trace, Skipped: null) }).IsClean;
}
