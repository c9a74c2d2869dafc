namespace Wardwatch.Server.Platform;

/// <summary>The source tree that this program was built in, when it runs from there.</summary>
internal static class Checkout
{
    /// <summary>The full path of a file of the source tree, or null: an installed program has none.</summary>
    /// <param name="relative">The path below the tree's root.</param>
    public static string? Find(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Wardwatch.slnx")))
            {
                var path = Path.Combine(folder.FullName, relative);
                return File.Exists(path) ? path : null;
            }
        }

        return null;
    }
}
