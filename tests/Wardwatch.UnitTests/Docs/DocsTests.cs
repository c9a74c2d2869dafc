using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shouldly;
using Wardwatch.Server;
using Wardwatch.Server.Access;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.History.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Docs;

/// <summary>The pages in docs/ name what the source has: settings, paths, metrics, error types. What stands in the source and not on its page fails here.</summary>
public partial class DocsTests
{
    public static TheoryData<Type> OptionsClasses => [.. typeof(Roles).Assembly.GetTypes().Where(type => type.IsPublic && type.Name.EndsWith("Options", StringComparison.Ordinal)).OrderBy(type => type.FullName, StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(OptionsClasses))]
    public void Every_setting_stands_with_its_default_in_the_table_of_its_module(Type options)
    {
        var module = options.Name[..^"Options".Length];
        var table = Section(SourceTree.Read("docs/operations.md"), $"### {module}");
        table.ShouldContain($"`Wardwatch__{module}__…`");
        var defaults = Activator.CreateInstance(options);
        foreach (var property in options.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var row = table.Split('\n').FirstOrDefault(line => line.StartsWith($"| `{property.Name}` |", StringComparison.Ordinal));
            row.ShouldNotBeNull($"docs/operations.md says nothing of Wardwatch__{module}__{property.Name}");
            if (property.GetValue(defaults) is IFormattable number)
            {
                row.Split('|')[2].Trim().ShouldBe(number.ToString(null, System.Globalization.CultureInfo.InvariantCulture), property.Name);
            }
        }
    }

    [Fact]
    public void Every_decision_has_its_number_and_stands_in_the_index()
    {
        var index = SourceTree.Read("docs/decisions/README.md");
        var records = Directory.GetFiles(Path.Combine(SourceTree.Root, "docs/decisions"), "????-*.md").Order(StringComparer.Ordinal).ToList();
        records.Count.ShouldBeGreaterThan(20);
        foreach (var (number, record) in records.Index().Select(record => (record.Index + 1, record.Item)))
        {
            var name = Path.GetFileName(record);
            name.ShouldStartWith($"{number:0000}-");
            var title = File.ReadLines(record).First();
            title.ShouldStartWith($"# {number}. ");
            index.ShouldContain($"- [{title[2..]}]({name})", Case.Sensitive);
        }
    }

    [Fact]
    public void There_are_options_to_look_at() => OptionsClasses.Count.ShouldBeGreaterThanOrEqualTo(6);

    [Fact]
    public void Every_path_that_is_mapped_stands_on_the_page_of_the_interface()
    {
        var page = SourceTree.Read("docs/api.md");
        var paths = MappedPaths().ToList();
        paths.ShouldContain("GET /api/patients/{id}/vitals/history");
        paths.ShouldContain("POST /api/auth/login");
        paths.Count.ShouldBeGreaterThan(20);
        foreach (var path in paths)
        {
            page.ShouldContain($"`{path}`", Case.Sensitive, "a path of the server is missing in docs/api.md");
        }
    }

