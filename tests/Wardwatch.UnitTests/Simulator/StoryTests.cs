using Shouldly;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Simulator;
using Wardwatch.Simulator.Patients;
using Wardwatch.Simulator.Stories;
using Xunit;

namespace Wardwatch.UnitTests.Simulator;

public class StoryTests
{
    public static TheoryData<string> Names => [.. StoryCatalogue.All.Select(story => story.Name)];

    private static VitalFrame Baseline()
    {
        var frame = new VitalFrame();
        (frame[Vital.HeartRate], frame[Vital.SpO2], frame[Vital.RespiratoryRate]) = (75, 97, 15);
        (frame[Vital.SystolicPressure], frame[Vital.DiastolicPressure], frame[Vital.Temperature]) = (122, 76, 36.8);
        (frame[Vital.Consciousness], frame[Vital.SupplementalOxygen], frame[Vital.EndTidalCo2], frame[Vital.Glucose]) = (0, 0, 37, 6);
        return frame;
    }

    private static VitalFrame At(string name, double severity, double seconds = 100)
    {
        StoryCatalogue.TryFind(name, out var story).ShouldBeTrue();
        var frame = Baseline();
        story.Effect(frame, severity, seconds);
        return frame;
    }

    [Fact]
    public void Sepsis_is_fever_a_fast_heart_and_breathing_and_a_low_pressure()
    {
        var frame = At("sepsis", 1);
        frame[Vital.Temperature].ShouldBeGreaterThan(38.5);
        frame[Vital.HeartRate].ShouldBeGreaterThan(110);
        frame[Vital.RespiratoryRate].ShouldBeGreaterThan(24);
        frame[Vital.SystolicPressure].ShouldBeLessThan(90);
        frame[Vital.Consciousness].ShouldBe((double)Consciousness.Confusion);
    }

    [Fact]
    public void Hypoxia_lowers_the_saturation_and_speeds_up_breathing()
    {
        var frame = At("hypoxia", 1);
        frame[Vital.SpO2].ShouldBeLessThan(86);
        frame[Vital.RespiratoryRate].ShouldBeGreaterThan(24);
        frame[Vital.HeartRate].ShouldBeGreaterThan(95);
    }

    [Fact]
    public void In_bleeding_the_heart_speeds_up_before_the_pressure_falls()
    {
        var early = At("bleeding", 0.4);
        early[Vital.HeartRate].ShouldBeGreaterThan(95);
        early[Vital.SystolicPressure].ShouldBe(122, 1);
        (early[Vital.SystolicPressure] - early[Vital.DiastolicPressure]).ShouldBeLessThan(122 - 76); // the pulse pressure narrows
        var late = At("haemorrhage", 1);
        late[Vital.HeartRate].ShouldBeGreaterThan(125);
        late[Vital.SystolicPressure].ShouldBeLessThan(75);
    }

    [Fact]
    public void An_arrhythmia_is_fast_and_irregular_from_second_to_second()
    {
        var rates = Enumerable.Range(0, 60).Select(second => At("arrhythmia", 1, second)[Vital.HeartRate]).ToList();
        rates.ShouldAllBe(rate => rate > 120 && rate < 165);
        rates.Max().ShouldBeGreaterThan(rates.Min() + 15);
    }

