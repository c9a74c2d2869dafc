namespace Wardwatch.Server.Platform.Contracts;

/// <summary>Files of a module in the installation's folder, mode 0600.</summary>
public sealed class InstallationFiles(DataFolder folder)
{
    /// <summary>The full path of a file.</summary>
    public string At(string name) => folder.At(name);

    /// <summary>Adds lines to the end of a file and puts them on disk before it returns.</summary>
    public void Append(string name, IEnumerable<string> lines)
    {
        using var file = PrivateFile.OpenExclusive(At(name));
        file.Seek(0, SeekOrigin.End);
        using var writer = new StreamWriter(file, leaveOpen: true);
        foreach (var line in lines)
        {
            writer.Write(line);
            writer.Write('\n');
        }

        writer.Flush();
        file.Flush(flushToDisk: true);
    }

    /// <summary>The lines of a file; none if there is no such file. A line that was cut short by a crash is the reader's to notice.</summary>
    public IReadOnlyList<string> Lines(string name) => File.Exists(At(name)) ? File.ReadAllLines(At(name)) : [];

    /// <summary>Gives a file another name, unless there is one of that name; false if there is, or if there is nothing to name.</summary>
    public bool TryRename(string name, string newName)
    {
        if (!File.Exists(At(name)) || File.Exists(At(newName)))
        {
            return false;
        }

        File.Move(At(name), At(newName));
        return true;
    }

    /// <summary>Removes a file.</summary>
    public void Remove(string name) => File.Delete(At(name));
}
