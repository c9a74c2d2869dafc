using Shouldly;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Patients;

public sealed class PatientNamesTests : IDisposable
{
    private readonly DataKey _key = new(new byte[32], new LeasedNonces(1));

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData("O'Brien-Núñez, Søren", "OBRIENNUNEZ OBRIEN O BRIEN NUNEZ SOREN")]
    [InlineData("Nu\u0301n\u0303ez, Ann", "NUNEZ ANN")]
    [InlineData("Nguyễn, Thị Ánh", "NGUYEN THI ANH")]
    [InlineData("Groß, Łucja", "GROSS LUCJA")]
    [InlineData("Иванов, Пётр", "ИВАНОВ ПЁТР")]
    [InlineData(" , -'", "")]
    public void A_name_has_the_words_by_which_people_look_for_it(string name, string parts) =>
        PatientNames.Parts(name).Order(StringComparer.Ordinal).ShouldBe(parts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("okafor", true)]
    [InlineData("oka ada", true)]
    [InlineData("Ada Oka", true)]
    [InlineData("Okafor, A", true)]
    [InlineData("Okafor, B", false)]
    [InlineData("Okafor O", true)]
    [InlineData("okafor ok", true)]
    [InlineData("l adaeze o", true)]
    [InlineData("adaeze x", false)]
    [InlineData("li", true)]
    [InlineData("20-118", true)]
    [InlineData("2011834", true)]
    [InlineData("kafor", false)]
    [InlineData("Okafor Bert", false)]
    [InlineData("ok", false)]
    [InlineData("118", false)]
    [InlineData("201", false)]
    public void The_database_finds_a_patient_by_hashes_of_beginnings_alone(string typed, bool found)
    {
        var stored = PatientSearch.TokensOf(_key, "Okafor, Adaeze Li", "20-11834").Select(Convert.ToHexString).ToHashSet(StringComparer.Ordinal);
        var search = new PatientSearch(typed);
        var wanted = search.Tokens(_key).Select(Convert.ToHexString).ToList();
        wanted.ShouldNotBeEmpty();
        wanted.TrueForAll(stored.Contains).ShouldBe(found);
    }

    [Fact]
    public void What_the_hashes_do_not_tell_is_compared_afterwards()
    {
        new PatientSearch("okafor").NeedsComparison.ShouldBeFalse();
        new PatientSearch("20-11834").NeedsComparison.ShouldBeFalse();
        foreach (var typed in new[] { "okafor a", "li", "Featherstonehaugh", "one two three four five", "2011834201183420" })
        {
            new PatientSearch(typed).NeedsComparison.ShouldBeTrue(typed);
        }
    }

    [Fact]
    public void A_name_and_a_record_number_of_the_same_letters_share_no_hash()
    {
        var names = PatientSearch.TokensOf(_key, "ABCDEF", "1").Select(Convert.ToHexString);
        var numbers = PatientSearch.TokensOf(_key, "Z", "ABCDEF").Select(Convert.ToHexString);
        names.Intersect(numbers, StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Fact]
    public void One_change_leaves_the_beds_in_the_order_in_which_sorting_all_of_them_puts_them()
    {
        var order = new BedOrder([], [new(1, "a", "A", ["2", "1", "3"]), new(1, "b", "B", ["1", "2"]), new(2, "a", "A", ["1"])]);
        (int, string?, string?)[] places = [(1, "a", "1"), (1, "a", "2"), (1, "a", "3"), (1, "b", "1"), (1, "b", "2"), (2, "a", "1"), (1, null, null), (1, "gone", "9")];
        var random = new Random(5);
        var known = new Dictionary<int, PatientEntry>();
        PatientEntry[] present = [];
        for (var step = 0; step < 2000; step++)
        {
            var number = random.Next(1, 12);
            var (tenant, ward, bed) = places[random.Next(places.Length)];
            var now = random.Next(4) == 0 ? null : new PatientEntry(number, tenant, $"p-{number}", "A, B", "1", default, "other", random.Next(5) == 0 ? "discharged" : "stable", ward, bed, 1, _key);
            known.Remove(number);
            if (now is not null)
            {
                known.Add(number, now);
            }

            present = order.Replace(present, number, now);
            present.ShouldBe(order.Sort(known.Values), $"step {step}");
        }
    }
}
