using Shouldly;
using Wardwatch.Server.Cli.Seed;
using Wardwatch.Server.Patients;
using Xunit;

namespace Wardwatch.UnitTests.Patients;

public sealed class DemoPatientsTests
{
    private static readonly List<NewPatient> All = [.. Enumerable.Range(1, DemoPatients.Most).Select(DemoPatients.Create)];

    [Fact]
    public void Fifteen_patients_lie_eight_and_seven_in_two_wards_of_eight_beds()
    {
        All.Take(15).CountBy(patient => patient.Ward ?? "").ToDictionary(ward => ward.Key, ward => ward.Value)
            .ShouldBe(new Dictionary<string, int> { ["ward-1"] = 8, ["ward-2"] = 7 }, ignoreOrder: true);
        DemoPatients.Wards(15).Select(ward => (ward.Id, ward.Name, ward.Beds.Count))
            .ShouldBe([("ward-1", "Ward 1 · Cardiology", 8), ("ward-2", "Ward 2 · Medicine", 8)]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(10_000)]
    public void Every_patient_has_a_bed_of_ones_own_in_a_ward_that_is_there(int count)
    {
        var beds = DemoPatients.Wards(count).SelectMany(ward => ward.Beds.Select(bed => (ward.Id, bed))).ToHashSet();
        var taken = All.Take(count).Select(patient => (patient.Ward!, patient.Bed!)).ToList();
        taken.ShouldAllBe(bed => beds.Contains(bed));
        taken.Distinct().Count().ShouldBe(count);
    }

    [Fact]
    public void No_two_patients_have_the_same_record_number() =>
        All.Select(patient => PatientIdentity.Normalise(patient.RecordNumber)).Distinct(StringComparer.Ordinal).Count().ShouldBe(DemoPatients.Most);

    [Fact]
    public void The_same_number_is_always_the_same_patient() =>
        Enumerable.Range(1, 100).Select(DemoPatients.Create).ShouldBe(All.Take(100));

    [Fact]
    public void Names_are_varied_and_ages_are_those_of_adults()
    {
        All.Take(200).Select(patient => patient.Name).Distinct(StringComparer.Ordinal).Count().ShouldBeGreaterThan(180);
        All.ShouldAllBe(patient => patient.DateOfBirth > new DateOnly(1930, 1, 1) && patient.DateOfBirth < new DateOnly(2006, 1, 1));
    }

    [Fact]
    public void A_drawn_password_can_be_typed_and_is_never_the_same()
    {
        var drawn = Enumerable.Range(0, 1000).Select(_ => DemoFiles.DrawPassword()).ToList();
        drawn.ShouldAllBe(password => password.Length == 19 && password.All(c => c == '-' || char.IsAsciiLetterLower(c)));
        drawn.Distinct(StringComparer.Ordinal).Count().ShouldBe(1000);
    }
}
