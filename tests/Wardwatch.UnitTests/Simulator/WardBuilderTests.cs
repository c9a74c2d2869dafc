using System.Text.Json;
using Shouldly;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Simulator;
using Wardwatch.Simulator.Faults;
using Wardwatch.Simulator.Stories;
using Xunit;

namespace Wardwatch.UnitTests.Simulator;

public sealed class WardBuilderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wardwatch-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SimulatorOptions Options(int simulated = 15, int spare = 2)
    {
        var entries = Enumerable.Range(1, simulated + spare).Select(i => new { device = $"dev-{i}", keyId = i, key = new string('a', 32), token = "t", topic = $"hospital/h/ward/w/patient/p-{i}", simulated = i <= simulated });
        File.WriteAllText(Path.Combine(_folder, "device-keys.json"), JsonSerializer.Serialize(entries));
        return new SimulatorOptions { DataFolder = _folder, Host = "127.0.0.1", Port = 8883 };
    }

    private static ExitCode CodeOf(Action action) => Should.Throw<SimulatorException>(action).Code;

    [Fact]
    public void The_demonstration_replays_the_shipped_workbook_with_stories_and_faults_in_a_few_patients()
    {
        var plan = WardBuilder.Build(Options());
        plan.Beds.Count.ShouldBe(15);
        plan.Beds.ShouldAllBe(bed => bed.Device.Simulated);
        plan.Beds.Count(bed => bed.Faults.Count > 0).ShouldBe(2);

        // Within six minutes somebody's saturation has fallen, and most are still calm.
        var lowest = plan.Beds.Select(bed => Enumerable.Range(0, 360).Min(second =>
        {
            var value = bed.Patient.Observe(second, second * 1_000_000L).ValueOrNaN(Vital.SpO2);
            return double.IsNaN(value) ? 100 : value;
        })).ToList();
        lowest.Count(value => value < 90).ShouldBe(1);
        lowest.Count(value => value >= 94).ShouldBeGreaterThanOrEqualTo(12);
    }

    [Fact]
    public void Where_no_device_is_simulated_all_are_used()
    {
        var plan = WardBuilder.Build(Options(simulated: 0, spare: 3));
        plan.Beds.Count.ShouldBe(3);
        plan.Notes.ShouldContain(note => note.Contains("all are used"));
    }

    [Fact]
    public void A_table_goes_to_the_patient_whose_id_it_bears_and_the_rest_in_order()
    {
        var path = Path.Combine(_folder, "ward.csv");
        File.WriteAllText(path, "patient,time,HR\np-3,0,133\nother,0,55\n");
        var plan = WardBuilder.Build(Options() with { Tables = path, Patients = 4 });
        double Rate(int bed) => plan.Beds[bed].Patient.Observe(0, 0).ValueOrNaN(Vital.HeartRate);
        Rate(2).ShouldBe(133);
        Rate(0).ShouldBe(55);
        plan.Beds.ShouldAllBe(bed => bed.Faults.Count == 0); // one's own data are replayed as they are
        plan.Notes.ShouldContain(note => note.Contains("2 patients without a table"));
    }

    [Fact]
    public void Stories_and_faults_find_their_patient_by_number_id_or_device()
    {
        var plan = WardBuilder.Build(Options() with
        {
            Stories = [StoryRequest.Parse("hypoxia:p-2,onset=0,duration=10")],
            Faults = [FaultRequest.Parse("silent:dev-4"), FaultRequest.Parse("duplicate:5")],
        });
        plan.Beds.Select(bed => bed.Faults.Count).ShouldBe([0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        plan.Beds[0].Patient.Observe(60, 0).ValueOrNaN(Vital.SpO2).ShouldBeGreaterThan(93);
        plan.Beds[1].Patient.Observe(60, 0).ValueOrNaN(Vital.SpO2).ShouldBeLessThan(88);
    }

    [Fact]
    public void What_cannot_be_is_refused_with_its_own_code()
    {
        var options = Options();
        CodeOf(() => WardBuilder.Build(options with { Patients = 16 })).ShouldBe(ExitCode.Usage);
        CodeOf(() => WardBuilder.Build(options with { Stories = [StoryRequest.Parse("sepsis:nobody")] })).ShouldBe(ExitCode.Usage);
        CodeOf(() => WardBuilder.Build(options with { Workbook = Path.Combine(_folder, "none.xlsx") })).ShouldBe(ExitCode.Input);
        CodeOf(() => WardBuilder.Build(options with { Tables = Path.Combine(_folder, "none.csv") })).ShouldBe(ExitCode.Input);
        CodeOf(() => WardBuilder.Build(options with { Records = [Path.Combine(_folder, "none.hea")] })).ShouldBe(ExitCode.Input);
        CodeOf(() => WardBuilder.Build(options with { DataFolder = Path.Combine(_folder, "none") })).ShouldBe(ExitCode.Credentials);
        File.WriteAllText(Path.Combine(_folder, "device-keys.json"), "[{\"device\":\"a\",\"keyId\":1,\"key\":\"12\",\"token\":\"t\",\"topic\":\"x\"}]");
        var problem = Should.Throw<SimulatorException>(() => WardBuilder.Build(options));
        problem.Code.ShouldBe(ExitCode.Credentials);
        problem.Message.ShouldContain("entry 1");
    }
}
