using Shouldly;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Patients;

public sealed class PatientSearchTests : IDisposable
{
    private readonly DataKey _key = new(new byte[32], new LeasedNonces(1));

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData("okafor", true)]
    [InlineData("oka ada", true)]
    [InlineData("Ada Oka", true)]
    [InlineData("Okafor, A", true)]
    [InlineData("20-118", true)]
    [InlineData("20118", true)]
    [InlineData("kafor", false)]
    [InlineData("Okafor Bert", false)]
    [InlineData("118", false)]
    [InlineData(",", false)]
    public void Words_begin_parts_of_the_name_or_the_whole_begins_the_record_number(string typed, bool found)
    {
        var patient = new PatientEntry(1, 1, "p-1", "Okafor, Adaeze", "20-11834", new(1962, 3, 4), "female", "stable", "ward-1", "1", 1, _key);
        new PatientSearch(typed).Matches(patient).ShouldBe(found);
    }
}
