using System.Collections.Frozen;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff;
using Xunit;

namespace Wardwatch.UnitTests.Staff;

public sealed class SessionWatchTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Soon = Waiting.Patience;
    private static readonly Guid Account = new("00000000-0000-0000-0000-000000000005");
    private static readonly Guid Session = new("00000000-0000-0000-0000-000000000006");
    private static readonly StaffEntry Anna = new(Account, 7, "anna", "Anna", AccountRoles.Nurse) { Wards = new[] { "ward-1" }.ToFrozenSet() };

    // Never opened: the directory is told what it knows.
    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create("Host=nowhere.invalid");
    private readonly SteppedTime _time = new(Now);
    private readonly DirectoryChanges _changes;
    private readonly StaffDirectory _directory;
    private readonly SessionWatch _watch;

    public SessionWatchTests()
    {
        _changes = new(_database, _time, NullLogger<DirectoryChanges>.Instance);
        _directory = new(_database, _changes, _time);
        _watch = new(_directory, _time, NullLogger<SessionWatch>.Instance);
        Know(Anna);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _watch.Dispose();
        _directory.Dispose();
        await _changes.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task What_is_open_ends_when_its_session_is_revoked()
    {
        using var open = Open();
        Know(Anna, revoked: [Session]);
        await open.Ended.WaitAsync(Soon, TestContext.Current.CancellationToken);
        _watch.Count.ShouldBe(0);
    }

    [Fact]
    public async Task What_is_open_ends_when_its_session_is_locked()
    {
        using var open = Open();
        Know(Anna, locked: [Session]);
        await open.Ended.WaitAsync(Soon, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_is_open_ends_with_its_account()
    {
        using var removed = Open();
        _directory.Take(FrozenDictionary<Guid, StaffEntry>.Empty, [], []);
        await removed.Ended.WaitAsync(Soon, TestContext.Current.CancellationToken);

        Know(Anna);
        using var disabled = Open();
        Know(Anna with { IsDisabled = true });
        await disabled.Ended.WaitAsync(Soon, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_is_open_ends_when_its_owner_may_see_something_else()
    {
        var changes = new[]
        {
            Anna with { Role = AccountRoles.Physician },
            Anna with { Wards = [] },
            Anna with { Wards = new[] { "ward-1", "ward-2" }.ToFrozenSet() },
            Anna with { Patients = new[] { 4 }.ToFrozenSet() },
            Anna with { Opened = [(4, Now.AddHours(4))] },
        };
        foreach (var changed in changes)
        {
            Know(Anna);
            using var open = Open();
            Know(changed);
            await open.Ended.WaitAsync(Soon, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void What_does_not_concern_its_owner_leaves_it_open()
    {
        using var open = Open();
        Know(Anna with { Name = "Anna Example", Passkeys = 1, HasPin = true }, revoked: [Account], locked: [Account]);
        _watch.Count.ShouldBe(1);
        open.Ended.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_open_ends_with_its_token_and_not_before()
    {
        using var open = Open();
        _time.Advance(TimeSpan.FromMinutes(14.99));
        _watch.Count.ShouldBe(1);
        _time.Advance(TimeSpan.FromMinutes(0.02));
        await open.Ended.WaitAsync(Soon, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_token_that_ends_in_days_is_watched_until_then()
    {
        using var open = Open(Now.AddDays(3));
        _time.Advance(TimeSpan.FromDays(2.9));
        _watch.Count.ShouldBe(1);
        _time.Advance(TimeSpan.FromDays(0.2));
        await open.Ended.WaitAsync(Soon, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_was_over_before_the_watch_began_is_told_as_well()
    {
        var caller = Anna.CallerIn(Session, Now, Now.AddMinutes(15));
        Know(Anna, revoked: [Session]);
        using var open = new Opened(_watch, caller);
        await open.Ended.WaitAsync(Soon, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_end_is_told_once_and_one_that_fails_to_hear_it_hurts_nobody_else()
    {
        using var failing = _watch.Watch(Anna.CallerIn(Session, Now, Now.AddMinutes(15)), () => throw new InvalidOperationException("planted"));
        using var open = Open();
        Know(Anna, revoked: [Session]);
        Know(Anna, revoked: [Session], locked: [Session]);
        _time.Advance(TimeSpan.FromHours(1));
        await open.Ended.WaitAsync(Soon, TestContext.Current.CancellationToken);
        open.Calls.ShouldBe(1);
    }

    [Fact]
    public void What_was_closed_is_not_watched_any_more_and_leaves_no_timer()
    {
        var open = Open();
        open.Dispose();
        open.Dispose();
        Know(Anna, revoked: [Session]);
        _watch.Count.ShouldBe(0);
        _time.Waiting.ShouldBe(0);
        open.Calls.ShouldBe(0);
    }

    private Opened Open(DateTimeOffset? until = null) => new(_watch, _directory.Find(Account)!.CallerIn(Session, _time.GetUtcNow(), until ?? Now.AddMinutes(15)));

    private void Know(StaffEntry entry, Guid[]? revoked = null, Guid[]? locked = null) =>
        _directory.Take(new[] { entry }.ToFrozenDictionary(account => account.Id), (revoked ?? []).ToFrozenSet(), (locked ?? []).ToFrozenSet());

    private sealed class Opened : IDisposable
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly IDisposable _watched;
        private int _calls;

        public Opened(ISessionWatch watch, Caller caller) => _watched = watch.Watch(caller, () =>
        {
            Interlocked.Increment(ref _calls);
            _ended.TrySetResult();
        });

        public Task Ended => _ended.Task;

        public int Calls => Volatile.Read(ref _calls);

        public void Dispose() => _watched.Dispose();
    }
}
