using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Wardwatch.UnitTests.Architecture;

/// <summary>Rules about files, methods, names and the pure projects, checked on syntax alone.</summary>
internal static class ProjectShape
{
    private static readonly string[] EmptyNames = ["Core", "Common", "Util", "Utils", "Utility", "Utilities", "Helper", "Helpers", "Shared", "Misc", "Manager"];

    // What reaches outside: files, network, processes, threads and every clock. A stream that the caller opened is the caller's business.
    private static readonly HashSet<string> Outside = new(StringComparer.Ordinal)
    {
        "File", "FileInfo", "FileStream", "Directory", "DirectoryInfo", "Socket", "TcpClient", "UdpClient", "Dns",
        "HttpClient", "WebSocket", "Process", "Thread", "Timer", "PeriodicTimer", "Stopwatch", "TimeProvider", "Environment", "Console",
        "IServiceCollection", "IServiceProvider", "ILogger", "RandomNumberGenerator",
    };

    private static readonly string[] OutsideImports = ["System.Net", "System.IO.Pipes", "System.Threading.Channels", "System.Diagnostics.Process", "Microsoft.Extensions", "Microsoft.AspNetCore", "Npgsql"];
    private static readonly HashSet<string> Clocks = new(StringComparer.Ordinal) { "Now", "UtcNow", "Today", "TickCount", "TickCount64", "GetTimestamp" };

    /// <summary>Files longer than <paramref name="most"/> lines.</summary>
    public static IEnumerable<string> LongFiles(IEnumerable<SourceFile> files, int most) =>
        from file in files
        let lines = file.Text.AsSpan().Count('\n')
        where lines > most
        select $"{file.Path}: {lines} lines";

    /// <summary>Methods longer than <paramref name="most"/> lines, from their name to their closing brace.</summary>
    public static IEnumerable<string> LongMethods(IEnumerable<SourceFile> files, int most) =>
        from file in files
        from method in file.Root.DescendantNodes().Where(node => node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax)
        let span = method.GetLocation().GetLineSpan()
        let lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
        where lines > most
        select $"{file.Path}:{span.StartLinePosition.Line + 1}: {lines} lines";

    /// <summary>
    /// Files whose imports are not in the one order: <c>System</c> first, then by name; names, then <c>static</c>, then aliases. The compiler does not mind, and sorting them is what
    /// editors do, each change of order a line that somebody reads.
    /// </summary>
    public static IEnumerable<string> ImportsOutOfOrder(IEnumerable<(string Path, string Text)> files) =>
        from file in files
        let imports = file.Text.Split('\n').TakeWhile(line => line.Length == 0 || line.StartsWith("using ", StringComparison.Ordinal)).Where(line => line.Length > 0).Select(line => line.TrimEnd('\r', ';')).ToList()
        where !imports.SequenceEqual(imports.OrderBy(PlaceOf, StringComparer.OrdinalIgnoreCase), StringComparer.Ordinal)
        select file.Path;

    private static string PlaceOf(string import)
    {
        var isStatic = import.StartsWith("using static ", StringComparison.Ordinal);
        var name = import[(isStatic ? "using static ".Length : "using ".Length)..];
        var isSystem = name is "System" || name.StartsWith("System.", StringComparison.Ordinal);

        // A dot comes before every letter, so that what is within a namespace stands right behind it.
        return $"{(name.Contains('=', StringComparison.Ordinal) ? 2 : isStatic ? 1 : 0)}{(isSystem ? 0 : 1)}{name.Replace('.', '\u0001')}";
    }

    /// <summary>Folders, files and types whose names say nothing.</summary>
    public static IEnumerable<string> EmptyNamesIn(IEnumerable<SourceFile> files) => files.SelectMany(file =>
        file.Path.Split('/', '.').Concat(file.Root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Select(type => type.Identifier.Text))
            .Where(name => EmptyNames.Any(empty => SaysNothing(name, empty))).Select(name => $"{file.Path}: {name}"));

    /// <summary>Places where a pure project reads a clock, opens something or waits.</summary>
    public static IEnumerable<string> Impurities(IEnumerable<SourceFile> files) => files.SelectMany(file => file.Root.DescendantNodes()
        .Where(node => node switch
        {
            UsingDirectiveSyntax import => OutsideImports.Any(outside => import.Name?.ToString().StartsWith(outside, StringComparison.Ordinal) == true),
            MemberAccessExpressionSyntax access => (Clocks.Contains(access.Name.Identifier.Text) && access.Expression.ToString() is "DateTime" or "DateTimeOffset" or "System.DateTime" or "System.DateTimeOffset")
                || access.ToString() is "Task.Delay" or "Task.Run" or "Random.Shared" or "Guid.NewGuid",
            IdentifierNameSyntax name => Outside.Contains(name.Identifier.Text) && IsTypeOrReceiver(name),
            _ => false,
        })
        .Select(node => $"{file.Path}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}: {node.ToString().Split('\n')[0]}"));

    /// <summary>Uses of a forbidden namespace, as an import or written out.</summary>
    public static IEnumerable<string> UsesOf(IEnumerable<SourceFile> files, params string[] forbidden) =>
        from file in files
        from name in file.Root.DescendantNodes().Where(node => node is QualifiedNameSyntax or MemberAccessExpressionSyntax)
        let text = name.ToString()
        where forbidden.Any(space => text == space || text.StartsWith(space + ".", StringComparison.Ordinal))
        select $"{file.Path}: {text}";

    // "CommonOptions" says as little as "Common"; "Command" is another word.
    private static bool SaysNothing(string name, string empty) =>
        name == empty || (name.EndsWith(empty, StringComparison.Ordinal) && empty is not "Core") || (name.StartsWith(empty, StringComparison.Ordinal) && name.Length > empty.Length && char.IsUpper(name[empty.Length]) && empty is "Common" or "Helper" or "Util" or "Misc");

    private static bool IsTypeOrReceiver(IdentifierNameSyntax name) => name.Parent switch
    {
        MemberAccessExpressionSyntax access => access.Expression == name || access.Expression.ToString().StartsWith("System.", StringComparison.Ordinal),
        QualifiedNameSyntax qualified => qualified.Left.ToString().StartsWith("System.", StringComparison.Ordinal),
        ArgumentSyntax => false,
        _ => true,
    };
}
