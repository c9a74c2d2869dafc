namespace Wardwatch.Server.Audit;

/// <summary>Goes along a chain, row by row, until one does not fit.</summary>
internal sealed class AuditWalk(int tenantId, SortedDictionary<long, AuditCheckpoint> checkpoints)
{
    private readonly AuditHash _hasher = new();

    /// <summary>The hash of the last row that fits.</summary>
    public byte[] Hash { get; } = [.. AuditHash.Start];

    /// <summary>Rows that were looked at.</summary>
    public long Rows { get; private set; }

    /// <summary>Whether the last row has come.</summary>
    public bool Ended { get; private set; }

    /// <summary>What does not fit.</summary>
    public AuditFault? Fault { get; private set; }

    /// <summary>Takes what has come, and answers how many of its bytes were whole rows.</summary>
    public int Take(ReadOnlySpan<byte> data)
    {
        var rest = data;
        var row = default(AuditRowBytes);
        while (Fault is null && !Ended && row.TryRead(ref rest, out var ended))
        {
            Ended = ended;
            if (!ended)
            {
                Fault = Step(in row);
            }
        }

        return data.Length - rest.Length;
    }

    private AuditFault? Step(in AuditRowBytes row)
    {
        var expected = Rows + 1;
        if (row.Number != expected)
        {
            return new(expected, row.Number > expected ? "The entry is missing: it was removed." : "There are two entries of this number.");
        }

        Rows = expected;
        _hasher.Next(tenantId, in row, Hash);
        if (!Hash.AsSpan().SequenceEqual(row.Hash))
        {
            return new(expected, "The entry is not the one that was written: it was changed, inserted or moved.");
        }

        return checkpoints.TryGetValue(expected, out var checkpoint) && !Hash.AsSpan().SequenceEqual(checkpoint.Hash)
            ? new(expected, $"The chain is not the one that was signed on {checkpoint.At:u}: it was written anew.")
            : null;
    }
}
