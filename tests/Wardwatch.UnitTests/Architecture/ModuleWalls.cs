using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Wardwatch.UnitTests.Architecture;

/// <summary>
/// The walls between the server's modules, checked on syntax alone. A module is a namespace <c>Wardwatch.Server.X</c>; another module may use what stands in
/// its <c>Contracts</c> namespace and nothing else. Extension methods of a module's inside cannot be called either: the namespace would have to be imported.
/// </summary>
internal sealed class ModuleWalls
{
    private const string Server = "Wardwatch.Server";
    private const string Contracts = "Contracts";

    // The command line belongs to the program, not to a module: it sees all of them, and none may see it.
    private const string Program = "Cli";

    private readonly IReadOnlyList<SourceFile> _files;
    private readonly HashSet<string> _modules;

    /// <param name="files">All files of the server.</param>
    public ModuleWalls(IReadOnlyList<SourceFile> files)
    {
        _files = files;
        _modules = [.. files.SelectMany(NamespacesOf).Select(ModuleOf).OfType<string>().Where(module => module != Program)];
    }

    /// <summary>What passes a wall: "file:line: module uses what".</summary>
    public IEnumerable<string> Breaches() => _files.SelectMany(file => Uses(file)
        .Where(use => use.Target != use.Module && !use.ThroughContracts)
        .Select(use => $"{file.Path}:{use.Line}: {use.Module} uses {use.Text}"));

    /// <summary>Which modules each module uses, through contracts or not.</summary>
    public Dictionary<string, HashSet<string>> Graph()
    {
        var graph = _modules.ToDictionary(module => module, _ => new HashSet<string>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var use in _files.SelectMany(Uses).Where(use => use.Target != use.Module))
        {
            graph[use.Module].Add(use.Target);
        }

        return graph;
    }

    /// <summary>The modules along a circle of uses, or nothing.</summary>
    public static IReadOnlyList<string> Cycle(Dictionary<string, HashSet<string>> graph)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var start in graph.Keys)
        {
            if (Visit(start, []) is { } cycle)
            {
                return cycle;
            }
        }

        return [];

        List<string>? Visit(string module, List<string> path)
        {
            if (path.IndexOf(module) is >= 0 and var at)
            {
                return [.. path[at..], module];
            }

            if (!done.Contains(module))
            {
                foreach (var next in graph.GetValueOrDefault(module, []))
                {
                    if (Visit(next, [.. path, module]) is { } cycle)
                    {
                        return cycle;
                    }
                }

                done.Add(module);
            }

            return null;
        }
    }

    /// <summary><c>AddX</c> and <c>MapX</c> that are extensions of the host's builders and do not stand in the module's <c>XModule</c>.</summary>
    public IEnumerable<string> StrayEntrances() =>
        from file in _files
        from method in file.Root.DescendantNodes().OfType<MethodDeclarationSyntax>()
        where method.Modifiers.Any(SyntaxKind.StaticKeyword) && method.ParameterList.Parameters is [{ Type: { } type }, ..]
            && type.ToString() is "IHostApplicationBuilder" or "IEndpointRouteBuilder"
        let name = method.Identifier.Text
        let module = ModuleOf(NamespaceOf(method))
        let home = (method.Parent as TypeDeclarationSyntax)?.Identifier.Text
        where module is not null && (name == $"Add{module}" || name == $"Map{module}") && home != $"{module}Module"
        select $"{file.Path}: {home}.{name}";

    /// <summary>Modules without an entrance <c>AddX</c> in <c>XModule</c>.</summary>
    public IEnumerable<string> WithoutEntrance() => _modules.Where(module => !_files.Any(file => file.Root.DescendantNodes().OfType<MethodDeclarationSyntax>()
        .Any(method => method.Identifier.Text == $"Add{module}" && (method.Parent as TypeDeclarationSyntax)?.Identifier.Text == $"{module}Module")));

    private IEnumerable<Use> Uses(SourceFile file)
    {
        foreach (var name in file.Root.DescendantNodes(descendIntoTrivia: false).Where(IsWholeName))
        {
            // The program's own files see every module; that is what they are for.
            if (ModuleOf(NamespaceOf(name)) is not { } module || !_modules.Contains(module) || name.Parent is BaseNamespaceDeclarationSyntax)
            {
                continue;
            }

            if (Resolve(PartsOf(name)) is { } target)
            {
                var line = name.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
                yield return new Use(module, target.Module, target.ThroughContracts, name.ToString(), line);
            }
        }
    }

    /// <summary>Reads <c>Wardwatch.Server.X.…</c>, <c>Server.X.…</c>, and <c>X.…</c> where X is a module and something of it follows.</summary>
    private (string Module, bool ThroughContracts)? Resolve(string[] parts)
    {
        var rest = parts is ["Wardwatch", "Server", ..] ? parts[2..] : parts is ["Server", ..] ? parts[1..] : IsPartOfModule(parts) ? parts : [];
        return rest is [var module, ..] && (_modules.Contains(module) || module == Program) ? (module, rest is [_, Contracts, ..]) : null;
    }

    // A property may have a module's name (services.Devices.Find): only what really is a part of that module counts.
    private bool IsPartOfModule(string[] parts) => parts is [var module, var part, ..] && _modules.Contains(module) && Parts.Contains($"{module}.{part}");

    private HashSet<string> Parts => field ??= [.. _files.SelectMany(PartsOfModules)];

    private static IEnumerable<string> PartsOfModules(SourceFile file) =>
        from declaration in file.Root.DescendantNodes().OfType<MemberDeclarationSyntax>()
        where declaration is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax
        let module = ModuleOf(NamespaceOf(declaration))
        where module is not null
        let inside = NamespaceOf(declaration)[(Server.Length + 1 + module.Length)..].TrimStart('.')
        let type = declaration is BaseTypeDeclarationSyntax named ? named.Identifier.Text : ((DelegateDeclarationSyntax)declaration).Identifier.Text
        select $"{module}.{(inside.Length > 0 ? inside.Split('.')[0] : type)}";

    /// <summary>The outermost of nested names: <c>A.B.C</c> once, not also <c>A.B</c> and <c>A</c>.</summary>
    private static bool IsWholeName(SyntaxNode node) =>
        node is QualifiedNameSyntax { Parent: not QualifiedNameSyntax } or MemberAccessExpressionSyntax { Parent: not MemberAccessExpressionSyntax }
        && node.Parent is not QualifiedNameSyntax;

    private static string[] PartsOf(SyntaxNode name) =>
        string.Concat(name.ToString().Where(letter => !char.IsWhiteSpace(letter))).Replace("global::", "", StringComparison.Ordinal).Split('.', '(', '<', '[', '!', '?');

    private static IEnumerable<string> NamespacesOf(SourceFile file) => file.Root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().Select(declared => declared.Name.ToString());

    private static string NamespaceOf(SyntaxNode node) =>
        node.AncestorsAndSelf().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault() is { } inside ? inside.Name.ToString()
        : node.AncestorsAndSelf().Last().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString() ?? "";

    private static string? ModuleOf(string space) => space.StartsWith(Server + ".", StringComparison.Ordinal) ? space.Split('.')[2] : null;

    private readonly record struct Use(string Module, string Target, bool ThroughContracts, string Text, int Line);
}
