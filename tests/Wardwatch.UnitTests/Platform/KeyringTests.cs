using System.Security.Cryptography;
using System.Text;
using Shouldly;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Keys;
using Xunit;

namespace Wardwatch.UnitTests.Platform;

public sealed class KeyringTests
{
    private static readonly byte[] Master = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
    private static readonly byte[] Place = "tenant 1, patient 7"u8.ToArray();

    // RFC 5649, section 6: 20 and 7 bytes wrapped under a 192-bit key.
    [Theory]
    [InlineData("c37b7e6492584340bed12207808941155068f738", "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a")]
    [InlineData("466f7250617369", "afbeb0f07dfbf5419200f2ccb50bb24f")]
    public void The_platforms_key_wrap_is_that_of_RFC_5649(string key, string wrapped)
    {
        using var aes = Aes.Create();
        aes.SetKey(Convert.FromHexString("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8"));
        Convert.ToHexStringLower(aes.EncryptKeyWrapPadded(Convert.FromHexString(key))).ShouldBe(wrapped);
        Convert.ToHexStringLower(aes.DecryptKeyWrapPadded(Convert.FromHexString(wrapped))).ShouldBe(key);
    }

    [Fact]
    public void A_tenant_key_opens_again_under_the_same_master_key()
    {
        using var first = new Keyring(Master, new LeasedNonces(1));
        var wrapped = first.CreateTenantKey();
        var value = Seal(first.Open(1, [wrapped]), "Okafor, Adaeze");

        using var second = new Keyring(Master, new LeasedNonces(2));
        Open(second.Open(1, [wrapped]), value).ShouldBe("Okafor, Adaeze");
        Open(second.Tenant(1), value).ShouldBe("Okafor, Adaeze");
    }

    [Fact]
    public void Another_master_key_opens_nothing()
    {
        using var first = new Keyring(Master, new LeasedNonces(1));
        var wrapped = first.CreateTenantKey();
        using var other = new Keyring(RandomNumberGenerator.GetBytes(32), new LeasedNonces(2));
        Should.Throw<CryptographicException>(() => other.Open(1, [wrapped]));
    }

    [Fact]
    public void A_key_wrapped_for_one_tenant_does_not_open_for_another()
    {
        using var keyring = new Keyring(Master, new LeasedNonces(1));
        keyring.Open(1, [keyring.CreateTenantKey()]);
        keyring.Open(2, [keyring.CreateTenantKey()]);
        var device = RandomNumberGenerator.GetBytes(16);
        var wrapped = keyring.Wrap(1, device);
        keyring.Unwrap(1, wrapped).ShouldBe(device);
        Should.Throw<CryptographicException>(() => keyring.Unwrap(2, wrapped));
    }

    [Fact]
    public void A_wrapped_key_changed_in_any_bit_is_refused()
    {
        using var keyring = new Keyring(Master, new LeasedNonces(1));
        keyring.Open(1, [keyring.CreateTenantKey()]);
        var wrapped = keyring.Wrap(1, RandomNumberGenerator.GetBytes(32));
        for (var bit = 0; bit < wrapped.Length * 8; bit++)
        {
            var changed = wrapped.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Should.Throw<CryptographicException>(() => keyring.Unwrap(1, changed));
        }
    }

    [Fact]
    public void A_patients_key_protects_what_the_tenants_does_not_open()
    {
        using var keyring = new Keyring(Master, new LeasedNonces(1));
        keyring.Open(1, [keyring.CreateTenantKey()]);
        using var patient = keyring.OpenPatientKey(1, keyring.Wrap(1, RandomNumberGenerator.GetBytes(32)));
        var value = Seal(patient, "hr 72");
        Open(patient, value).ShouldBe("hr 72");
        Open(keyring.Tenant(1), value).ShouldBeNull();
    }

    [Fact]
    public void A_patients_key_of_another_length_is_refused()
    {
        using var keyring = new Keyring(Master, new LeasedNonces(1));
        keyring.Open(1, [keyring.CreateTenantKey()]);
        var wrapped = keyring.Wrap(1, RandomNumberGenerator.GetBytes(16));
        Should.Throw<CryptographicException>(() => keyring.OpenPatientKey(1, wrapped));
    }

    [Fact]
    public void A_tenant_that_was_not_opened_has_no_key()
    {
        using var keyring = new Keyring(Master, new LeasedNonces(1));
        Should.Throw<KeyNotFoundException>(() => keyring.Tenant(3));
    }

    [Fact]
    public void Nonces_begin_with_the_lease_and_never_repeat()
    {
        var nonces = new LeasedNonces(0x01020304);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var nonce = new byte[12];
        for (var i = 0; i < 1000; i++)
        {
            nonces.Next(nonce);
            nonce[..4].ShouldBe(new byte[] { 1, 2, 3, 4 });
            seen.Add(Convert.ToHexString(nonce)).ShouldBeTrue();
        }
    }

    [Fact]
    public void A_key_that_was_stored_before_fingerprints_opens_as_well()
    {
        using var keyring = new Keyring(Master, new LeasedNonces(1));
        var stored = keyring.CreateTenantKey() with { MasterKeyId = null };
        keyring.Open(1, [stored]);
        keyring.Masters.FindOpener(stored.WrappedKey).ShouldBe(MasterKeys.IdOf(Master));
        keyring.Masters.FindOpener(RandomNumberGenerator.GetBytes(40)).ShouldBeNull();
    }

