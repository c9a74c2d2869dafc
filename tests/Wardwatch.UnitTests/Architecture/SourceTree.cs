using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Wardwatch.UnitTests.Architecture;

/// <summary>One source file, parsed.</summary>
/// <param name="Path">Relative to the repository, with forward slashes.</param>
/// <param name="Text">Its text.</param>
internal sealed record SourceFile(string Path, string Text)
{
    /// <summary>Its syntax.</summary>
    public SyntaxNode Root { get; } = SyntaxFactory.ParseCompilationUnit(Text);
}

/// <summary>The repository's sources, as the tests about its shape read them.</summary>
internal static class SourceTree
{
    /// <summary>The folder that holds the repository.</summary>
    public static string Root { get; } = FindRoot();

    private static readonly Lazy<IReadOnlyList<SourceFile>> AllFiles = new(() => [.. Read("src")]);

    /// <summary>All C# files under <c>src</c>.</summary>
    public static IReadOnlyList<SourceFile> Sources => AllFiles.Value;

    /// <summary>All C# files of the repository, tests and benchmarks included, as text.</summary>
    public static IEnumerable<(string Path, string Text)> AllTexts => new[] { "src", "tests", "bench" }.SelectMany(Texts);

    /// <summary>A file of the repository, or null.</summary>
    public static string? Find(string path) => System.IO.Path.Combine(Root, path) is var full && File.Exists(full) ? full : null;

    private static IEnumerable<SourceFile> Read(string folder) => Texts(folder).Select(file => new SourceFile(file.Path, file.Text));

    private static IEnumerable<(string Path, string Text)> Texts(string folder) => Directory.EnumerateFiles(System.IO.Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        .Select(path => System.IO.Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .Select(path => (path, File.ReadAllText(System.IO.Path.Combine(Root, path))));

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        // From where the tests run; where they were built elsewhere, from where this file stood.
        foreach (var start in new[] { AppContext.BaseDirectory, System.IO.Path.GetDirectoryName(thisFile) })
        {
            for (var folder = start; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
            {
                if (File.Exists(System.IO.Path.Combine(folder, "Wardwatch.slnx")))
                {
                    return folder;
                }
            }
        }

        throw new DirectoryNotFoundException("The tests about the sources run inside the repository.");
    }
}
