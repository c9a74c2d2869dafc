using Wardwatch.UnitTests.Docs;

namespace Wardwatch.UnitTests.Fuzz;

/// <summary>Inputs that once were findings, or that found a way deep into a format: <c>tests/data/fuzz/PARSER/*</c>, a file each, its name saying why.</summary>
internal static class KeptCases
{
    private const string Folder = "tests/data/fuzz";

    public static IEnumerable<string> Parsers => SourceTree.Folders(Folder);

    public static IReadOnlyList<byte[]> Of(string parser) =>
        Parsers.Contains(parser, StringComparer.Ordinal) ? [.. SourceTree.Files($"{Folder}/{parser}", "*").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)] : [];
}
