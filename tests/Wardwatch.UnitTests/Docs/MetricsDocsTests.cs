using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shouldly;
using Wardwatch.Server.Platform.Telemetry;
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
        foreach (var call in Roots().SelectMany(root => root.DescendantNodes().OfType<InvocationExpressionSyntax>()))
        {
            var method = (call.Expression as MemberAccessExpressionSyntax)?.Name.Identifier.Text ?? "";
            if (method.StartsWith("Create", StringComparison.Ordinal) && call.ArgumentList.Arguments is [{ Expression: LiteralExpressionSyntax { Token.Value: string name } }, ..]
                && name.StartsWith("wardwatch.", StringComparison.Ordinal))
            {
                var texts = call.ArgumentList.Arguments.Select(argument => (argument.Expression as LiteralExpressionSyntax)?.Token.Value).OfType<string>().ToList();
                texts.Count.ShouldBe(3, $"{name} needs a unit and a description");
                yield return PrometheusNames.Metric(name, texts[1], method is "CreateCounter" or "CreateObservableCounter");
            }
        }
    }

    private static IEnumerable<SyntaxNode> Roots() => SourceTree.Files("src/Wardwatch.Server", "*.cs")
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), cancellationToken: Cancellation).GetRoot(Cancellation));

    [GeneratedRegex("`(?<name>(wardwatch|…)[a-z_]+)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
