using System.Security.Cryptography;
using System.Text;
using Shouldly;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Patients;

public sealed class PatientIdentityTests : IDisposable
{
    private static readonly PatientIdentity Adaeze = new("Okafor, Adaeze", "20-11834", new(1962, 3, 4), "female");

    private readonly DataKey _key = Key(1);
    private readonly DataKey _other = Key(2);

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void A_sealed_identity_opens_to_what_it_was()
    {
        var value = Adaeze.Seal(_key, 1, "p-1");
        PatientIdentity.Open(_key, 1, "p-1", value).ShouldBe(Adaeze);
        Encoding.Latin1.GetString(value).ShouldNotContain("Okafor");
    }

    [Theory]
    [InlineData(1, "p-2")]
    [InlineData(2, "p-1")]
    public void An_identity_moved_to_another_patient_or_hospital_does_not_open(int tenant, string patient)
    {
        var value = Adaeze.Seal(_key, 1, "p-1");
        Should.Throw<CryptographicException>(() => PatientIdentity.Open(_key, tenant, patient, value));
    }

    [Fact]
    public void An_identity_does_not_open_under_another_patients_key()
    {
        var value = Adaeze.Seal(_key, 1, "p-1");
        Should.Throw<CryptographicException>(() => PatientIdentity.Open(_other, 1, "p-1", value));
    }

    [Fact]
    public void An_identity_with_a_bit_changed_or_cut_short_does_not_open()
    {
        var value = Adaeze.Seal(_key, 1, "p-1");
        value[15] ^= 1;
        Should.Throw<CryptographicException>(() => PatientIdentity.Open(_key, 1, "p-1", value));
        Should.Throw<CryptographicException>(() => PatientIdentity.Open(_key, 1, "p-1", value.AsSpan(0, 5)));
    }

    [Theory]
    [InlineData("20-11834", "20 11834", true)]
    [InlineData("20-11834", "2011834", true)]
    [InlineData("ab.12/3", " AB-123 ", true)]
    [InlineData("20-11834", "20-11835", false)]
    public void A_record_number_is_found_however_it_is_punctuated(string stored, string typed, bool same) =>
        PatientIdentity.IndexOf(_key, stored).AsSpan().SequenceEqual(PatientIdentity.IndexOf(_key, typed)).ShouldBe(same);

    [Fact]
    public void Two_hospitals_index_the_same_record_number_differently() =>
        PatientIdentity.IndexOf(_key, "20-11834").ShouldNotBe(PatientIdentity.IndexOf(_other, "20-11834"));

    private static DataKey Key(byte fill)
    {
        var key = new byte[32];
        Array.Fill(key, fill);
        return new(key, new LeasedNonces(fill));
    }
}
