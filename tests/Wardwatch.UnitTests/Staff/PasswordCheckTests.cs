using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Wardwatch.Server.Staff;
using Wardwatch.Server.Staff.Passwords;
using Xunit;

namespace Wardwatch.UnitTests.Staff;

public sealed class PasswordCheckTests : IDisposable
{
    private const string Password = "correct horse battery";

    private static readonly StaffAccount Anna = new() { Name = "Anna", Role = "nurse" };

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly StaffOptions _options = new() { HashingThreads = 1, QueuedHashes = 1 };
    private readonly CountingHasher _hasher = new(new() { IterationCount = 210_000 });
    private readonly HashingThreads _threads;
    private readonly PasswordCheck _check;

    public PasswordCheckTests()
    {
        _threads = new(Options.Create(_options), new StaffMetrics(_services.GetRequiredService<IMeterFactory>()));
        _check = new(_hasher, _threads, Options.Create(_options));
    }

    public void Dispose()
    {
        _threads.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task An_unknown_user_costs_as_many_password_checks_as_a_known_one()
    {
        var stored = _hasher.HashPassword(Anna, Password);
        foreach (var hash in new[] { stored, null })
        {
            _hasher.Checks = 0;
            (await _check.CheckAsync(hash, "wrong")).Outcome.ShouldBe(PasswordOutcome.Wrong);
            _hasher.Checks.ShouldBe(1);
        }

        (await _check.CheckAsync(stored, Password)).ShouldBe((PasswordOutcome.Right, null));
    }

    [Fact]
    public async Task Not_even_the_password_that_nobody_has_signs_nobody_in()
    {
        _hasher.Accepts = true;
        (await _check.CheckAsync(null, "anything")).Outcome.ShouldBe(PasswordOutcome.Wrong);
    }

    [Fact]
    public async Task A_hash_of_fewer_rounds_is_made_anew_when_its_owner_signs_in()
    {
        var old = new PasswordHasher<StaffAccount>(Rounds(100_000)).HashPassword(Anna, Password);
        var (outcome, better) = await _check.CheckAsync(old, Password);
        outcome.ShouldBe(PasswordOutcome.Right);
        better.ShouldNotBeNull();
        (await _check.CheckAsync(better, Password)).ShouldBe((PasswordOutcome.Right, null));
        (await _check.CheckAsync(old, "wrong")).ShouldBe((PasswordOutcome.Wrong, null));
    }

    [Fact]
    public async Task When_the_queue_is_full_somebody_is_asked_to_try_again()
    {
        using var gate = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        _threads.TryRun(() => { started.Set(); gate.Wait(TestContext.Current.CancellationToken); return 1; }, out var running).ShouldBeTrue();
        started.Wait(TestContext.Current.CancellationToken);
        _threads.TryRun(() => 2, out var queued).ShouldBeTrue();
        _threads.TryRun(() => 3, out _).ShouldBeFalse();
        (await _check.CheckAsync(null, "x")).Outcome.ShouldBe(PasswordOutcome.Busy);
        gate.Set();
        (await running).ShouldBe(1);
        (await queued).ShouldBe(2);
        (await _check.CheckAsync(null, "x")).Outcome.ShouldBe(PasswordOutcome.Wrong);
    }

    [Fact]
    public async Task What_fails_on_a_thread_fails_its_caller_and_not_the_thread()
    {
        _threads.TryRun<int>(() => throw new InvalidOperationException("planted"), out var failing).ShouldBeTrue();
        await Should.ThrowAsync<InvalidOperationException>(() => failing);
        _threads.TryRun(() => 1, out var next).ShouldBeTrue();
        (await next).ShouldBe(1);
    }

    private static IOptions<PasswordHasherOptions> Rounds(int count) => Options.Create(new PasswordHasherOptions { IterationCount = count });

    private sealed class CountingHasher(PasswordHasherOptions options) : IPasswordHasher<StaffAccount>
    {
        private readonly PasswordHasher<StaffAccount> _hasher = new(Options.Create(options));

        public int Checks { get; set; }

        public bool Accepts { get; set; }

        public string HashPassword(StaffAccount user, string password) => _hasher.HashPassword(user, password);

        public PasswordVerificationResult VerifyHashedPassword(StaffAccount user, string hashedPassword, string providedPassword)
        {
            Checks++;
            return Accepts ? PasswordVerificationResult.Success : _hasher.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
