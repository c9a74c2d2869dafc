using Shouldly;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Simulator.Patients;
using Wardwatch.Simulator.Stories;
using Wardwatch.Simulator.Tables;
using Xunit;

namespace Wardwatch.UnitTests.Simulator;

public class PatientTests
{
    private const double Missing = double.NaN;

    private static PatientTable Table(double stepSeconds, params (double HeartRate, double Systolic)[] rows)
    {
        var draft = new TableDraft("x", continuousPressure: false);
        for (var i = 0; i < rows.Length; i++)
        {
            var values = new double[VitalCatalogue.Count];
            Array.Fill(values, Missing);
            values[(int)Vital.HeartRate] = rows[i].HeartRate;
            values[(int)Vital.SystolicPressure] = rows[i].Systolic;
            draft.Add(i * stepSeconds, values, "row");
        }

        return draft.Build().ShouldNotBeNull();
    }

    private static VitalFrame Sample(TableReplay source, double seconds)
    {
        var frame = new VitalFrame();
        source.Sample(seconds, frame);
        return frame;
    }

    private static VitalSet[] Observe(IVitalsSource source, int seconds, params StoryRun[] stories)
    {
        var patient = new PatientSimulation(source, stories);
        return [.. Enumerable.Range(0, seconds).Select(second => patient.Observe(second, second * 1_000_000L))];
    }

    [Fact]
    public void A_replay_meets_each_row_and_runs_between_them()
    {
        var replay = new TableReplay(Table(60, (70, Missing), (80, Missing), (80, Missing)), AfterEnd.Stop, seed: 1);
        Sample(replay, 0)[Vital.HeartRate].ShouldBe(70);
        Sample(replay, 30)[Vital.HeartRate].ShouldBe(75, 5);
        Sample(replay, 60)[Vital.HeartRate].ShouldBe(80);
        Sample(replay, 180).Has(Vital.HeartRate).ShouldBeFalse(); // the last row's tick has ended
    }

    [Fact]
    public void A_gap_in_the_table_stays_a_gap()
    {
        var replay = new TableReplay(Table(60, (70, Missing), (Missing, Missing), (90, Missing)), AfterEnd.Stop, seed: 1);
        Sample(replay, 30)[Vital.HeartRate].ShouldBe(70, 5); // holds for its own tick, does not run towards what is not there
        Sample(replay, 60).Has(Vital.HeartRate).ShouldBeFalse();
        Sample(replay, 119).Has(Vital.HeartRate).ShouldBeFalse();
        Sample(replay, 120)[Vital.HeartRate].ShouldBe(90);
    }

    [Fact]
    public void Missing_rows_are_a_gap_as_well()
    {
        var draft = new TableDraft("x", continuousPressure: false);
        foreach (var minute in new[] { 0, 1, 2, 3, 4, 60, 61 })
        {
            var values = new double[VitalCatalogue.Count];
            Array.Fill(values, Missing);
            values[(int)Vital.HeartRate] = 70;
            draft.Add(minute * 60, values, "row");
        }

        var replay = new TableReplay(draft.Build()!, AfterEnd.Stop, seed: 1);
        Sample(replay, 40 * 60).Has(Vital.HeartRate).ShouldBeFalse();
        Sample(replay, 60 * 60)[Vital.HeartRate].ShouldBe(70);
    }

    [Fact]
    public void A_cuff_value_is_sent_when_it_is_taken_and_repeated_with_its_own_time()
    {
        var readings = Observe(new TableReplay(Table(60, (70, 120), (70, Missing), (70, 130)), AfterEnd.Stop, seed: 1), 150);

        readings[0].TryGet(Vital.SystolicPressure, out var value, out var at).ShouldBeTrue();
        (value, at).ShouldBe((120, 0L));
        readings[1].Has(Vital.SystolicPressure).ShouldBeFalse();
        var repeated = readings.Skip(1).Take(118).Where(reading => reading.Has(Vital.SystolicPressure)).ToList();
        repeated.Count.ShouldBeInRange(2, 4);
        repeated.ShouldAllBe(reading => reading.AgeSeconds(Vital.SystolicPressure, 0) == 0);
        readings[120].TryGet(Vital.SystolicPressure, out value, out at).ShouldBeTrue();
        (value, at).ShouldBe((130, 120_000_000L));
    }

