using System.CommandLine;
using Spectre.Console;
using Wardwatch.Benchmarks.Micro;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Benchmarks.Alerts;

/// <summary>What <c>bench alerts</c> measured.</summary>
/// <param name="Readings">Readings of the patient-month.</param>
/// <param name="Seconds">Processor time of its replay, NEWS2 of each reading included: what else runs on the machine is not in it.</param>
/// <param name="NanosecondsPerStep">What a step of the engine took of it.</param>
/// <param name="BytesPerStep">Allocated by a step.</param>
/// <param name="Raised">Alerts that were raised.</param>
internal sealed record AlertsResult(int Readings, double Seconds, double NanosecondsPerStep, double BytesPerStep, int Raised);

/// <summary><c>bench alerts</c>: a month of one patient at one reading a second through the alert engine, on one core.</summary>
internal static class AlertsVerb
{
    private const int Month = 30 * 86_400;
    private const double MostSeconds = 10;
    private const double MostNanoseconds = 2_000;

    public static Command Create(Option<bool> json)
    {
        var command = new Command("alerts", "A patient-month (2.6 million readings) through the alert engine on one core; fails from 10 s, 2 µs a step, or an allocated byte on");
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!FullyCompiled.Is) return await FullyCompiled.RunAgainAsync(cancellation);
            var result = Measure();
            new Report(parsed.GetValue(json)).Result(Table(result), result);
            return result is { Seconds: < MostSeconds, NanosecondsPerStep: < MostNanoseconds, BytesPerStep: 0 } ? 0 : 1;
        });
        return command;
    }

    private static AlertsResult Measure()
    {
        var vitals = Vitals();
        Replay(vitals, 86_400, isJudged: true, out _);
        var (without, _) = Replay(vitals, Month, isJudged: false, out _);
        var (with, bytes) = Replay(vitals, Month, isJudged: true, out var raised);
        return new AlertsResult(Month, with, (with - without) * 1e9 / Month, bytes / (double)Month, raised);
    }

    /// <summary>A day of a patient whose vital signs wander, with some bad hours: the month is thirty of them. A cuff every quarter of an hour.</summary>
    private static float[][] Vitals()
    {
        var random = new Random(11);
        double hr = 80, spo2 = 96, rr = 15, sbp = 125;
        var day = new float[86_400][];
        for (var second = 0; second < day.Length; second++)
        {
            var ill = second / 3_600 % 8 == 5 ? 1 : 0;
            hr = Wander(random, hr, 80 + (45 * ill), 1.5);
            spo2 = Math.Min(100, Wander(random, spo2, 96 - (8 * ill), 0.4));
            rr = Wander(random, rr, 15 + (10 * ill), 0.6);
            sbp = Wander(random, sbp, 125 - (35 * ill), 0.8);
            day[second] = [(float)Math.Round(hr), (float)Math.Round(spo2), (float)Math.Round(rr), (float)Math.Round(sbp)];
        }

        return day;
    }

    private static double Wander(Random random, double value, double middle, double step) => value + ((random.NextDouble() - 0.5) * 2 * step) + ((middle - value) * 0.01);

    private static (double Seconds, long Bytes) Replay(float[][] day, int readings, bool isJudged, out int raised)
    {
        var (memory, transitions, set) = (new AlertMemory(), new AlertTransition[AlertCatalogue.Count], new VitalSet());
        var sum = raised = 0;
        var now = 1_800_000_000_000_000;
        set.Update(Vital.Temperature, 37, now);
        set.Update(Consciousness.Alert, now);
        set.Update(Vital.SupplementalOxygen, 0, now);
        var (bytes, began) = (GC.GetAllocatedBytesForCurrentThread(), Environment.CpuUsage.TotalTime);
        for (var i = 0; i < readings; i++, now += 1_000_000)
        {
            var values = day[i % day.Length];
            set.Update(Vital.HeartRate, values[0], now);
            set.Update(Vital.SpO2, values[1], now);
            set.Update(Vital.RespiratoryRate, values[2], now);
            if (i % 900 == 0) set.Update(Vital.SystolicPressure, values[3], now);
            var score = News2.Score(in set, now, ScoreWindow.Default, SpO2Scale.One);
            sum += score.Min;
            if (!isJudged) continue;
            var input = new AlertInput(in set, in score, now) { DeviceHeardAt = now, AnomalyScore = 0.4, AnomalyCompleteness = 1 };
            var count = AlertEngine.Step(memory, AlertSettings.Default, in input, transitions);
            for (var told = 0; told < count; told++) raised += transitions[told].Phase == AlertPhase.Raised ? 1 : 0;
        }

        var seconds = (Environment.CpuUsage.TotalTime - began).TotalSeconds;
        return sum >= 0 ? (seconds, GC.GetAllocatedBytesForCurrentThread() - bytes) : throw new BenchmarkException("A score is never negative.");
    }

    private static Table Table(AlertsResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("A patient-month on one core").AddColumn(new TableColumn("").RightAligned());
        table.AddRow("Readings", Report.Number(result.Readings));
        table.AddRow("Replay with NEWS2 of each reading, s", Report.Number(result.Seconds));
        table.AddRow("Engine, ns a step", Report.Number(result.NanosecondsPerStep));
        table.AddRow("Engine, allocated bytes a step", Report.Number(result.BytesPerStep));
        table.AddRow("Alerts raised", Report.Number(result.Raised));
        return table;
    }
}
