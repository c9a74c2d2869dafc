using Shouldly;
using Wardwatch.Server.Events;
using Wardwatch.UnitTests.Staff;
using Xunit;

namespace Wardwatch.UnitTests.Events;

/// <summary>Others rest while many events wait for a consumer that people wait for.</summary>
public sealed class PrecedenceTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly SteppedTime _time = new(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Nobody_waits_while_little_is_to_be_done()
    {
        var precedence = new Precedence(_time);
        precedence.Taken(99);

        precedence.GiveWayAsync(Cancellation).IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task Others_wait_until_a_second_after_the_last_that_was_much()
    {
        var precedence = new Precedence(_time);
        precedence.Taken(100);
        var waiting = precedence.GiveWayAsync(Cancellation);

        await StepAsync(waiting, 9);
        waiting.IsCompleted.ShouldBeFalse();
        await StepAsync(waiting, 1);
        await waiting.WaitAsync(Waiting.Patience, Cancellation);
    }

    [Fact]
    public async Task Nobody_waits_for_ever()
    {
        var precedence = new Precedence(_time);
        precedence.Taken(500);
        var waiting = precedence.GiveWayAsync(Cancellation);
        for (var step = 0; step < 19; step++)
        {
            await StepAsync(waiting, 1);
            precedence.Taken(500);
        }

        waiting.IsCompleted.ShouldBeFalse();
        await StepAsync(waiting, 1);
        await waiting.WaitAsync(Waiting.Patience, Cancellation);
    }

    private async Task StepAsync(Task waiting, int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            while (_time.Waiting == 0 && !waiting.IsCompleted)
            {
                await Task.Delay(1, Cancellation);
            }

            _time.Advance(Step);
        }
    }
}
