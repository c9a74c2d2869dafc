using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Wardwatch.Benchmarks.Ingest;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Payloads;

namespace Wardwatch.Benchmarks.History;

/// <summary>What <c>bench history</c> measured.</summary>
/// <param name="Readings">Readings of the day.</param>
/// <param name="WrittenInSeconds">How long one device took to send them and have them stored.</param>
/// <param name="Answers">The questions that were asked.</param>
internal sealed record HistoryResult(int Readings, double WrittenInSeconds, IReadOnlyList<HistoryAnswer> Answers);

/// <summary>One question about the history.</summary>
/// <param name="Question">In words.</param>
/// <param name="Items">How many buckets or readings came.</param>
/// <param name="Bytes">The answer's length.</param>
/// <param name="First">Milliseconds of the first answer: nothing is compiled yet, and connections are new.</param>
/// <param name="Then">Milliseconds of the others.</param>
/// <param name="ServerMilliseconds">Processor time of the server for one of the others: on a busy machine more telling than the time that passes.</param>
/// <param name="DatabaseMilliseconds">The same of PostgreSQL.</param>
/// <param name="OthersShare">The share of the machine that other programs used meanwhile, 0 to 1.</param>
internal sealed record HistoryAnswer(
    string Question, int Items, long Bytes, double First, Distribution Then, double ServerMilliseconds, double DatabaseMilliseconds, double OthersShare);

/// <summary><c>bench history</c>: a day of one patient, drawn as a trend.</summary>
internal static class HistoryVerb
{
    private const int SecondsOfDay = 86_400;
    private const int Buckets = 1_000;

    private static readonly Option<int> Readings = new("--readings") { Description = "Readings of the day, evenly spread (default: one a second)", DefaultValueFactory = _ => SecondsOfDay };
    private static readonly Option<int> Repeat = new("--repeat") { Description = "How often each question is asked", DefaultValueFactory = _ => 20 };

    public static Command Create(Option<bool> json)
    {
        var command = new Command("history", "A day of one patient at one reading a second, answered over HTTP in a thousand buckets") { Readings, Repeat };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var (count, repeat) = (Math.Clamp(parsed.GetValue(Readings), 1_000, 10 * SecondsOfDay), Math.Clamp(parsed.GetValue(Repeat), 1, 10_000));
        await using var hospital = await report.DoAsync("Starting a hospital", () => HospitalUnderTest.StartAsync(15, cancellation));
        var day = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(-1), TimeSpan.Zero);
        var device = hospital.Devices()[0];
        var written = await report.DoAsync($"Sending {count:N0} readings of yesterday", async () =>
        {
            await using var publisher = await Publisher.ConnectAsync(hospital, device, cancellation);
            return await SendAsync(publisher, day, count, cancellation);
        });
        var stored = await hospital.CountReadingsAsync(cancellation);
        if (stored != count) throw new BenchmarkException($"{count:N0} readings were acknowledged, but {stored:N0} are stored.");

        using var client = await hospital.OpenClientAsync(cancellation);
        var path = string.Create(CultureInfo.InvariantCulture, $"/api/patients/{device.PatientId}/vitals/history?start={day:yyyy-MM-dd}T00:00:00Z&end={day.AddDays(1):yyyy-MM-dd}T00:00:00Z");
        var bucket = string.Create(CultureInfo.InvariantCulture, $"{(double)SecondsOfDay / Buckets}");
        (string Question, string Path)[] questions =
        [
            ($"The day in {Buckets:N0} buckets", $"{path}&bucket={bucket}"),
            ("The same in one bucket an hour", $"{path}&bucket=1h"),
            ("Its first 1,000 readings", $"{path}&limit=1000"),
        ];
        List<HistoryAnswer> answers = [];
        foreach (var (question, address) in questions)
            answers.Add(await report.DoAsync(question, () => AskAsync(client, question, address, repeat, cancellation)));
        var result = new HistoryResult(count, written.TotalSeconds, answers);
        report.Result(Table(result), result);
        return 0;
    }

    private static async Task<TimeSpan> SendAsync(Publisher publisher, DateTimeOffset day, int count, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        var first = MeasurementTimes.ToUnixMicroseconds(day);
        var apart = SecondsOfDay * 1_000_000L / count;
        for (var i = 0; i < count; i++)
        {
            publisher.Append(PlausibleVitals.At(first + (i * apart), i));
            if ((i + 1) % Publisher.Window != 0 && i + 1 < count) continue;
            publisher.Flush();
            await publisher.WhenAcknowledgedAsync(cancellation);
        }

        return TimeProvider.System.GetElapsedTime(began);
    }

    private static async Task<HistoryAnswer> AskAsync(HttpClient client, string question, string path, int repeat, CancellationToken cancellation)
    {
        var (items, bytes, first) = (0, 0L, double.NaN);
        List<double> then = [];
        var meter = new CostMeter(Programs.ServerName);
        for (var i = 0; i <= repeat; i++)
        {
            var began = TimeProvider.System.GetTimestamp();
            using var answer = await client.GetAsync(path, cancellation);
            var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
            var milliseconds = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
            if (!answer.IsSuccessStatusCode) throw new BenchmarkException($"The server answers {(int)answer.StatusCode} to {path}.");
            if (i == 0)
            {
                using var document = JsonDocument.Parse(body);
                (items, bytes, first) = (document.RootElement.GetProperty("items").GetArrayLength(), body.Length, milliseconds);
                meter.Begin();
            }
            else
            {
                then.Add(milliseconds);
            }
        }

        var (cost, _) = meter.End();
        return new HistoryAnswer(question, items, bytes, first, Distribution.Of(then), cost.Server * 1000 / repeat, cost.Database * 1000 / repeat, cost.OthersShare);
    }

    private static Table Table(HistoryResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn($"{result.Readings:N0} readings of one patient (written in {result.WrittenInSeconds:0.0} s)");
        foreach (var heading in new[] { "Items", "Bytes", "First, ms", "Then: p50 ms", "p99 ms", "Processor, ms: server", "PostgreSQL", "Used by others" }) table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var answer in result.Answers)
            table.AddRow(Markup.Escape(answer.Question), $"{answer.Items:N0}", $"{answer.Bytes:N0}", Report.Number(answer.First), Report.Number(answer.Then.P50), Report.Number(answer.Then.P99),
                Report.Number(answer.ServerMilliseconds), Report.Number(answer.DatabaseMilliseconds), $"{answer.OthersShare:P0}");
        return table;
    }
}
