using System.Runtime.InteropServices;

namespace Wardwatch.Server.Platform;

/// <summary>
/// Puts a folder's names on disk. After a power cut a renamed file may otherwise have its old content again, although the new one was flushed: a master key that
/// the database no longer knows. .NET does not open folders.
/// </summary>
internal static class DurableNames
{
    private const int ReadOnly = 0;

    /// <summary>Flushes the folder in which a file is.</summary>
    /// <exception cref="IOException">It cannot be flushed.</exception>
    public static void Flush(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var file = Open(folder, ReadOnly);
        if (file < 0)
        {
            throw new IOException($"The folder {folder} cannot be opened: error {Marshal.GetLastPInvokeError()}.");
        }

        try
        {
            if (Synchronize(file) != 0)
            {
                throw new IOException($"The folder {folder} cannot be put on disk: error {Marshal.GetLastPInvokeError()}.");
            }
        }
        finally
        {
            _ = Close(file);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Synchronize(int file);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int file);
}
