using Xunit;

namespace Wardwatch.UnitTests.Clinical;

/// <summary>Public data sets that lie beside the repository, under ../shared/data, and are no part of it. Tests that need them are skipped without them.</summary>
internal static class SharedData
{
    public static Stream OpenOrSkip(string relativePath)
    {
        string? path = Find(relativePath);
        Assert.SkipWhen(path is null, $"../shared/data/{relativePath} is not here; this test needs that public data set.");
        return File.OpenRead(path!);
    }

    private static string? Find(string relativePath)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Wardwatch.slnx")))
                continue;
            string path = Path.Combine(folder.FullName, "..", "shared", "data", relativePath);
            return File.Exists(path) ? path : null;
        }

        return null;
    }
}
