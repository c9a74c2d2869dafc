using System.Security.Cryptography;
using Shouldly;
using Wardwatch.Server.Events;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Keys;
using Wardwatch.UnitTests.Staff;
using Xunit;

namespace Wardwatch.UnitTests.Events;

/// <summary>Patients' keys are opened once while they are used, and no longer than that.</summary>
public sealed class OpenedKeysTests : IDisposable
{
    private const int Tenant = 1;
    private const int Patient = 7;

    private readonly SteppedTime _time = new(new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
    private readonly Keyring _keyring = new(RandomNumberGenerator.GetBytes(32), new LeasedNonces(1));
    private readonly OpenedKeys _keys;
    private readonly byte[] _wrapped;

    public OpenedKeysTests()
    {
        _keyring.Open(Tenant, [_keyring.CreateTenantKey()]);
        _wrapped = _keyring.Wrap(Tenant, RandomNumberGenerator.GetBytes(32));
        _keys = new(_keyring, _time);
    }

    public void Dispose()
    {
        _keys.Dispose();
        _keyring.Dispose();
    }

    [Fact]
    public void A_patients_key_is_opened_once_for_all_who_use_it()
    {
        var first = _keys.Borrow(Patient, Tenant, _wrapped);
        _keys.Borrow(Patient, Tenant, [.. _wrapped]).Key.ShouldBeSameAs(first.Key);
        _keys.Return([first]);
        _keys.Borrow(Patient, Tenant, _wrapped).Key.ShouldBeSameAs(first.Key);
    }

    [Fact]
    public void Of_somebody_who_was_erased_it_is_destroyed_as_soon_as_nobody_works_with_it()
    {
        var working = _keys.Borrow(Patient, Tenant, _wrapped);
        _keys.Forget(Patient);
        Works(working.Key).ShouldBeTrue("a batch that has begun is brought to its end");
        _keys.Return([working]);
        Works(working.Key).ShouldBeFalse();
        _keys.Count.ShouldBe(0);
    }

    [Fact]
    public void A_key_that_was_wrapped_anew_is_opened_anew()
    {
        var before = _keys.Borrow(Patient, Tenant, _wrapped);
        var after = _keys.Borrow(Patient, Tenant, _keyring.Wrap(Tenant, RandomNumberGenerator.GetBytes(32)));
        after.Key.ShouldNotBeSameAs(before.Key);
        Works(before.Key).ShouldBeTrue();
        _keys.Return([before]);
        Works(before.Key).ShouldBeFalse();
        Works(after.Key).ShouldBeTrue();
    }

    [Fact]
    public void One_that_nobody_has_used_for_a_while_is_destroyed_and_one_in_use_is_not()
    {
        var used = _keys.Borrow(Patient, Tenant, _wrapped);
        var unused = _keys.Borrow(Patient + 1, Tenant, _wrapped);
        _keys.Return([unused]);
        _time.Advance(TimeSpan.FromSeconds(20));
        Works(unused.Key).ShouldBeTrue();
        _time.Advance(TimeSpan.FromSeconds(20));
        Works(unused.Key).ShouldBeFalse();
        Works(used.Key).ShouldBeTrue();
        _keys.Count.ShouldBe(1);
    }

    private static bool Works(DataKey key)
    {
        try
        {
            key.Seal("place"u8, "word"u8, new byte[4 + DataKey.Overhead]);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }
}