    [Fact]
    public void The_fingerprint_of_a_master_key_is_pinned_since_it_stands_in_databases() => MasterKeys.IdOf(Master).ShouldBe("956dae69fd0ea5cf");

    [Fact]
    public void What_a_tenants_data_key_sealed_opens_under_the_next_tenant_key_and_what_was_wrapped_under_either_opens_until_the_old_one_is_gone()
    {
        using var keyring = new Keyring(Master, new LeasedNonces(1));
        var first = keyring.CreateTenantKey();
        var value = Seal(keyring.Open(1, [first]), "found by this");
        var index = keyring.Tenant(1).BlindIndex("record-number", "2011834");
        var device = RandomNumberGenerator.GetBytes(16);
        var underFirst = keyring.Wrap(1, device);

        var second = keyring.CreateNextTenantKey(1);
        keyring.Open(1, [first, second]);
        var underSecond = keyring.Wrap(1, device);
        underFirst[..4].ShouldBe(new byte[] { 0, 0, 0, 1 });
        underSecond[..4].ShouldBe(new byte[] { 0, 0, 0, 2 });
        keyring.Unwrap(1, underFirst).ShouldBe(device);
        keyring.Unwrap(1, underSecond).ShouldBe(device);

        keyring.Open(1, [second]);
        keyring.Unwrap(1, underSecond).ShouldBe(device);
        Should.Throw<CryptographicException>(() => keyring.Unwrap(1, underFirst));
        keyring.Unwrap(1, keyring.Wrap(1, device)).ShouldBe(device);

        // Another process, which has never seen the first key.
        using var later = new Keyring(Master, new LeasedNonces(2));
        Open(later.Open(1, [second]), value).ShouldBe("found by this");
        later.Tenant(1).BlindIndex("record-number", "2011834").ShouldBe(index);
        later.Unwrap(1, underSecond).ShouldBe(device);
    }

    [Fact]
    public void A_third_tenant_key_carries_the_same_data_key()
    {
        using var keyring = new Keyring(Master, new LeasedNonces(1));
        var value = Seal(keyring.Open(1, [keyring.CreateTenantKey()]), "kept");
        keyring.Open(1, [keyring.CreateNextTenantKey(1)]);
        var third = keyring.CreateNextTenantKey(1);
        third.Number.ShouldBe(3);
        using var later = new Keyring(Master, new LeasedNonces(2));
        Open(later.Open(1, [third]), value).ShouldBe("kept");
    }

    [Fact]
    public void A_key_under_a_number_that_another_process_made_is_looked_up()
    {
        var source = new Stored();
        using var rotating = new Keyring(Master, new LeasedNonces(1));
        source.Keys.Add(rotating.CreateTenantKey());
        rotating.Open(1, source.Keys);
        using var running = new Keyring(Of(Master), new LeasedNonces(2), source);
        running.Tenant(1).ShouldNotBeNull();

        source.Keys.Add(rotating.CreateNextTenantKey(1));
        rotating.Open(1, source.Keys);
        var device = RandomNumberGenerator.GetBytes(16);
        running.Unwrap(1, rotating.Wrap(1, device)).ShouldBe(device);
        source.Reads.ShouldBe(2);
        running.NewestNumber(1).ShouldBe(2);
        Should.Throw<KeyNotFoundException>(() => running.Tenant(7));
    }

    [Fact]
    public void A_master_key_that_was_rotated_since_the_start_is_read_again()
    {
        var next = RandomNumberGenerator.GetBytes(32);
        using var rotated = new Keyring(next, new LeasedNonces(1));
        var stored = rotated.CreateTenantKey();
        using var masters = new MasterKeys(() => [next.ToArray()]);
        masters.Add(Master);
        using var running = new Keyring(masters, new LeasedNonces(2));
        running.Open(1, [stored]).ShouldNotBeNull();
    }

    [Fact]
    public void A_destroyed_key_opens_and_seals_nothing_whoever_holds_it()
    {
        using var keyring = new Keyring(Master, new LeasedNonces(1));
        keyring.Open(1, [keyring.CreateTenantKey()]);
        var patient = keyring.OpenPatientKey(1, keyring.Wrap(1, RandomNumberGenerator.GetBytes(32)));
        var value = Seal(patient, "hr 72");
        patient.Dispose();
        Open(patient, value).ShouldBeNull();
        Should.Throw<ObjectDisposedException>(() => Seal(patient, "hr 73"));
        Should.Throw<ObjectDisposedException>(() => patient.BlindIndex("name", "x"));
        using var second = patient.OpenSecond();
        Open(second, value).ShouldBeNull();
        Should.Throw<ObjectDisposedException>(() => Seal(second, "under a key of zeros"));
    }

    private static MasterKeys Of(byte[] key)
    {
        var masters = new MasterKeys();
        masters.Add(key);
        return masters;
    }

    private sealed class Stored : ITenantKeySource
    {
        public List<WrappedTenantKey> Keys { get; } = [];

        public int Reads { get; private set; }

        public IReadOnlyCollection<WrappedTenantKey> Read(int tenantId)
        {
            Reads++;
            return tenantId == 1 ? [.. Keys] : [];
        }
    }

    private static byte[] Seal(DataKey key, string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        var value = new byte[content.Length + DataKey.Overhead];
        key.Seal(Place, content, value).ShouldBe(value.Length);
        return value;
    }

    private static string? Open(DataKey key, byte[] value)
    {
        var content = new byte[value.Length];
        return key.TryOpen(Place, value, content, out var length) ? Encoding.UTF8.GetString(content, 0, length) : null;
    }
}
