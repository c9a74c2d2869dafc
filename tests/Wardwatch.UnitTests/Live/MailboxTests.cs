using Shouldly;
using Wardwatch.Server.Live;
using Xunit;

namespace Wardwatch.UnitTests.Live;

/// <summary>What waits for one screen: everything in order for one that keeps up, the newest state of each patient for one that does not.</summary>
public class MailboxTests
{
    [Fact]
    public void A_screen_that_keeps_up_gets_every_message_in_order()
    {
        var mailbox = new Mailbox(8);
        var empty = new List<LiveMessage>();
        for (var round = 0; round < 100; round++)
        {
            var offered = Enumerable.Range(0, 8).Select(i => Message(i % 2, round * 8 + i)).ToList();
            offered.ForEach(mailbox.Offer);
            empty = mailbox.Take(empty);
            empty.ShouldBe(offered);
        }

        mailbox.Conflated.ShouldBe(0);
    }

    [Fact]
    public void A_slow_screen_gets_the_newest_of_each_patient_in_order_and_its_backlog_has_a_bound()
    {
        var mailbox = new Mailbox(8);
        var most = 0;
        for (var number = 0; number < 10_000; number++)
        {
            mailbox.Offer(Message(number % 20, number));
            if (number % 997 == 0)
            {
                var taken = mailbox.Take([]);
                most = Math.Max(most, taken.Count);
                taken.ForEach(mailbox.Offer); // as if it had never been taken
            }
        }

        most.ShouldBeLessThanOrEqualTo(2 * 20 + 1);
        var last = mailbox.Take([]);
        foreach (var patient in Enumerable.Range(0, 20))
        {
            last.Last(message => message.PatientNumber == patient).EventNumber.ShouldBe(9980 + patient);
        }

        last.Select(message => message.EventNumber).ShouldBeInOrder();
        mailbox.Conflated.ShouldBeGreaterThan(9000);
    }

    [Fact]
    public void A_reading_and_a_change_of_state_of_one_patient_do_not_stand_for_each_other()
    {
        var mailbox = new Mailbox(8);
        mailbox.Offer(Message(1, 1, LiveKind.StatusUpdated));
        for (var number = 2; number < 100; number++)
        {
            mailbox.Offer(Message(1, number));
        }

        mailbox.Take([]).ShouldContain(message => message.Kind == LiveKind.StatusUpdated);
    }

    [Fact]
    public async Task Whoever_waits_is_woken_also_by_what_came_before()
    {
        var mailbox = new Mailbox(8);
        mailbox.Offer(Message(1, 1));
        await mailbox.WaitAsync(TestContext.Current.CancellationToken);
        mailbox.Take([]).Count.ShouldBe(1);
        var waiting = mailbox.WaitAsync(TestContext.Current.CancellationToken).AsTask();
        waiting.IsCompleted.ShouldBeFalse();
        mailbox.Offer(Message(1, 2));
        await waiting.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    private static LiveMessage Message(int patient, long number, LiveKind kind = LiveKind.VitalsUpdated) => new(kind, 1, patient, "w1", []) { EventNumber = number };
}
