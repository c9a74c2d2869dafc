using Shouldly;
using Wardwatch.Server.History;
using Wardwatch.UnitTests.Gateway;
using Xunit;

namespace Wardwatch.UnitTests.History;

/// <summary>Who may commit beside a commit that is under way.</summary>
public sealed class CommitTurnsTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private readonly SteppedClock _clock = new();
    private readonly CommitTurns _turns;

    public CommitTurnsTests() => _turns = new CommitTurns(2, _clock);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _turns.Dispose();

    [Fact]
    public void Nobody_waits_while_no_commit_is_under_way()
    {
        _turns.Added(1);
        _turns.WaitAsync().AsTask().IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task Little_waits_for_the_end_of_the_commit_that_is_under_way()
    {
        _turns.Began(0);
        _turns.Added(CommitTurns.WorthATransaction - 1);
        var waiting = _turns.WaitAsync().AsTask();
        waiting.IsCompleted.ShouldBeFalse();
        _turns.Committed(0);
        waiting.IsCompleted.ShouldBeFalse("those who wait for that commit are being told, and the batch grows");
        _turns.Ended(0);
        await waiting.WaitAsync(Soon, Cancellation);
    }

    [Fact]
    public async Task What_is_worth_a_transaction_is_not_kept_waiting()
    {
        _turns.Began(0);
        _turns.Added(CommitTurns.WorthATransaction - 1);
        var waiting = _turns.WaitAsync().AsTask();
        _turns.Added(1);
        await waiting.WaitAsync(Soon, Cancellation);
        _turns.Taken(1);
        _turns.WaitAsync().AsTask().IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Nobody_waits_behind_a_commit_that_hangs()
    {
        _turns.Began(0);
        _turns.Added(1);
        var waiting = _turns.WaitAsync().AsTask();
        waiting.IsCompleted.ShouldBeFalse();
        _clock.Step(CommitTurns.Patience.TotalSeconds);
        await waiting.WaitAsync(Soon, Cancellation);
    }

    [Fact]
    public void The_oldest_commit_tells_how_late_storing_is()
    {
        _turns.OldestCommit().ShouldBeNull();
        _turns.Began(1);
        _clock.Step(2);
        _turns.Began(0);
        _clock.Step(1);
        _turns.OldestCommit().ShouldBe(TimeSpan.FromSeconds(3));
        _turns.Committed(1);
        _turns.OldestCommit().ShouldBe(TimeSpan.FromSeconds(1));
        _turns.Ended(0);
        _turns.OldestCommit().ShouldBeNull();
    }
}
