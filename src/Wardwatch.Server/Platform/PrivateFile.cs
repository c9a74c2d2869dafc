using System.Security.Cryptography;

namespace Wardwatch.Server.Platform;

/// <summary>Files and folders that only their owner may read.</summary>
internal static class PrivateFile
{
    /// <summary>Writes a whole file, mode 0600, on disk before it has its name: a crash leaves the old file or the new one.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, Options(FileMode.CreateNew, FileAccess.Write)))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        DurableNames.Flush(path);
    }

    /// <summary>
    /// Overwrites a file and removes it. It loses its name first: cut short, it is not there under it, and the next call ends what was begun. A file system that
    /// writes elsewhere may keep the old content for a while; nothing that a program does can help that.
    /// </summary>
    public static void Shred(string path)
    {
        var gone = path + ".gone";
        if (File.Exists(path))
        {
            File.Move(path, gone, overwrite: true);
            DurableNames.Flush(path);
        }

        if (File.Exists(gone))
        {
            Overwrite(gone);
            File.Delete(gone);
            DurableNames.Flush(gone);
        }
    }

    /// <summary>Opens (and makes) a file that nobody else can open at the same time. Throws <see cref="IOException"/> when somebody has.</summary>
    public static FileStream OpenExclusive(string path)
    {
        var options = Options(FileMode.OpenOrCreate, FileAccess.ReadWrite);
        options.Share = FileShare.None;
        return new FileStream(path, options);
    }

    /// <summary>Lets everybody read a file (mode 0644).</summary>
    public static void MakeReadable(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
    }

    /// <summary>Makes a folder for its owner only. As root, others may pass through it, since PostgreSQL runs as somebody else, unless <paramref name="evenAsRoot"/>.</summary>
    public static void CreateFolder(string path, bool evenAsRoot = false)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException();
        }

        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (Environment.IsPrivilegedProcess && !evenAsRoot)
        {
            mode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        }

        Directory.CreateDirectory(path, mode);
    }

    private static void Overwrite(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        Span<byte> noise = stackalloc byte[256];
        for (var left = file.Length; left > 0; left -= noise.Length)
        {
            RandomNumberGenerator.Fill(noise);
            file.Write(noise[..(int)Math.Min(left, noise.Length)]);
        }

        file.Flush(flushToDisk: true);
    }

    private static FileStreamOptions Options(FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
