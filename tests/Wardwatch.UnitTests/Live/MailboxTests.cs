using Shouldly;
using Wardwatch.Server.Live;
using Xunit;

namespace Wardwatch.UnitTests.Live;

/// <summary>What waits for one screen: everything in order for one that keeps up; every event and the newest vitals of each patient for one that does not.</summary>
public class MailboxTests
{
    private readonly Dictionary<int, NewestState> _newest = [];

    [Fact]
    public void A_screen_that_keeps_up_gets_every_message_in_order()
    {
        var mailbox = new Mailbox(8, 1000);
        var empty = new List<LiveMessage>();
        for (var round = 0; round < 100; round++)
        {
            var offered = Enumerable.Range(0, 8).Select(i => i == 3 ? Status(1, round) : Vitals(i % 2, round * 8 + i)).ToList();
            offered.ForEach(mailbox.Offer);
            empty = mailbox.Take(empty, out var conflated);
            empty.ShouldBe(offered);
            conflated.ShouldBe(0);
        }
    }

    [Fact]
    public void A_slow_screen_gets_the_newest_vitals_of_each_patient_and_never_a_backlog()
    {
        var mailbox = new Mailbox(8, 1000);
        for (var number = 0; number < 10_000; number++)
        {
            mailbox.Offer(Vitals(number % 20, number));
            mailbox.Count.ShouldBeLessThanOrEqualTo(20);
        }

        var taken = Drain(mailbox, out var conflated);
        taken.Count.ShouldBe(20);
        conflated.ShouldBe(10_000 - 20);
        taken.Select(NumberOf).Order().ShouldBe(Enumerable.Range(9980, 20));
    }

    [Fact]
    public void What_is_taken_late_is_as_new_as_what_is_taken_first()
    {
        var mailbox = new Mailbox(8, 1000);
        for (var patient = 0; patient < 500; patient++)
        {
            mailbox.Offer(Vitals(patient, 1));
        }

        var first = mailbox.Take([], out _);
        first.Count.ShouldBeLessThan(100, "what is taken can no longer give way, so it is to be little");
        for (var patient = 0; patient < 500; patient++)
        {
            mailbox.Offer(Vitals(patient, 2));
        }

        var rest = Drain(mailbox, out _);
        rest.ShouldAllBe(message => NumberOf(message) == 2);
        rest.Select(message => message.PatientNumber).Distinct().Count().ShouldBe(500);
        rest.Count.ShouldBe(500);
    }

    [Fact]
    public void No_event_is_ever_left_out_and_they_keep_their_order()
    {
        var mailbox = new Mailbox(8, 1 << 20);
        for (var number = 1; number <= 5000; number++)
        {
            mailbox.Offer(Vitals(number % 7, number));
            mailbox.Offer(Status(number % 7, number));
        }

        var events = Drain(mailbox, out _).Where(message => message.EventNumber > 0).Select(message => message.EventNumber);
        events.ShouldBe(Enumerable.Range(1, 5000).Select(number => (long)number));
    }

    [Fact]
    public void A_patients_state_never_goes_back_for_a_slow_screen()
    {
        // One patient's changes are numbered as they happen; whatever comes after a newer one would be shown as if it were new.
        var (mailbox, random) = (new Mailbox(8, 1 << 20), new Random(20261121));
        var seen = new List<LiveMessage>();
        for (var number = 1; number <= 3000; number++)
        {
            var patient = random.Next(100);
            mailbox.Offer(random.Next(3) == 0 ? Status(patient, number) : Vitals(patient, number));
            if (random.Next(400) == 0)
            {
                seen.AddRange(mailbox.Take([], out _));
            }
        }

        seen.AddRange(Drain(mailbox, out _));
        foreach (var patient in seen.GroupBy(message => message.PatientNumber))
        {
            patient.Where(message => message.EventNumber > 0).Select(NumberOf).ShouldBeInOrder();
            patient.Where(message => message.EventNumber == 0).Select(NumberOf).ShouldBeInOrder();
            foreach (var (vitals, at) in patient.Select((message, at) => (message, at)).Where(pair => pair.message.EventNumber == 0))
            {
                patient.Skip(at + 1).ShouldAllBe(later => NumberOf(later) >= NumberOf(vitals));
            }
        }
    }

