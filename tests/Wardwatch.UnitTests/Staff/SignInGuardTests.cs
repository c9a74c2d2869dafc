using System.Net;
using Microsoft.Extensions.Options;
using Shouldly;
using Wardwatch.Server.Staff;
using Wardwatch.Server.Staff.Guessing;
using Xunit;

namespace Wardwatch.UnitTests.Staff;

public sealed class SignInGuardTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Elsewhere = IPAddress.Parse("198.51.100.7");

    private readonly SteppedTime _time = new(new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero));
    private readonly SignInGuard _guard;

    public SignInGuardTests() => _guard = new(Options.Create(new StaffOptions()), _time);

    [Fact]
    public void Answers_get_slower_with_each_wrong_one_up_to_five_seconds()
    {
        var delays = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            delays.Add(_guard.Look("anna", Here, known: false).Delay.TotalSeconds);
            _guard.Failed("anna", Here);
        }

        delays.ShouldBe([0, 0.25, 0.5, 1, 2, 4, 5, 5]);
        _guard.Look("ANNA", Here, known: false).Delay.ShouldBe(TimeSpan.FromSeconds(5), "case does not make another account");
        _guard.Look("bert", Here, known: false).Delay.ShouldBe(TimeSpan.Zero);
        _guard.Look("anna", Elsewhere, known: false).Delay.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void The_right_password_and_a_quarter_of_an_hour_forget_mistakes()
    {
        _guard.Failed("anna", Here);
        _guard.Succeeded("anna", Here);
        _guard.Look("anna", Here, known: true).Delay.ShouldBe(TimeSpan.Zero);
        _guard.Failed("anna", Here);
        _time.Advance(TimeSpan.FromMinutes(15));
        _guard.Look("anna", Here, known: true).Delay.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Trying_one_password_on_many_accounts_is_stopped_by_address()
    {
        for (var i = 0; i < 30; i++)
        {
            _guard.Look($"user{i}", Here, known: false).Refused.ShouldBeNull();
            _guard.Failed($"user{i}", Here);
        }

        _guard.Look("user31", Here, known: false).Refused.ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));
        _guard.Look("anna", Here, known: true).Refused.ShouldBeNull("who has signed in from there before is not locked out");
        _guard.Look("anna", Here, known: true).Delay.ShouldBe(TimeSpan.Zero);
        _guard.Look("user31", Elsewhere, known: false).Refused.ShouldBeNull();
        _guard.Succeeded("mine", Here);
        _guard.Look("user31", Here, known: false).Refused.ShouldNotBeNull("an account of one's own does not buy further attempts");
        _time.Advance(TimeSpan.FromMinutes(5));
        _guard.Look("user31", Here, known: false).Refused.ShouldBeNull();
    }

    [Fact]
    public void Guessing_at_one_account_from_everywhere_slows_strangers_and_blocks_nobody()
    {
        for (var i = 0; i < 200; i++)
        {
            _guard.Failed("anna", new IPAddress([10, 1, (byte)(i / 250), (byte)i]));
        }

        var stranger = _guard.Look("anna", Elsewhere, known: false);
        stranger.Refused.ShouldBeNull();
        stranger.Delay.ShouldBe(TimeSpan.FromSeconds(5));
        var owner = _guard.Look("anna", Here, known: true);
        owner.Refused.ShouldBeNull();
        owner.Delay.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void All_addresses_of_one_network_of_IPv6_count_as_one()
    {
        for (var i = 0; i < 30; i++)
        {
            _guard.Failed($"user{i}", IPAddress.Parse($"2001:db8:1:2::{i:x}"));
        }

        _guard.Look("x", IPAddress.Parse("2001:db8:1:2:ffff::1"), known: false).Refused.ShouldNotBeNull();
        _guard.Look("x", IPAddress.Parse("2001:db8:1:3::1"), known: false).Refused.ShouldBeNull();
        SourceNetwork.Of(IPAddress.Parse("::ffff:192.0.2.1")).ShouldBe(Here);
        SourceNetwork.Of(IPAddress.IPv6Loopback).ShouldBe(IPAddress.Loopback);
        SourceNetwork.Of(null).ShouldBe(IPAddress.None);
    }

    [Fact]
    public void Codes_are_not_looked_at_any_more_after_ten_wrong_ones_but_for_a_known_address()
    {
        var account = Guid.NewGuid();
        for (var i = 0; i < 10; i++)
        {
            _guard.RefuseCode(account, known: false).ShouldBeNull();
            _guard.WrongCode(account);
        }

        _guard.RefuseCode(account, known: false).ShouldNotBeNull();
        _guard.RefuseCode(account, known: true).ShouldBeNull();
        _guard.RefuseCode(Guid.NewGuid(), known: false).ShouldBeNull();
        _time.Advance(TimeSpan.FromMinutes(15));
        _guard.RefuseCode(account, known: false).ShouldBeNull();
    }

    [Fact]
    public void A_flood_of_names_takes_bounded_memory_and_keeps_what_is_recent()
    {
        var counts = new FailureCounts(TimeSpan.FromMinutes(5), _time, most: 100);
        for (var i = 0; i < 1_000; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            counts.Add($"{i}");
        }

        counts.Of("999").Count.ShouldBe(1);
        counts.Of("950").Count.ShouldBe(1);
        counts.Of("1").Count.ShouldBe(0);
        counts.Held.ShouldBeLessThanOrEqualTo(100);
    }
}
