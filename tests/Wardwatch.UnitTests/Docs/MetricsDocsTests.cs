using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shouldly;
using Xunit;

namespace Wardwatch.UnitTests.Docs;

/// <summary>Whoever gets an alarm finds on the page of operations what the metric means, and what a health check that fails wants.</summary>
public partial class MetricsDocsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_metric_of_the_program_stands_on_the_page_of_operations()
    {
        var page = SourceTree.Read("docs/operations.md");
        var documented = DocumentedIn(page[page.IndexOf("## Metrics\n", StringComparison.Ordinal)..]).ToHashSet(StringComparer.Ordinal);
        var made = Made().ToList();
        made.ShouldContain("wardwatch_gateway_messages_received_total");
        made.ShouldContain("wardwatch_history_commit_duration_seconds");
        made.ShouldContain("alerts_received_total", "names that are fixed outside are no exception");
        made.Count.ShouldBeGreaterThan(60);
        made.Where(metric => !documented.Contains(metric)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_health_check_stands_on_the_page_of_operations()
    {
        var page = SourceTree.Read("docs/operations.md");
        var checks = Roots().SelectMany(root => root.DescendantNodes().OfType<InvocationExpressionSyntax>())
            .Where(call => call.Expression is MemberAccessExpressionSyntax { Name: GenericNameSyntax { Identifier.Text: "AddCheck" } })
            .Select(call => ((LiteralExpressionSyntax)call.ArgumentList.Arguments[0].Expression).Token.ValueText).ToList();
        checks.ShouldContain("storage");
        foreach (var check in checks)
        {
            page.ShouldContain($"| `{check}` | ", Case.Sensitive, "a health check is missing in docs/operations.md");
        }
    }

    // `wardwatch_gateway_sessions_open`, `…_sessions_total`: what follows the dots takes as much of the first name of its row as it needs.
    private static IEnumerable<string> DocumentedIn(string section)
    {
        foreach (var row in section.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)))
        {
            var names = Name().Matches(row.Split('|')[1]).Select(match => match.Groups["name"].Value).ToList();
            var parts = names[0].Split('_');
            foreach (var name in names)
            {
                if (!name.StartsWith('…'))
                {
                    yield return name;
                    continue;
                }

                for (var taken = 1; taken < parts.Length; taken++)
                {
                    yield return string.Join('_', parts[..taken]) + name[1..];
                }
            }
        }
    }

    private static IEnumerable<string> Made()
    {
        foreach (var instrument in MetricSource.Instruments())
        {
            instrument.IsWhole.ShouldBeTrue($"{instrument.Name} needs a unit and a description");
            yield return instrument.Metric;
        }
    }

    private static IEnumerable<SyntaxNode> Roots() => SourceTree.Files("src/Wardwatch.Server", "*.cs")
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), cancellationToken: Cancellation).GetRoot(Cancellation));

    [GeneratedRegex("`(?<name>…?[a-z_]+)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
