using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shouldly;
using Xunit;

namespace Wardwatch.UnitTests.Architecture;

/// <summary>docs/path-of-a-reading.md names a file and a method for each step: they exist, and the steps are in order.</summary>
public partial class PathOfAReadingTests
{
    private const string Page = "docs/path-of-a-reading.md";

    // Below each heading, on a line of its own: `path` → `Type.Member`, or for TypeScript `path` → `function`.
    [GeneratedRegex(@"^### (?<number>\d+)\. (?<title>.+)\n`(?<path>[^`]+)` → `(?<member>[^`]+)`$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Step();

    [GeneratedRegex(@"`(?<name>[A-Z][A-Za-z]+\.[A-Z][A-Za-z]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MentionedMember();

    private static string Text => File.ReadAllText(SourceTree.Find(Page) ?? throw new FileNotFoundException(Page));

    private static List<Match> Steps => [.. Step().Matches(Text).Cast<Match>()];

    [Fact]
    public void Every_step_names_a_file_and_a_method_that_exist()
    {
        Steps.Count.ShouldBeGreaterThan(20);
        Steps.Select(step => Missing(step.Groups["path"].Value, step.Groups["member"].Value)).OfType<string>().ShouldBeEmpty();
    }

    [Fact]
    public void Every_heading_that_is_numbered_is_a_step_and_the_steps_count_from_one()
    {
        Steps.Select(step => int.Parse(step.Groups["number"].Value)).ShouldBe(Enumerable.Range(1, Steps.Count));
        Text.Split('\n').Count(line => line.StartsWith("### ", StringComparison.Ordinal)).ShouldBe(Steps.Count, "a step without its file and method");
    }

    [Fact]
    public void The_steps_go_through_the_modules_in_the_order_of_the_way()
    {
        var folders = Steps.Select(step => step.Groups["path"].Value).Where(path => path.StartsWith("src/Wardwatch.Server/", StringComparison.Ordinal))
            .Select(path => path.Split('/')[2]).ToList();
        folders.IndexOf("Gateway").ShouldBe(0);
        folders.IndexOf("Monitoring").ShouldBeLessThan(folders.IndexOf("Live"));
        folders.IndexOf("Live").ShouldBeLessThan(folders.IndexOf("History"));
        folders.LastIndexOf("Gateway").ShouldBeGreaterThan(folders.IndexOf("History"), "the acknowledgement follows the commit");
        folders[^1].ShouldBe("History");
    }

    [Fact]
    public void What_the_text_mentions_besides_exists_too()
    {
        var members = SourceTree.Sources.SelectMany(file => file.Root.DescendantNodes().OfType<MemberDeclarationSyntax>())
            .Where(member => member.Parent is TypeDeclarationSyntax).SelectMany(member => NamesOf(member).Select(name => $"{((TypeDeclarationSyntax)member.Parent!).Identifier.Text}.{name}"))
            .ToHashSet(StringComparer.Ordinal);
        MentionedMember().Matches(Text).Cast<Match>().Select(mention => mention.Groups["name"].Value)
            .Where(name => !name.StartsWith("LiveStore.", StringComparison.Ordinal) && !name.StartsWith("SweepSurface.", StringComparison.Ordinal))
            .Where(name => !members.Contains(name)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("src/Wardwatch.Server/Monitoring/Lane.cs", "Lane.RunAsync", false)]
    [InlineData("src/Wardwatch.Server/Monitoring/Lane.cs", "Lane.Fly", true)]
    [InlineData("src/Wardwatch.Server/Monitoring/Lane.cs", "Lanes.TryPublish", true)]
    [InlineData("src/Wardwatch.Server/Monitoring/Track.cs", "Lane.RunAsync", true)]
    [InlineData("web/src/live/store.ts", "LiveStore.applyVitals", false)]
    [InlineData("web/src/live/store.ts", "LiveStore.applyNothing", true)]
    [InlineData("web/src/live/store.ts", "OtherStore.applyVitals", true)]
    [InlineData("web/src/live/messages.ts", "decodeVitalsUpdated", false)]
    [InlineData("web/src/live/messages.ts", "decodeNothing", true)]
    public void What_does_not_exist_is_found(string path, string member, bool missing) => (Missing(path, member) is not null).ShouldBe(missing);

    private static string? Missing(string path, string member)
    {
        if (SourceTree.Find(path) is not { } file)
        {
            return $"{path} is not there";
        }

        var (type, name) = member.Split('.') is [var first, var second] ? (first, second) : ("", member);
        var text = File.ReadAllText(file);
        var exists = path.EndsWith(".cs", StringComparison.Ordinal)
            ? new SourceFile(path, text).Root.DescendantNodes().OfType<TypeDeclarationSyntax>()
                .Any(declared => declared.Identifier.Text == type && declared.Members.SelectMany(NamesOf).Contains(name))
            : IsInScript(text, type, name);
        return exists ? null : $"{path} has no {member}";
    }

    private static bool IsInScript(string text, string type, string name) => type.Length > 0
        ? Regex.IsMatch(text, $@"\bclass {Regex.Escape(type)}\b", RegexOptions.None, TimeSpan.FromSeconds(1))
            && Regex.IsMatch(text, $@"^  (private |public |async )*{Regex.Escape(name)}\(.*\{{$", RegexOptions.Multiline, TimeSpan.FromSeconds(1))
        : Regex.IsMatch(text, $@"^export (const|function|async function) {Regex.Escape(name)}\b", RegexOptions.Multiline, TimeSpan.FromSeconds(1));

    private static IEnumerable<string> NamesOf(MemberDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax method => [method.Identifier.Text],
        PropertyDeclarationSyntax property => [property.Identifier.Text],
        _ => [],
    };
}
