using System.Globalization;
using System.Text.RegularExpressions;
using Shouldly;
using Wardwatch.Benchmarks.Micro;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Measures;

/// <summary>docs/path-of-a-reading.md quotes what each stage costs: its stages are those that <c>ward bench stages</c> measures.</summary>
public sealed partial class WayStageTests
{
    private const int LastStep = 19;

    private static string Page => File.ReadAllText(Path.Combine(Programs.Root, "docs", "path-of-a-reading.md"));

    [GeneratedRegex(@"^\| (?<steps>[\d, ]+) \| (?<name>[^|]+) \| (?<microseconds>[\d.]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();

    [GeneratedRegex(@"^### (?<number>\d+)\. (?<title>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Heading();

    [Fact]
    public void The_page_quotes_a_figure_for_each_stage_that_the_benchmark_measures_and_for_no_other() =>
        Row().Matches(Page).Select(row => (row.Groups["steps"].Value, row.Groups["name"].Value)).ShouldBe(WayStage.All.Select(stage => (stage.Steps, stage.Name)));

    [Fact]
    public void A_stage_of_one_step_has_the_name_of_that_step()
    {
        var titles = Heading().Matches(Page).ToDictionary(heading => heading.Groups["number"].Value, heading => heading.Groups["title"].Value, StringComparer.Ordinal);
        foreach (var stage in WayStage.All.Where(stage => !stage.Steps.Contains(',', StringComparison.Ordinal)))
        {
            titles[stage.Steps].ShouldBe(stage.Name);
        }
    }

    [Fact]
    public void Each_step_up_to_the_document_for_screens_belongs_to_one_stage() =>
        WayStage.All.SelectMany(stage => stage.Steps.Split(", ")).Select(step => int.Parse(step, CultureInfo.InvariantCulture)).Order().ShouldBe(Enumerable.Range(1, LastStep));
}
