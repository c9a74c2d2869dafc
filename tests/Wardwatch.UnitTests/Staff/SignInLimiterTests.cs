using System.Net;
using Microsoft.Extensions.Options;
using Shouldly;
using Wardwatch.Server.Staff;
using Wardwatch.Server.Staff.Guessing;
using Xunit;

namespace Wardwatch.UnitTests.Staff;

public sealed class SignInLimiterTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Elsewhere = IPAddress.Parse("192.0.2.2");

    [Fact]
    public void The_sixth_attempt_in_a_minute_is_refused_with_a_time_to_wait()
    {
        using var limiter = Limiter();
        for (var i = 0; i < 5; i++)
        {
            limiter.Refuse("anna", Here).ShouldBeNull();
        }

        limiter.Refuse("anna", Here).ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        limiter.Refuse("ANNA", Here).ShouldNotBeNull("case does not make another account");
    }

    [Fact]
    public void Whoever_tries_an_account_does_not_lock_its_owner_out_elsewhere()
    {
        using var limiter = Limiter();
        for (var i = 0; i < 20; i++)
        {
            limiter.Refuse("anna", Elsewhere);
        }

        limiter.Refuse("anna", Here).ShouldBeNull();
        limiter.Refuse("bert", Elsewhere).ShouldBeNull();
    }

    private static SignInLimiter Limiter() => new(Options.Create(new StaffOptions()));
}
