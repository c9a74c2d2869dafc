using Xunit;

namespace Wardwatch.UnitTests.Simulator;

/// <summary>Data that lies beside the repository and is no part of it.</summary>
internal static class SharedData
{
    /// <summary>The full path, or a skipped test where the data are absent.</summary>
    public static string PathOf(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Wardwatch.slnx"))) folder = folder.Parent;
        for (; folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data", name);
            if (File.Exists(path)) return path;
        }

        Assert.Skip($"shared/data/{name} is not here");
        return "";
    }
}
