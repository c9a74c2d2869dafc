using System.Text.Json;
using Shouldly;
using Wardwatch.Benchmarks.Soak;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Measures;

/// <summary>What <c>ward bench soak</c> finds, and what it does not hold against a server; and a short one on the real server.</summary>
public sealed class SoakTests
{
    private const double Minutes = 60;
    private const string Heap = "Managed memory after a full collection, MB";
    private const string Handles = "Handles (files, sockets, pipes)";

    [Fact]
    public void A_server_that_holds_the_same_passes_whatever_single_samples_say()
    {
        var samples = Hour(second => (50e6, second is 600 or 3_590 ? 900 : 300));
        SoakTrend.Of(samples, Minutes).ShouldAllBe(trend => !trend.IsOver);
    }

    [Fact]
    public void Memory_that_grows_by_a_tenth_in_an_hour_is_found()
    {
        var over = SoakTrend.Of(Hour(second => (50e6 * (1 + (second / 3_600 * 0.1)), 300)), Minutes).Where(trend => trend.IsOver).ToList();
        over.Select(trend => trend.Name).ShouldBe([Heap]);
        over[0].Change.ShouldBe(0.1 * 48 / 60 / (1 + (0.1 / 6)), 0.002, "minute 58 against minute 10");
    }

    [Fact]
    public void Handles_that_pile_up_or_vanish_are_found()
    {
        SoakTrend.Of(Hour(second => (50e6, 300 + (second / 100))), Minutes).Where(trend => trend.IsOver).Select(trend => trend.Name).ShouldBe([Handles]);
        SoakTrend.Of(Hour(second => (50e6, 300 - (second / 100))), Minutes).Where(trend => trend.IsOver).Select(trend => trend.Name).ShouldBe([Handles]);
    }

    [Fact]
    public void A_soak_whose_memory_was_never_measured_does_not_pass() =>
        SoakTrend.Of(Hour(_ => (double.NaN, 300)), Minutes).Single(trend => trend.Name == Heap).IsOver.ShouldBeTrue();

    [Fact]
    public void A_short_soak_shows_trends_and_judges_none() =>
        SoakTrend.Of([.. Hour(second => (50e6 + (second * 1e6), 300)).Take(7)], minutes: 1).ShouldAllBe(trend => !trend.IsOver);

    [Fact]
    public async Task A_minute_on_the_real_server_measures_what_is_alive_and_loses_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("wardwatch-soak-");
        using var removal = new Removal(folder);
        var file = Path.Combine(folder.FullName, "samples.csv");
        var run = await Tool.RunAsync(Programs.Bench, ["soak", "--minutes", "1", "--rate", "500", "--devices", "20", "--samples", file, "--json"], TestContext.Current.CancellationToken);
        run.ExitCode.ShouldBe(0, run.Error);
        using var document = JsonDocument.Parse(run.Output);
        var root = document.RootElement;
        root.GetProperty("fault").ValueKind.ShouldBe(JsonValueKind.Null);
        root.GetProperty("ingest").GetProperty("verified").GetInt64().ShouldBe(root.GetProperty("ingest").GetProperty("acknowledged").GetInt64());
        root.GetProperty("framesByScreen").EnumerateArray().ShouldAllBe(frames => frames.GetInt64() > 0);
        var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        lines[0].ShouldBe(SoakSample.Heading);
        lines.Length.ShouldBeGreaterThan(3);
        lines[1..].ShouldAllBe(line => double.Parse(line.Split(',', StringSplitOptions.None)[1], System.Globalization.CultureInfo.InvariantCulture) > 1e6);
    }

    private sealed class Removal(DirectoryInfo folder) : IDisposable
    {
        public void Dispose() => folder.Delete(recursive: true);
    }

    // A sample each ten seconds; the heap once a minute, as a soak takes them.
    private static List<SoakSample> Hour(Func<double, (double Heap, double Handles)> at) =>
    [
        .. Enumerable.Range(0, 360).Select(number =>
        {
            var (heap, handles) = at(number * 10);
            return new SoakSample(number * 10, number % 6 == 0 ? heap : double.NaN, 2e8, handles, 30, number % 7 * 10, number % 3, 0, 1e8 + (number * 5e6), 1 + (number * 50_000), 9, 15);
        }),
    ];
}
