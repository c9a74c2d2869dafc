using System.IO.Compression;

namespace Wardwatch.Clinical.Anomaly;

/// <summary>Reads a table from a NumPy archive (.npz): a zip of .npy files.</summary>
internal static class NpzTable
{
    public static TrainingTable Read(Stream source, IReadOnlyList<string>? columns)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.CanSeek)
            throw new ArgumentException("A zip archive is read from a seekable stream; otherwise it would be held in memory, however large.", nameof(source));
        using var archive = new ZipArchive(source, ZipArchiveMode.Read, leaveOpen: true);
        var matrix = ReadEntry(archive, "X.npy") ?? throw new InvalidDataException("The archive holds no X.npy.");
        if (matrix.Shape.Length != 2 || matrix.Shape[0] < 1 || matrix.Shape[1] < 1)
            throw new InvalidDataException($"X.npy must have rows and columns; its shape is ({string.Join(", ", matrix.Shape)}).");

        int rows = matrix.Shape[0];
        int width = matrix.Shape[1];
        if (columns is not null && columns.Count != width)
            throw new InvalidDataException($"X.npy has {width} columns, {columns.Count} names were given.");

        float[] values = matrix.ColumnsFirst ? Transpose(matrix.Values, rows, width) : matrix.Values;
        return new TrainingTable(columns ?? [.. Enumerable.Range(0, width).Select(i => $"x{i}")], values, ReadLabels(archive, rows));
    }

    private static bool[]? ReadLabels(ZipArchive archive, int rows)
    {
        if (ReadEntry(archive, "y.npy") is not { } labels)
            return null;
        if (labels.Values.Length != rows)
            throw new InvalidDataException($"y.npy has {labels.Values.Length} labels for {rows} rows.");
        if (Array.Exists(labels.Values, float.IsNaN))
            throw new InvalidDataException("y.npy has a label that is not a number.");
        return Array.ConvertAll(labels.Values, v => v != 0);
    }

    private static NpyArray? ReadEntry(ZipArchive archive, string name)
    {
        if (archive.GetEntry(name) is not { } entry)
            return null;
        using var content = entry.Open();
        try
        {
            return NpyArray.Read(content);
        }
        catch (InvalidDataException damaged)
        {
            throw new InvalidDataException($"{name}: {damaged.Message}", damaged);
        }
        catch (EndOfStreamException cut)
        {
            throw new InvalidDataException($"{name} is shorter than its header says.", cut);
        }
    }

    private static float[] Transpose(float[] columnMajor, int rows, int width)
    {
        float[] values = new float[columnMajor.Length];
        for (int c = 0; c < width; c++)
        {
            for (int r = 0; r < rows; r++)
                values[(r * width) + c] = columnMajor[(c * rows) + r];
        }

        return values;
    }
}
