using Xunit;

namespace Wardwatch.UnitTests.Devices;

/// <summary>Finds data that lies beside the repository and is never part of it.</summary>
internal static class SharedData
{
    /// <summary>The file's path, or the test is skipped with a message that says what is missing.</summary>
    public static string PathOrSkip(string folder, string file)
    {
        for (var here = new DirectoryInfo(AppContext.BaseDirectory); here is not null; here = here.Parent)
        {
            if (!File.Exists(Path.Combine(here.FullName, "Wardwatch.slnx"))) continue;
            var path = Path.GetFullPath(Path.Combine(here.FullName, "..", "shared", "data", folder, file));
            if (!File.Exists(path)) Assert.Skip($"No {path}: this test needs known answers that are not part of the repository");
            return path;
        }

        throw new InvalidOperationException("Wardwatch.slnx is not above the test's folder");
    }
}