    [Fact]
    public void After_its_end_a_replay_continues_from_the_last_values_and_measures_nothing_new()
    {
        var replay = new TableReplay(Table(60, (70, 120), (88, Missing)), AfterEnd.Continue, seed: 1);
        Sample(replay, 60);
        var first = Sample(replay, 120);
        first[Vital.HeartRate].ShouldBe(88, 0.001);
        first[Vital.SystolicPressure].ShouldBe(120, 0.001);
        first.Has(Vital.SpO2).ShouldBeFalse();
        first.Has(Vital.Consciousness).ShouldBeFalse();
        for (var second = 121; second < 3_600; second++)
            Sample(replay, second)[Vital.HeartRate].ShouldBe(88, 25);
    }

    [Fact]
    public void A_loop_begins_again_with_the_first_row()
    {
        var replay = new TableReplay(Table(60, (70, 120), (80, Missing)), AfterEnd.Loop, seed: 1);
        Sample(replay, 60);
        var again = Sample(replay, 120);
        again[Vital.HeartRate].ShouldBe(70);
        (again.TakenMask & (1 << (int)Vital.SystolicPressure)).ShouldNotBe(0);
    }

    [Fact]
    public void Rows_that_pass_between_two_samples_are_not_lost()
    {
        var replay = new TableReplay(Table(60, (70, 111), (70, 122), (70, Missing), (70, Missing)), AfterEnd.Stop, seed: 1);
        Sample(replay, 0);
        var frame = Sample(replay, 180);
        frame[Vital.SystolicPressure].ShouldBe(122);
        (frame.TakenMask & (1 << (int)Vital.SystolicPressure)).ShouldNotBe(0);
    }

    [Fact]
    public void The_same_seed_gives_the_same_patient_and_another_seed_another()
    {
        var first = Observe(new SyntheticPatient(SyntheticProfile.Draw(new Random(5)), 5, false), 600);
        var again = Observe(new SyntheticPatient(SyntheticProfile.Draw(new Random(5)), 5, false), 600);
        var other = Observe(new SyntheticPatient(SyntheticProfile.Draw(new Random(6)), 6, false), 600);
        Values(again).ShouldBe(Values(first));
        Values(other).ShouldNotBe(Values(first));

        static List<double> Values(VitalSet[] readings) =>
            [.. readings.SelectMany(reading => VitalCatalogue.All.ToArray().Select(definition => reading.ValueOrNaN(definition.Vital)))];
    }

    [Fact]
    public void A_synthetic_patient_stays_calm_for_a_day_and_has_a_cuff_four_times_an_hour()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var patient = new PatientSimulation(new SyntheticPatient(SyntheticProfile.Draw(new Random(seed)), seed, false), []);
            var cuffs = new HashSet<long>();
            for (var second = 0; second < 86_400; second += 5)
            {
                var reading = patient.Observe(second, second * 1_000_000L);
                reading.ValueOrNaN(Vital.HeartRate).ShouldBeInRange(40, 110);
                reading.ValueOrNaN(Vital.SpO2).ShouldBeInRange(93, 100);
                reading.ValueOrNaN(Vital.RespiratoryRate).ShouldBeInRange(8, 24);
                if (reading.TryGet(Vital.SystolicPressure, out var systolic, out var at)) cuffs.Add(at);
                if (!double.IsNaN(systolic)) systolic.ShouldBeInRange(95, 175);
            }

            cuffs.Count.ShouldBeInRange(95, 97);
            cuffs.Min().ShouldBeLessThanOrEqualTo(20_000_000);
        }
    }

    [Fact]
    public void Devices_show_whole_numbers_and_one_decimal_of_temperature()
    {
        var reading = Observe(new SyntheticPatient(new SyntheticProfile { EndTidalCo2 = 37, Glucose = 6 }, 1, false), 120).Aggregate(default(VitalSet), (all, next) =>
        {
            all.Join(next);
            return all;
        });
        foreach (var vital in new[] { Vital.HeartRate, Vital.SpO2, Vital.RespiratoryRate, Vital.SystolicPressure, Vital.DiastolicPressure, Vital.EndTidalCo2 })
            double.IsInteger(reading.ValueOrNaN(vital)).ShouldBeTrue(vital.ToString());
        (reading.ValueOrNaN(Vital.Temperature) * 10).ShouldBe(Math.Round(reading.ValueOrNaN(Vital.Temperature) * 10), 1e-9);
    }
}