    [Fact]
    public void Opioids_slow_the_breathing_before_the_saturation_falls()
    {
        var early = At("opioid", 0.3);
        early[Vital.EndTidalCo2].ShouldBeGreaterThan(44);
        early[Vital.SpO2].ShouldBe(97, 0.5);
        var late = At("opioid", 1);
        late[Vital.RespiratoryRate].ShouldBeLessThan(8);
        late[Vital.SpO2].ShouldBeLessThan(86);
        late[Vital.Consciousness].ShouldBeGreaterThanOrEqualTo((double)Consciousness.Voice);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_story_keeps_to_plausible_values_and_leaves_gaps_alone(string name)
    {
        for (var severity = 0.0; severity <= 1; severity += 0.05)
        {
            var frame = At(name, severity, severity * 1_000);
            foreach (var definition in VitalCatalogue.All)
                VitalCatalogue.IsPlausible(definition.Vital, frame[definition.Vital]).ShouldBeTrue($"{definition.Name} {frame[definition.Vital]}");
            frame[Vital.DiastolicPressure].ShouldBeLessThan(frame[Vital.SystolicPressure]);
        }

        StoryCatalogue.TryFind(name, out var story).ShouldBeTrue();
        var empty = new VitalFrame();
        story.Effect(empty, 1, 0);
        foreach (var definition in VitalCatalogue.All) empty.Has(definition.Vital).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_story_is_a_pure_function_of_time(string name) => At(name, 0.7, 42)[Vital.HeartRate].ShouldBe(At(name, 0.7, 42)[Vital.HeartRate]);

    [Fact]
    public void A_run_begins_develops_holds_recedes_and_comes_again()
    {
        StoryCatalogue.TryFind("sepsis", out var story).ShouldBeTrue();
        var run = new StoryRun(story, OnsetSeconds: 100, DevelopSeconds: 60, HoldSeconds: 40, RecoverSeconds: 20, PeriodSeconds: 1_000);
        run.SeverityAt(100).ShouldBe(0);
        run.SeverityAt(130).ShouldBe(0.5);
        run.SeverityAt(160).ShouldBe(1);
        run.SeverityAt(200).ShouldBe(1);
        run.SeverityAt(210).ShouldBe(0.5);
        run.SeverityAt(220).ShouldBe(0);
        run.SeverityAt(1_130).ShouldBe(0.5);
        for (var second = 0.0; second < 2_200; second++)
            Math.Abs(run.SeverityAt(second + 1) - run.SeverityAt(second)).ShouldBeLessThan(0.08); // without jumps
    }

    [Fact]
    public void During_a_story_the_cuff_inflates_every_two_minutes()
    {
        StoryCatalogue.TryFind("bleeding", out var story).ShouldBeTrue();
        var patient = new PatientSimulation(new SyntheticPatient(new SyntheticProfile(), 1, false), [new StoryRun(story, 60, 120)]);
        var taken = new HashSet<long>();
        var last = 0.0;
        for (var second = 0; second < 800; second++)
        {
            if (!patient.Observe(second, second * 1_000_000L).TryGet(Vital.SystolicPressure, out var value, out var at)) continue;
            taken.Add(at);
            last = value;
        }

        taken.Count.ShouldBeGreaterThanOrEqualTo(6);
        last.ShouldBeLessThan(80);
    }

    [Fact]
    public void After_a_story_the_cuff_says_more_than_once_that_the_patient_is_well()
    {
        StoryCatalogue.TryFind("sepsis", out var story).ShouldBeTrue();
        var patient = new PatientSimulation(new SyntheticPatient(new SyntheticProfile(), 1, false), [new StoryRun(story, 20, 12, 38, 15) { RoundsSeconds = 5 }]);
        var well = new HashSet<long>();
        for (var second = 0; second < 120; second++)
        {
            if (patient.Observe(second, second * 1_000_000L).TryGet(Vital.SystolicPressure, out var value, out var at) && at >= 82_000_000 && value > 100)
            {
                well.Add(at);
            }
        }

        well.Count.ShouldBeGreaterThanOrEqualTo(3);
        well.Max().ShouldBeLessThan(110_000_000, "the usual quarter of an hour follows");
    }

    [Theory]
    [InlineData("Bleeding", "haemorrhage")]
    [InlineData("hemorrhage", "haemorrhage")]
    [InlineData("SEPTIC", "sepsis")]
    [InlineData("Atrial fibrillation", "arrhythmia")]
    [InlineData("desaturation", "hypoxia")]
    public void Stories_answer_to_their_synonyms(string word, string name)
    {
        StoryCatalogue.TryFind(word, out var story).ShouldBeTrue();
        story.Name.ShouldBe(name);
    }

    [Fact]
    public void A_story_is_asked_for_in_one_word()
    {
        var plain = StoryRequest.Parse("sepsis");
        plain.Target.ShouldBe("1");
        plain.Run.OnsetSeconds.ShouldBe(30);
        plain.Run.HoldSeconds.ShouldBe(double.PositiveInfinity);

        var full = StoryRequest.Parse("bleeding:p-00003@900,onset=5,duration=60,hold=10,recover=20");
        full.Target.ShouldBe("p-00003");
        full.Run.ShouldBe(new StoryRun(full.Run.Story, 5, 60, 10, 20, 900));

        Should.Throw<SimulatorException>(() => StoryRequest.Parse("plague")).Code.ShouldBe(ExitCode.Usage);
        Should.Throw<SimulatorException>(() => StoryRequest.Parse("sepsis,onset=soon")).Code.ShouldBe(ExitCode.Usage);
        Should.Throw<SimulatorException>(() => StoryRequest.Parse("sepsis@0")).Code.ShouldBe(ExitCode.Usage);
    }
}
