using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff;
using Wardwatch.Server.Staff.Tokens;
using Xunit;

namespace Wardwatch.SystemTests.Staff;

[Collection(SignInServerCollection.Name)]
public sealed class SigningKeyTests(SignInServer signIn)
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_key_signs_at_once_and_the_old_one_is_good_until_its_last_token_has_run_out()
    {
        var clock = new StandingClock { Now = Start };
        var tenant = (await new HospitalRegistry(signIn.Database, signIn.Beside.Keyring).EnsureAsync("keys", "Keys", Cancellation)).TenantId;
        await using var changes = new DirectoryChanges(signIn.Database, TimeProvider.System, NullLogger<DirectoryChanges>.Instance);
        using var keys = new SigningKeys(signIn.Database, signIn.Beside.Keyring, changes, Options.Create(new StaffOptions()), clock, NullLogger<SigningKeys>.Instance);
        var first = await keys.OfAsync(tenant, Cancellation);

        clock.Now = Start.AddDays(29.9);
        await keys.RotateAsync(Cancellation);
        (await keys.OfAsync(tenant, Cancellation)).Id.ShouldBe(first.Id);

        clock.Now = Start.AddDays(30.1);
        await keys.RotateAsync(Cancellation);
        var second = await keys.OfAsync(tenant, Cancellation);
        second.Id.ShouldNotBe(first.Id);
        second.Header.ShouldNotBe(first.Header);
        keys.FindByHeader(first.Header).ShouldNotBeNull("tokens that were signed a moment ago are still good");

        clock.Now += TimeSpan.FromMinutes(60);
        await keys.RotateAsync(Cancellation);
        keys.FindByHeader(first.Header).ShouldNotBeNull("the longest token is good for an hour");
        clock.Now += TimeSpan.FromMinutes(6);
        await keys.RotateAsync(Cancellation);
        keys.FindByHeader(first.Header).ShouldBeNull();
        keys.FindByHeader(second.Header).ShouldNotBeNull();
        (await signIn.ScalarAsync("select count(*) from token_signing_keys where key_id = $1 and retired_at is not null", Cancellation, first.Id)).ShouldBe(1L);
    }

    [Fact]
    public async Task Several_processes_that_rotate_at_the_same_time_draw_one_key()
    {
        var clock = new StandingClock { Now = Start };
        var tenant = (await new HospitalRegistry(signIn.Database, signIn.Beside.Keyring).EnsureAsync("keys-2", "Keys", Cancellation)).TenantId;
        await using var changes = new DirectoryChanges(signIn.Database, TimeProvider.System, NullLogger<DirectoryChanges>.Instance);
        SigningKeys Process() => new(signIn.Database, signIn.Beside.Keyring, changes, Options.Create(new StaffOptions()), clock, NullLogger<SigningKeys>.Instance);
        using var one = Process();
        using var two = Process();
        using var three = Process();
        await Task.WhenAll(one.OfAsync(tenant, Cancellation), two.OfAsync(tenant, Cancellation), three.OfAsync(tenant, Cancellation));
        clock.Now = Start.AddDays(31);
        await Task.WhenAll(one.RotateAsync(Cancellation), two.RotateAsync(Cancellation), three.RotateAsync(Cancellation));
        (await signIn.ScalarAsync("select count(*) from token_signing_keys where tenant_id = $1", Cancellation, tenant)).ShouldBe(2L);
        await Task.WhenAll(one.RotateAsync(Cancellation), two.RotateAsync(Cancellation));
        (await one.OfAsync(tenant, Cancellation)).Id.ShouldBe((await two.OfAsync(tenant, Cancellation)).Id);
    }

    private sealed class StandingClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
