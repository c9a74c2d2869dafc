using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wardwatch.Clinical.Anomaly;

/// <summary>
/// The file of a <see cref="ModelDocument"/>. Version 1, integers and floats little-endian:
/// <code>
/// 0..7    "WWFOREST"
/// 8..9    format version, u16
/// 10..13  header length h, u32
/// 14..    header, h bytes of UTF-8 JSON: name, featureNames, trees, sampleSize, trainedOn, rowCount, seed, createdAt, note
/// then    per tree: node count u32, and per node, level by level:
///             inner node: threshold f32 | feature u16 | left child u16, relative to the node, more than 0; the right child follows the left
///             leaf:       training rows u32 | 0 u16 | 0 u16
/// last    SHA-256 of everything before, 32 bytes
/// </code>
/// The order of nodes is fixed (each inner node's children are the next two that no earlier node has), so a forest has one file only and a file can
/// contain no loop. Depths and shares are computed from the rows in the leaves.
/// </summary>
internal static partial class ModelFile
{
    private const int FormatVersion = 1;
    private const int HeaderAt = 14;
    private const int NodeBytes = 8;
    private const int DigestBytes = SHA256.HashSizeInBytes;
    private const int MaxFileBytes = 256 * 1024 * 1024;
    private const int MaxHeaderBytes = 1024 * 1024;

    private static ReadOnlySpan<byte> Magic => "WWFOREST"u8;

