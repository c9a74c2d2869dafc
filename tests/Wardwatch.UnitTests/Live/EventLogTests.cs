using Microsoft.Extensions.Options;
using Shouldly;
using Wardwatch.Server.Live;
using Wardwatch.UnitTests.Platform;
using Xunit;

namespace Wardwatch.UnitTests.Live;

/// <summary>What a client gets that comes back with the id of the last event it saw.</summary>
public class EventLogTests
{
    private static readonly DateTimeOffset Started = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_client_gets_what_it_missed_and_no_more()
    {
        var log = Create(kept: 10);
        var ids = Enumerable.Range(1, 5).Select(patient => log.IdOf(log.Add(Message(patient)).EventNumber)).ToList();
        log.After(ids[2])!.Select(message => message.PatientNumber).ShouldBe([4, 5]);
        log.After(ids[4])!.ShouldBeEmpty();
        log.LastId.ShouldBe(ids[4]);
    }

    [Fact]
    public void A_client_that_missed_too_much_is_told_to_start_anew()
    {
        var log = Create(kept: 3);
        var ids = Enumerable.Range(1, 10).Select(patient => log.IdOf(log.Add(Message(patient)).EventNumber)).ToList();
        log.After(ids[6])!.Count.ShouldBe(3);
        log.After(ids[5]).ShouldBeNull();
    }

    [Fact]
    public void An_id_of_an_earlier_run_of_the_server_is_recognised()
    {
        var earlier = Create(kept: 10, Started.AddSeconds(-1));
        var id = earlier.IdOf(earlier.Add(Message(1)).EventNumber);
        var log = Create(kept: 10);
        log.Add(Message(1));
        log.After(id).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("x")]
    [InlineData("1763629200000")]
    [InlineData("RUN-")]
    [InlineData("RUN-x")]
    [InlineData("RUN-99")]
    [InlineData("RUN--1")]
    [InlineData("RUN-99999999999999999999")]
    public void An_id_that_the_server_never_gave_means_to_start_anew(string id)
    {
        var log = Create(kept: 10);
        log.Add(Message(1));
        log.After(id.Replace("RUN", log.LastId[..log.LastId.IndexOf('-', StringComparison.Ordinal)], StringComparison.Ordinal)).ShouldBeNull();
    }

    [Fact]
    public void Nothing_may_be_kept_at_all()
    {
        var log = Create(kept: 0);
        var id = log.IdOf(log.Add(Message(1)).EventNumber);
        log.After(id)!.ShouldBeEmpty();
        log.Add(Message(2));
        log.After(id).ShouldBeNull();
    }

    private static EventLog Create(int kept, DateTimeOffset? started = null) =>
        new(Options.Create(new LiveOptions { ReplayedEvents = kept }), new FixedClock(started ?? Started));

    private static LiveMessage Message(int patient) => new(LiveKind.StatusUpdated, 1, patient, "w1", []);
}
