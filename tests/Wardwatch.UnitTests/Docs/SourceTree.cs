namespace Wardwatch.UnitTests.Docs;

/// <summary>The files of the source tree in which the tests were built.</summary>
internal static class SourceTree
{
    public static readonly string Root = Find();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static IEnumerable<string> Files(string folder, string pattern, SearchOption depth = SearchOption.AllDirectories) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, depth);

    /// <summary>Names of the folders in a folder; none where it does not exist.</summary>
    public static IEnumerable<string> Folders(string folder) =>
        Directory.Exists(Path.Combine(Root, folder)) ? Directory.EnumerateDirectories(Path.Combine(Root, folder)).Select(path => Path.GetFileName(path)) : [];

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Wardwatch.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests run outside the source tree.");
    }
}