    public static byte[] Write(ModelDocument document)
    {
        var forest = document.Forest;
        byte[] header = JsonSerializer.SerializeToUtf8Bytes(
            new Header
            {
                Name = document.Name,
                FeatureNames = [.. document.FeatureNames],
                Trees = forest.TreeCount,
                SampleSize = forest.SampleSize,
                TrainedOn = document.TrainedOn,
                RowCount = document.RowCount,
                Seed = document.Seed,
                CreatedAt = document.CreatedAt.ToUnixTimeSeconds(),
                Note = document.Note,
            },
            HeaderContext.Default.Header);
        if (header.Length > MaxHeaderBytes)
            throw new InvalidDataException($"The header would take {header.Length} bytes; {MaxHeaderBytes} are allowed.");

        byte[] file = new byte[HeaderAt + header.Length + (4 * forest.TreeCount) + (NodeBytes * forest.Nodes.Length) + DigestBytes];
        Magic.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), header.Length);
        header.CopyTo(file, HeaderAt);

        var rest = file.AsSpan(HeaderAt + header.Length);
        for (int tree = 0; tree < forest.TreeCount; tree++)
        {
            int start = forest.Roots[tree];
            int end = tree + 1 < forest.TreeCount ? forest.Roots[tree + 1] : forest.Nodes.Length;
            BinaryPrimitives.WriteInt32LittleEndian(rest, end - start);
            rest = rest[4..];
            for (int i = start; i < end; i++, rest = rest[NodeBytes..])
                WriteNode(rest, forest.Nodes[i], forest.Counts[i]);
        }

        SHA256.HashData(file.AsSpan(..^DigestBytes), file.AsSpan(file.Length - DigestBytes));
        return file;
    }

    public static ModelDocument Read(ReadOnlySpan<byte> file)
    {
        if (file.Length > MaxFileBytes)
            throw new InvalidDataException($"A model of {file.Length} bytes is refused; {MaxFileBytes} are allowed.");
        if (file.Length < HeaderAt + DigestBytes || !file.StartsWith(Magic))
            throw new InvalidDataException("Not a Wardwatch anomaly model.");
        int version = BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
        if (version != FormatVersion)
            throw new InvalidDataException($"The model has format version {version}; this release reads version {FormatVersion}.");

        var digest = file[^DigestBytes..];
        file = file[..^DigestBytes];
        Span<byte> expected = stackalloc byte[DigestBytes];
        SHA256.HashData(file, expected);
        if (!expected.SequenceEqual(digest))
            throw new InvalidDataException("The model is damaged: its checksum does not match.");

        uint headerLength = BinaryPrimitives.ReadUInt32LittleEndian(file[10..]);
        if (headerLength > MaxHeaderBytes || headerLength > file.Length - HeaderAt)
            throw new InvalidDataException($"The model's header of {headerLength} bytes is longer than allowed or than the file.");
        var header = ReadHeader(file.Slice(HeaderAt, (int)headerLength));
        var forest = ReadForest(file[(HeaderAt + (int)headerLength)..], header);
        try
        {
            return new ModelDocument(
                header.Name, header.FeatureNames, forest, header.TrainedOn, header.RowCount, header.Seed,
                DateTimeOffset.FromUnixTimeSeconds(header.CreatedAt), header.Note);
        }
        catch (ArgumentException wrong)
        {
            throw new InvalidDataException($"The model's header is wrong: {wrong.Message}", wrong);
        }
    }

    private static Header ReadHeader(ReadOnlySpan<byte> json)
    {
        Header? header;
        try
        {
            header = JsonSerializer.Deserialize(json, HeaderContext.Default.Header);
        }
        catch (JsonException wrong)
        {
            // The parser's message quotes what it stumbled over, however long that is.
            string why = wrong.Message.Length <= 200 ? wrong.Message : wrong.Message[..200] + "…";
            throw new InvalidDataException($"The model's header is not readable: {why}", wrong);
        }

        if (header?.FeatureNames is null || header.FeatureNames.Length is < 1 or > IsolationForestOptions.MaxFeatures)
            throw new InvalidDataException($"A model has 1 to {IsolationForestOptions.MaxFeatures} features.");
        if (header.Trees is < 1 or > IsolationForestOptions.MaxTrees)
            throw new InvalidDataException($"{header.Trees} trees are refused.");
        if (header.SampleSize is < 2 or > IsolationForestOptions.MaxSampleSize)
            throw new InvalidDataException($"A sample of {header.SampleSize} rows is refused.");
        return header;
    }

    private static IsolationForest ReadForest(ReadOnlySpan<byte> rest, Header header)
    {
        // What remains bounds the nodes before anything is set aside for them.
        long nodeCount = (rest.Length - (4L * header.Trees)) / NodeBytes;
        if (nodeCount < header.Trees || (4L * header.Trees) + (nodeCount * NodeBytes) != rest.Length)
            throw new InvalidDataException("The model's length does not fit its number of trees.");

        var nodes = new IsolationNode[nodeCount];
        int[] counts = new int[nodeCount];
        int[] roots = new int[header.Trees];
        int next = 0;
        for (int tree = 0; tree < roots.Length; tree++)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            rest = rest[4..];
            if (length < 1 || length > (2 * header.SampleSize) - 1 || length > nodeCount - next)
                throw new InvalidDataException($"Tree {tree} has {length} nodes, which cannot be.");
            roots[tree] = next;
            ReadTree(tree, rest, nodes.AsSpan(next, (int)length), counts.AsSpan(next, (int)length), header);
            rest = rest[((int)length * NodeBytes)..];
            next += (int)length;
        }

        if (next != nodeCount)
            throw new InvalidDataException("The model has nodes that belong to no tree.");
        return new IsolationForest(nodes, roots, counts, header.FeatureNames.Length, header.SampleSize);
    }

    private static void ReadTree(int tree, ReadOnlySpan<byte> bytes, Span<IsolationNode> nodes, Span<int> counts, Header header)
    {
        int nextChild = 1;
        Span<byte> depths = new byte[nodes.Length];
        for (int i = 0; i < nodes.Length; i++, bytes = bytes[NodeBytes..])
        {
            float threshold = BinaryPrimitives.ReadSingleLittleEndian(bytes);
            int feature = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
            int offset = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
            if (offset == 0)
            {
                uint rows = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
                if (rows < 1 || rows > header.SampleSize || feature != 0)
                    throw new InvalidDataException($"Tree {tree}, node {i}: a leaf of {rows} rows cannot be.");
                nodes[i] = IsolationNode.Leaf;
                counts[i] = (int)rows;
                continue;
            }

            if (i + offset != nextChild || nextChild + 1 >= nodes.Length)
                throw new InvalidDataException($"Tree {tree}, node {i}: its children are not where they belong.");
            if (feature >= header.FeatureNames.Length || !float.IsFinite(threshold))
                throw new InvalidDataException($"Tree {tree}, node {i}: feature {feature} or threshold {threshold} cannot be.");
            if (depths[i] >= IsolationForestOptions.MaxHeight)
                throw new InvalidDataException($"Tree {tree} is higher than {IsolationForestOptions.MaxHeight} levels.");

            nodes[i] = new IsolationNode(threshold, (ushort)feature, (ushort)offset);
            depths[nextChild] = (byte)(depths[i] + 1);
            depths[nextChild + 1] = (byte)(depths[i] + 1);
            nextChild += 2;
        }

        if (nextChild != nodes.Length)
            throw new InvalidDataException($"Tree {tree} has nodes without a parent.");

        for (int i = nodes.Length - 1; i >= 0; i--)
        {
            if (!nodes[i].IsLeaf)
                counts[i] = counts[i + nodes[i].LeftOffset] + counts[i + nodes[i].LeftOffset + 1];
        }

        if (counts[0] != header.SampleSize)
            throw new InvalidDataException($"Tree {tree} has {counts[0]} rows in its leaves, the sample has {header.SampleSize}.");
    }

    private static void WriteNode(Span<byte> to, IsolationNode node, int rows)
    {
        if (node.IsLeaf)
            BinaryPrimitives.WriteInt32LittleEndian(to, rows);
        else
            BinaryPrimitives.WriteSingleLittleEndian(to, node.Threshold);
        BinaryPrimitives.WriteUInt16LittleEndian(to[4..], node.Feature);
        BinaryPrimitives.WriteUInt16LittleEndian(to[6..], node.LeftOffset);
    }

    internal sealed class Header
    {
        public required string Name { get; init; }

        public required string[] FeatureNames { get; init; }

        public required int Trees { get; init; }

        public required int SampleSize { get; init; }

        public required string TrainedOn { get; init; }

        public required long RowCount { get; init; }

        public required ulong Seed { get; init; }

        public required long CreatedAt { get; init; }

        public required string Note { get; init; }
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = false)]
    [JsonSerializable(typeof(Header))]
    internal sealed partial class HeaderContext : JsonSerializerContext;
}