    [Fact]
    public void A_screen_for_which_too_many_bytes_of_events_wait_holds_nothing_any_more_and_is_to_be_cut()
    {
        var mailbox = new Mailbox(8, 10 * 8);
        for (var number = 1; number <= 10; number++)
        {
            mailbox.Offer(Status(number, number));
        }

        mailbox.Overrun.IsCompleted.ShouldBeFalse();
        mailbox.Count.ShouldBe(10);
        mailbox.Offer(Vitals(1, 1));
        mailbox.Offer(Status(1, 11));
        mailbox.Overrun.IsCompleted.ShouldBeTrue();
        mailbox.Offer(Status(1, 12));
        mailbox.Count.ShouldBe(0);
    }

    [Fact]
    public void Readings_alone_never_cut_a_screen_and_it_recovers_when_it_reads_again()
    {
        var mailbox = new Mailbox(8, 64);
        for (var number = 0; number < 100_000; number++)
        {
            mailbox.Offer(Vitals(number % 50, number));
        }

        mailbox.Overrun.IsCompleted.ShouldBeFalse();
        Drain(mailbox, out _).Count.ShouldBe(50);
        var offered = Enumerable.Range(0, 8).Select(number => Vitals(1, number)).ToList();
        offered.ForEach(mailbox.Offer);
        mailbox.Take([], out _).ShouldBe(offered);
    }

    [Fact]
    public void Of_heartbeats_only_the_newest_waits()
    {
        var mailbox = new Mailbox(8, 1000);
        var beats = Enumerable.Range(0, 100).Select(_ => new LiveMessage(LiveKind.Heartbeat, 0, 0, null, [])).ToList();
        beats.ForEach(mailbox.Offer);
        mailbox.Take([], out _).ShouldBe([beats[^1]]);
    }

    [Fact]
    public async Task Whoever_waits_is_woken_also_by_what_came_before()
    {
        var mailbox = new Mailbox(8, 1000);
        mailbox.Offer(Vitals(1, 1));
        await mailbox.WaitAsync(TestContext.Current.CancellationToken);
        mailbox.Take([], out _).Count.ShouldBe(1);
        var waiting = mailbox.WaitAsync(TestContext.Current.CancellationToken).AsTask();
        waiting.IsCompleted.ShouldBeFalse();
        mailbox.Offer(Vitals(1, 2));
        await waiting.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Whoever_is_to_be_cut_is_woken_also_when_it_was_awake_already()
    {
        var mailbox = new Mailbox(1, 8);
        mailbox.Offer(Status(1, 1));
        await mailbox.WaitAsync(TestContext.Current.CancellationToken);
        mailbox.Offer(Status(1, 2));
        mailbox.Overrun.IsCompleted.ShouldBeTrue();
        mailbox.Take([], out _).ShouldBeEmpty();
        await mailbox.WaitAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken);
    }

    private static List<LiveMessage> Drain(Mailbox mailbox, out long conflated)
    {
        var all = new List<LiveMessage>();
        conflated = 0;
        while (mailbox.Take([], out var some) is { Count: > 0 } taken)
        {
            all.AddRange(taken);
            conflated += some;
        }

        return all;
    }

    private static int NumberOf(LiveMessage message) => BitConverter.ToInt32(message.Json);

    // Eight bytes each; the first four are the number.
    private LiveMessage Vitals(int patient, int number)
    {
        if (!_newest.TryGetValue(patient, out var newest))
        {
            _newest.Add(patient, newest = new NewestState());
        }

        return newest.Message = new LiveMessage(LiveKind.VitalsUpdated, 1, patient, "w1", BitConverter.GetBytes((long)number)) { Newest = newest };
    }

    private static LiveMessage Status(int patient, int number) =>
        new LiveMessage(LiveKind.StatusUpdated, 1, patient, "w1", BitConverter.GetBytes((long)number)).AsEvent(number, $"run-{number}");
}