    [Fact]
    public void Every_type_of_error_stands_on_the_page_of_the_interface()
    {
        var page = Section(SourceTree.Read("docs/api.md"), "## Errors");
        var types = Texts().Select(text => ErrorType().Match(text)).Where(match => match.Success).Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal).ToList();
        types.ShouldContain("patient-not-found");
        foreach (var type in types)
        {
            page.ShouldContain($"`{type}`", Case.Sensitive, "a type of error is missing in docs/api.md");
        }
    }

    [Fact]
    public void Every_reason_for_which_a_message_is_set_aside_stands_on_the_page_of_the_wire()
    {
        var page = SourceTree.Read("docs/wire.md");
        foreach (var reason in Enum.GetValues<RefusalReason>().Where(reason => reason != default))
        {
            page.ShouldContain($"| `{RefusalReasons.Name(reason)}` |");
        }
    }

    [Fact]
    public void Every_failure_is_shown_by_a_test_that_exists_or_by_a_command()
    {
        var rows = Section(SourceTree.Read("docs/architecture.md"), "## What happens when something fails").Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).ToList();
        rows.Count.ShouldBeGreaterThan(25);
        var tests = string.Concat(SourceTree.Files("tests", "*Tests.cs").Concat(SourceTree.Files("tests", "*Suite.cs")).Select(File.ReadAllText));
        foreach (var row in rows)
        {
            var shown = row.Split('|')[3];
            var named = NameOfTest().Matches(shown).Select(match => match.Groups["test"].Value).ToList();
            (named.Count > 0 || shown.Contains("`ward ", StringComparison.Ordinal)).ShouldBeTrue(row);
            named.ShouldAllBe(test => tests.Contains($" {test}(", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_attack_on_the_page_of_security_names_a_test_that_exists_and_every_test_of_an_attack_is_named()
    {
        var named = TestOfAttack().Matches(Section(SourceTree.Read("docs/security.md"), "### Attacks on the MQTT endpoint")).Select(match => match.Groups["test"].Value).ToList();
        var written = SourceTree.Files("tests/Wardwatch.SystemTests/Attacks", "*Tests.cs")
            .SelectMany(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), cancellationToken: TestContext.Current.CancellationToken).GetRoot(TestContext.Current.CancellationToken).DescendantNodes())
            .OfType<MethodDeclarationSyntax>().Where(method => method.AttributeLists.ToString().Contains("DisplayName", StringComparison.Ordinal) || method.AttributeLists.ToString() is "[Fact]")
            .Select(method => $"{((ClassDeclarationSyntax)method.Parent!).Identifier.Text}.{method.Identifier.Text}").ToList();
        written.Count.ShouldBeGreaterThan(15);
        named.Order(StringComparer.Ordinal).ShouldBe(written.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_page_of_security_shows_the_table_of_permissions_as_it_is()
    {
        var page = SourceTree.Read("docs/security.md");
        page.ShouldContain($"| permission | allows | {string.Join(" | ", AccountRoles.All)} |");
        foreach (var (permission, allows) in PermissionTable.All)
        {
            var reaches = AccountRoles.All.Select(role => PermissionTable.Of(role, permission)).Select(reach => reach == Reach.None ? "" : $"{reach}".ToLowerInvariant());
            page.ShouldContain($"| `{permission}` | {allows} | {string.Join(" | ", reaches)} |");
        }
    }

    [Fact]
    public void Links_between_the_pages_lead_to_files()
    {
        foreach (var file in SourceTree.Files("docs", "*.md").Concat(SourceTree.Files(".", "*.md", SearchOption.TopDirectoryOnly)))
        {
            foreach (var target in Link().Matches(File.ReadAllText(file)).Select(match => match.Groups["target"].Value).Where(target => !target.Contains(':', StringComparison.Ordinal)))
            {
                var path = Path.Combine(Path.GetDirectoryName(file)!, target);
                (File.Exists(path) || Directory.Exists(path)).ShouldBeTrue($"{Path.GetFileName(file)} links to {target}, which is not there");
            }
        }
    }

    private static string Section(string page, string heading)
    {
        var from = page.IndexOf(heading + "\n", StringComparison.Ordinal);
        from.ShouldBeGreaterThanOrEqualTo(0, $"there is no '{heading}'");
        var level = heading[..heading.IndexOf(' ', StringComparison.Ordinal)];
        var until = Regex.Match(page[(from + heading.Length)..], $"^#{{1,{level.Length}}} ", RegexOptions.Multiline, TimeSpan.FromSeconds(1));
        return until.Success ? page.Substring(from, heading.Length + until.Index) : page[from..];
    }

    // "GET /api/patients/{id}" for each MapGet and its like; the path alone for MapHub, Map and MapHealthChecks.
    private static IEnumerable<string> MappedPaths()
    {
        foreach (var root in Roots())
        {
            foreach (var call in root.DescendantNodes().OfType<InvocationExpressionSyntax>())
            {
                if (call.Expression is MemberAccessExpressionSyntax { Expression: var target, Name: var name }
                    && Verbs.TryGetValue(name.Identifier.Text, out var verb)
                    && call.ArgumentList.Arguments is [{ Expression: LiteralExpressionSyntax { Token.Value: string path } }, ..])
                {
                    // What a place in a path must look like is not part of the address.
                    var whole = Constraint().Replace(GroupOf(target, root) + path, "}").TrimEnd('/');
                    yield return verb + whole;
                }
            }
        }
    }

    private static readonly Dictionary<string, string> Verbs = new(StringComparer.Ordinal)
    {
        ["MapGet"] = "GET ",
        ["MapPost"] = "POST ",
        ["MapPut"] = "PUT ",
        ["MapPatch"] = "PATCH ",
        ["MapDelete"] = "DELETE ",
        ["MapHub"] = "",
        ["Map"] = "",
        ["MapHealthChecks"] = "",
    };

    /// <summary>The path of the group that a variable holds: <c>var group = routes.MapGroup("/api/…")</c>, a constant of the same file included.</summary>
    private static string GroupOf(ExpressionSyntax target, SyntaxNode root)
    {
        if (target is not IdentifierNameSyntax variable)
        {
            return "";
        }

        var scope = target.Ancestors().OfType<MemberDeclarationSyntax>().First();
        var made = scope.DescendantNodes().OfType<VariableDeclaratorSyntax>().FirstOrDefault(declared => declared.Identifier.Text == variable.Identifier.Text)?.Initializer?.Value;
        var group = made?.DescendantNodesAndSelf().OfType<InvocationExpressionSyntax>()
            .FirstOrDefault(call => call.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "MapGroup" });
        return group?.ArgumentList.Arguments[0].Expression switch
        {
            LiteralExpressionSyntax literal => literal.Token.ValueText,
            IdentifierNameSyntax constant => root.DescendantNodes().OfType<VariableDeclaratorSyntax>()
                .First(declared => declared.Identifier.Text == constant.Identifier.Text).Initializer!.Value.ToString().Trim('"'),
            _ => "",
        };
    }

    private static IEnumerable<string> Texts() =>
        Roots().SelectMany(root => root.DescendantTokens()).Where(token => token.IsKind(SyntaxKind.StringLiteralToken)).Select(token => token.ValueText);

    private static IEnumerable<SyntaxNode> Roots() => SourceTree.Files("src/Wardwatch.Server", "*.cs")
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), cancellationToken: TestContext.Current.CancellationToken).GetRoot(TestContext.Current.CancellationToken));

    [GeneratedRegex("^urn:wardwatch:(?<name>[a-z-]+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ErrorType();

    [GeneratedRegex("`(?<test>[A-Z][A-Za-z0-9]*_[A-Za-z0-9_]+)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NameOfTest();

    [GeneratedRegex(@"`(?<test>[A-Z][A-Za-z]+Tests\.[A-Za-z0-9_]+)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TestOfAttack();

    [GeneratedRegex(":[a-z]+}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Constraint();

    [GeneratedRegex(@"\]\((?<target>[^)#]+)(#[^)]*)?\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
