using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Anomaly;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Benchmarks.Alerts;

/// <summary>How often a type was raised.</summary>
/// <param name="Type">Its code.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="WithoutDelays">Alerts per bed-day with all delays at 0.</param>
/// <param name="WithDefaults">Alerts per bed-day with the default limits and delays.</param>
/// <param name="Stays">The share of stays that had one, with the defaults, 0 to 1.</param>
internal sealed record StaysRow(string Type, string Priority, double WithoutDelays, double WithDefaults, double Stays);

/// <summary>What <c>bench stays</c> counted.</summary>
/// <param name="SecondsBetween">From value to value.</param>
/// <param name="Stays">How many stays.</param>
/// <param name="BedDays">How many days they lasted together.</param>
/// <param name="Types">By type.</param>
internal sealed record StaysResult(int SecondsBetween, int Stays, double BedDays, IReadOnlyList<StaysRow> Types);

/// <summary><c>bench stays</c>: alerts per bed-day, by type, over recorded stays, without delays and with the defaults.</summary>
internal static class StaysVerb
{
    private const long Second = 1_000_000;

    // Between values the clock ticks, so that a score holds for its delay as it would live.
    private const int TickSeconds = 10;

    private static readonly Argument<string> Folder = new("folder") { Description = "A folder with *.psv (PhysioNet Challenge 2019) or WFDB numerics; it is only read" };

    public static Command Create(Option<bool> json)
    {
        var command = new Command("stays", "Alerts per bed-day by type over recorded stays, without delays and with the default ones") { Folder };
        command.SetAction(parsed =>
        {
            var stays = Stay.ReadAll(parsed.GetRequiredValue(Folder)).ToList();
            if (stays.Count == 0) throw new BenchmarkException("There are no stays in this folder.");
            var results = stays.GroupBy(stay => stay.SecondsBetween).Select(group => Count([.. group])).ToList();
            var report = new Report(parsed.GetValue(json));
            foreach (var result in results) report.Result(Table(result), result);
            return 0;
        });
        return command;
    }

    private static StaysResult Count(List<Stay> stays)
    {
        var (without, with, had) = (new int[AlertCatalogue.Count], new int[AlertCatalogue.Count], new int[AlertCatalogue.Count]);
        var settings = For(stays[0].SecondsBetween);
        foreach (var stay in stays)
        {
            var before = with.ToArray();
            Replay(stay, settings.WithoutDelays(), without);
            Replay(stay, settings, with);
            for (var type = 0; type < had.Length; type++) had[type] += with[type] > before[type] ? 1 : 0;
        }

        var days = stays.Sum(stay => stay.Days);
        var rows = AlertCatalogue.All.ToArray().Where(type => without[type.Index] + with[type.Index] > 0)
            .Select(type => new StaysRow(type.Code, type.Priority.Word(), without[type.Index] / days, with[type.Index] / days, had[type.Index] / (double)stays.Count));
        return new StaysResult(stays[0].SecondsBetween, stays.Count, days, [.. rows]);
    }

    /// <summary>A ward whose monitors send once a minute gives silence two minutes.</summary>
    private static AlertSettings For(int secondsBetween) => secondsBetween > 60
        ? AlertSettings.Default
        : AlertSettings.Default.With([new AlertOverride(AlertTypes.DeviceSilent, 120, null, null), new AlertOverride(AlertTypes.ParameterSilent, 120, null, null)]);

    private static void Replay(Stay stay, AlertSettings settings, int[] raised)
    {
        var (memory, transitions, vitals, anomaly) = (new AlertMemory(), new AlertTransition[AlertCatalogue.Count], new VitalSet(), default(AnomalyScore));
        var (model, start, heard) = (DefaultAnomalyModel.Instance, 1_800_000_000 * Second, 0L);
        for (var row = 0; row < stay.Rows.Count; row++)
        {
            for (var second = 0; second < stay.SecondsBetween; second += TickSeconds)
            {
                var now = start + ((((long)row * stay.SecondsBetween) + second) * Second);
                if (second == 0 && Take(stay, row, now, ref vitals))
                {
                    heard = now;
                    anomaly = model.Score(in vitals, now, ScoreWindow.Default);
                }

                var score = News2.Score(in vitals, now, ScoreWindow.Default, SpO2Scale.One);
                var input = new AlertInput(in vitals, in score, now)
                {
                    AnomalyScore = anomaly.IsKnown ? anomaly.Value : double.NaN,
                    AnomalyCompleteness = anomaly.Completeness,
                    DeviceHeardAt = stay.SecondsBetween > 60 ? 0 : heard,
                };
                var count = AlertEngine.Step(memory, settings, in input, transitions);
                foreach (var transition in transitions.AsSpan(0, count)) raised[transition.Type] += transition.Phase == AlertPhase.Raised ? 1 : 0;
            }
        }
    }

    private static bool Take(Stay stay, int row, long now, ref VitalSet vitals)
    {
        var any = false;
        for (var column = 0; column < stay.Vitals.Length; column++)
        {
            var value = stay.Rows[row][column];
            if (VitalCatalogue.IsPlausible(stay.Vitals[column], value)) any |= vitals.Update(stay.Vitals[column], value, now);
        }

        return any;
    }

    private static Table Table(StaysResult result)
    {
        var table = new Table().Border(TableBorder.Markdown).AddColumn("type").AddColumn("priority");
        foreach (var heading in new[] { "a bed-day without delays", "with the default delays", "stays that had it" }) table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var row in result.Types) table.AddRow(row.Type, row.Priority, Rate(row.WithoutDelays), Rate(row.WithDefaults), Share(row.Stays));
        table.AddRow("all", "", Rate(result.Types.Sum(row => row.WithoutDelays)), Rate(result.Types.Sum(row => row.WithDefaults)), "");
        table.Caption(string.Create(CultureInfo.InvariantCulture, $"{result.Stays} stays, {result.BedDays:#,0.0} bed-days, a value every {result.SecondsBetween} s"));
        return table;
    }

    private static string Rate(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Share(double value) => value.ToString("0 %", CultureInfo.InvariantCulture);
}
